// Package health is the console's area of how this Gatehouse is: what is checked, the database
// and how it grows, how the visitor's own request came here, the configuration with where each
// value comes from, and all of it as a file for who helps.
package health

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
	"gatehouse/wire"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "getHealth", Label: func(say *words.Catalogue) string { return string(say.ConsoleHealth.Title) }}

const (
	path       = "/console/health"
	pathConfig = path + "/configuration"
	pathBundle = path + "/bundle"
)

// Door serves the pages.
type Door struct {
	Guard  *guard.Guard
	Issuer string
}

// Mount registers the pages.
func (d *Door) Mount(m *web.Mux) {
	d.Guard.Route(m, "GET "+path, d.show)
	d.Guard.Route(m, "GET "+pathConfig, d.configuration)
	d.Guard.Route(m, "GET "+pathBundle, d.bundle)
}

// growthOver is how many days back the growth is told from.
const growthOver = 30

func (d *Door) show(v *guard.Visit) error {
	found, err := guard.Ask[admin.One[wire.Health]](v, "getHealth", admin.Input{})
	if err != nil {
		return err
	}
	p := healthPage{frame: frame{Frame: v.Frame(), Settings: v.Can("listSettings", nil)}, Health: found.Body, Came: d.arrival(v)}
	if v.Can("getStatistics", nil) {
		days, err := statistics(v, growthOver)
		if err != nil {
			return err
		}
		p.Growth = growthOf(days)
	}
	p.Command = guard.Command("doctor")
	return v.Show(http.StatusOK, p)
}

func statistics(v *guard.Visit, days int) ([]wire.DayFigures, error) {
	found, err := guard.Ask[admin.One[wire.Statistics]](v, "getStatistics", admin.Input{Query: url.Values{"days": {itoa(days)}}})
	if err != nil {
		return nil, err
	}
	return found.Body.Days, nil
}

// arrival is how the visitor's request reached this process.
type arrival struct {
	Peer, Address string // who connected, and whose request it is taken for
	Forwarded     bool   // a proxy says for whom it comes
	Secure        bool   // the browser came by https, as far as anybody says
	Expected      bool   // the issuer is https
	Host, Issuer  string // that of the request, and that of the issuer
}

func (d *Door) arrival(v *guard.Visit) arrival {
	issuer, _ := url.Parse(d.Issuer) // validated with the configuration
	peer := web.ClientIP(v.R, nil)
	return arrival{
		Peer: peer, Address: web.InfoOf(v.R.Context()).IP, Forwarded: v.R.Header.Get("X-Forwarded-For") != "",
		Secure:   v.R.TLS != nil || strings.EqualFold(v.R.Header.Get("X-Forwarded-Proto"), "https"),
		Expected: issuer.Scheme == "https", Host: v.R.Host, Issuer: issuer.Host,
	}
}

// passed reports whether what a proxy says of the address counts.
func (a arrival) passed() bool { return a.Peer != a.Address }

// growth is how the database grew, as far as it was measured.
type growth struct {
	Days   int   // between the first measure and the last; 0: there are not two
	PerDay int64 // bytes
}

// growthOf compares the first measure of some days, which have the latest first, with the last.
func growthOf(days []wire.DayFigures) (g growth) {
	var last, first *wire.DayFigures
	for i := range days {
		if d := &days[i]; d.Present != nil && d.Present.Bytes > 0 {
			if last == nil {
				last = d
			}
			first = d
		}
	}
	if last == nil || first == last {
		return growth{}
	}
	from, _ := time.Parse(time.DateOnly, first.Day) // as the API writes them
	until, _ := time.Parse(time.DateOnly, last.Day)
	g.Days = int(until.Sub(from) / (24 * time.Hour))
	g.PerDay = (last.Present.Bytes - first.Present.Bytes) / int64(max(g.Days, 1))
	return g
}

// lasts is for how many days a disk has room if the growth goes on; false: nobody can tell.
func (g growth) lasts(free *int64) (days int, ok bool) {
	if free == nil || g.Days == 0 || g.PerDay <= 0 {
		return 0, false
	}
	return int(min(*free/g.PerDay, 1<<30)), true
}
