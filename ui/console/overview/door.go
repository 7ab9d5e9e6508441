// Package overview is the first page of the console: how the house is, in figures that are
// counted in the background, each of which leads to the list behind it.
package overview

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
	"gatehouse/wire"
)

// Section is the area's entry of the navigation. It is everybody's: who may do nothing here
// is told so on it.
var Section = guard.Section{Path: guard.Root, Label: func(say *words.Catalogue) string { return say.Console.Overview }}

// Door serves the page.
type Door struct{ Guard *guard.Guard }

// Mount registers the page, and what it asks for.
func (d *Door) Mount(m *web.Mux) {
	d.Guard.Route(m, "GET "+guard.Root, d.show)
	d.Guard.Route(m, "GET "+pathSteps, d.noSteps)
	d.Guard.Route(m, "POST "+pathSteps, d.hide)
}

// maxEnding is how many of the grants that end first are shown, week what first is.
const (
	maxEnding = 8
	week      = 7 * 24 * time.Hour
)

// asked is what the page asks for, in this order: what is listed was counted before the tiles are read,
// which are so never behind what their own lists say of what was counted.
var asked = []struct {
	operation string
	fill      func(*guard.Visit, *overviewPage) error
}{
	{"getHealth", health},
	{"getAttention", attentive},
	{"listGrants", ending},
	{"listAuditEvents", latest},
	{"getFailures", failuresOf},
	{"getTopApplications", applications},
	{"getStatistics", figures},
}

// show shows the figures to whoever may see them, and the way to everything else to the
// others.
func (d *Door) show(v *guard.Visit) error {
	page := overviewPage{Frame: v.Frame(), Now: time.Now(), Span: spanOf(v.Query("days")), People: v.Can("listUsers", nil), Signed: v.Can("listSessions", nil), Denied: v.Can("getGateRefusals", nil)}
	shown := false
	for _, one := range asked {
		if !v.Can(one.operation, nil) {
			continue
		}
		shown = true
		if err := one.fill(v, &page); err != nil {
			return err
		}
	}
	if !shown && page.Empty() {
		return figures(v, &page) // which says what permission is missing
	}
	if err := askSteps(v, &page); err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func attentive(v *guard.Visit, page *overviewPage) error {
	found, err := guard.Ask[admin.One[wire.Attention]](v, "getAttention", admin.Input{})
	if err != nil {
		return err
	}
	page.Attention = &found.Body
	return nil
}

// spanOf is the number of days that is asked for, where it may be.
func spanOf(text string) int {
	if n, err := strconv.Atoi(text); err == nil && slices.Contains(spans, n) {
		return n
	}
	return spans[0]
}

// figures asks for the days of the span and, since today is not over, for one more: two whole weeks
// are compared.
func figures(v *guard.Visit, page *overviewPage) error {
	found, err := guard.Ask[admin.One[wire.Statistics]](v, "getStatistics", admin.Input{Query: url.Values{"days": {strconv.Itoa(page.Span + 1)}}})
	if err != nil {
		return err
	}
	page.Days, page.Figures = found.Body.Days, true
	return nil
}

func health(v *guard.Visit, page *overviewPage) error {
	found, err := guard.Ask[admin.One[wire.Health]](v, "getHealth", admin.Input{})
	if err != nil {
		return err
	}
	page.Health = &found.Body
	return nil
}

// ending looks for the grants that end within a week. Those without an end are last in their
// order, and not among them.
func ending(v *guard.Visit, page *overviewPage) error {
	found, err := guard.Ask[admin.Page[wire.Grant]](v, "listGrants", admin.Input{Query: url.Values{
		"state": {"active"}, "ends_before": {page.Now.Add(week).UTC().Format(time.RFC3339)}, "limit": {strconv.Itoa(maxEnding)},
	}})
	if err != nil {
		return err
	}
	page.Grants, page.More = &found.Body.Items, found.Body.Next != ""
	return named(v, *page.Grants)
}

// named puts the addresses of people into what a list says of them, as far as the visitor may
// know them.
func named(v *guard.Visit, grants []wire.Grant) error {
	for i := range grants {
		s := &grants[i].Subject
		if s.Kind != access.User || s.Email != "" || !v.Can("getUser", guard.On("user", s.ID)) {
			continue
		}
		found, err := guard.Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: guard.On("user", s.ID)})
		if fault.Is(err, fault.NotFound) { // gone meanwhile
			continue
		}
		if err != nil {
			return err
		}
		s.Email = found.Body.Email
	}
	return nil
}
