package routes

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// read returns the route of the address: as it is kept, where it is, and as it is served.
func read(v *guard.Visit) (f routeFrame, err error) {
	f = routeFrame{Frame: v.Frame(), ID: v.R.PathValue("part"), Now: time.Now()}
	if f.Gate, err = gateNow(v); err != nil {
		return f, err
	}
	if !f.Gate.Files {
		found, err := guard.Ask[admin.One[admin.GateRoute]](v, "getGateRoute", admin.Input{Path: on(v)})
		if err != nil {
			return f, err
		}
		f.Kept, f.ETag = &found.Body, found.ETag
	}
	served, err := guard.Ask[admin.Page[wire.ServedRoute]](v, "listServedRoutes", admin.Input{Query: url.Values{"id": {f.ID}}})
	if err != nil {
		return f, err
	}
	if all := served.Body.Items; len(all) > 0 {
		f.Served = &all[0]
	}
	if f.Kept == nil && f.Served == nil {
		return f, fault.New(fault.NotFound, "gate.not_found", "There is no such route of the gate.")
	}
	f.CanEdit = f.Kept != nil && v.Can("replaceGateRoute", on(v))
	f.CanDelete = f.Kept != nil && v.Can("deleteGateRoute", on(v))
	f.History, f.CanSimulate, f.CanShadow = f.Kept != nil && v.Can("listAuditEvents", nil), v.Can("explainGateRequest", nil), v.Can("getShadowDecisions", nil)
	return f, nil
}

func (d *Door) route(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	f.Command = guard.Command("route", "list")
	p := routePage{routeFrame: f}
	if p.Behind, err = behind(v, &f); err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

func modeOf(say *words.Catalogue, mode string) part.Badge {
	switch mode {
	case gate.Shadow.String():
		return part.Badge{Label: say.ConsoleRoutes.Shadow, Tone: part.Warn}
	case gate.Off.String():
		return part.Badge{Label: say.ConsoleRoutes.Off}
	}
	return part.Badge{Label: say.ConsoleRoutes.Enforce, Tone: part.Good}
}

// routeFrame is what the pages of one route share.
type routeFrame struct {
	guard.Frame
	ID                                                  string
	Now                                                 time.Time
	Gate                                                wire.Gate
	Kept                                                *admin.GateRoute // as it is in the database; nil: it is in a file
	ETag                                                string
	Served                                              *wire.ServedRoute // as this process serves it; nil: it does not
	CanEdit, CanDelete, CanSimulate, CanShadow, History bool
}

func (f *routeFrame) heading(say *words.Catalogue, here string) part.Heading {
	h := part.Heading{Title: f.ID, Actions: actions(*f)}
	if f.Served != nil {
		h.Badges = []part.Badge{modeOf(say, f.Served.Mode)}
	} else {
		h.Badges = []part.Badge{{Label: say.ConsoleRoutes.NotServed, Tone: part.Warn}}
	}
	if f.History {
		base := pathOf(f.ID)
		h.Tabs = []part.Tab{{Label: say.ConsoleRoutes.Overview, Href: base, Current: here == ""}, {Label: say.ConsoleRoutes.History, Href: base + "/history", Current: here != ""}}
	}
	return h
}

func (f *routeFrame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleRoutes.Title), Href: path}}
	if below {
		all = append(all, part.Link{Label: f.ID, Href: pathOf(f.ID)})
	}
	return all
}

func (f *routeFrame) notice(say *words.Catalogue) string {
	switch f.Done {
	case "made":
		return say.ConsoleRoutes.DidCreate
	case "changed":
		return say.ConsoleRoutes.DidChange
	}
	return ""
}

// shadows reports whether the page leads to what the route let through in the shadow.
func (f *routeFrame) shadows() bool {
	return f.CanShadow && f.Served != nil && f.Served.Mode == gate.Shadow.String()
}

// simulator is the page that asks what becomes of a request to the route.
func (f *routeFrame) simulator() string {
	asked := url.Values{}
	if r := f.Served; r != nil && len(r.Methods) > 0 {
		asked.Set("method", r.Methods[0])
	}
	return pathSimulate + "?" + asked.Encode()
}

// behind is the page of the upstream that the route leads to, "" where it has none: a route that
// another proxy asks about leads nowhere from here.
func behind(v *guard.Visit, f *routeFrame) (string, error) {
	if f.Served == nil || f.Served.Upstream == "" || !f.Has(pathUpstreams) {
		return "", nil
	}
	found, err := guard.Ask[admin.Page[wire.ServedUpstream]](v, "listServedUpstreams", admin.Input{Query: url.Values{"id": {f.Served.Upstream}}})
	if err != nil || len(found.Body.Items) == 0 || found.Body.Items[0].ID != f.Served.Upstream {
		return "", err
	}
	return pathUpstreams + "/one/" + url.PathEscape(f.Served.Upstream), nil
}

// routePage shows one route.
type routePage struct {
	routeFrame
	Behind string // the page of its upstream; may be empty
}

func (p routePage) Head(*words.Catalogue) view.Head { return part.Head(words.Title(p.ID)) }
func (p routePage) Body() templ.Component           { return routeBody(p) }

func (p routePage) facts(say *words.Catalogue) []part.Fact {
	w, r := say.ConsoleRoutes, p.Served
	all := []part.Fact{
		{Name: w.Takes, Value: codes(addresses(&r.Route))},
		{Name: w.Methods, Value: part.Text(strings.Join(r.Methods, " "))},
		{Name: w.Asks, Value: asksEach(r)},
		{Name: w.Upstream, Value: upstream(r.Upstream, p.Behind)},
		{Name: w.Tests, Value: part.Number(r.Tests)},
	}
	if len(r.Authn) > 0 {
		all = append(all, part.Fact{Name: w.Authn, Value: part.Text(shown(say, r.Authn))})
	}
	if len(r.Issuers) > 1 || len(r.Issuers) == 1 && r.Issuers[0] != gate.Self {
		all = append(all, part.Fact{Name: w.Issuers, Value: codes(r.Issuers)})
	}
	if p.Kept != nil {
		all = append(all, part.Fact{Name: w.Changed, Value: part.When(p.Now, p.Kept.Updated)})
	}
	return all
}

func addresses(r *wire.Route) (all []string) {
	for _, host := range r.Hosts {
		for _, at := range r.Paths {
			all = append(all, host+at)
		}
	}
	return all
}

func shown(say *words.Catalogue, ways []string) string {
	said := map[string]string{gate.ByBearer: say.ConsoleRoutes.Bearer, gate.BySession: say.ConsoleRoutes.Session, gate.ByCertificate: say.ConsoleRoutes.Certificate}
	var all []string
	for _, way := range ways {
		all = append(all, said[way])
	}
	return strings.Join(all, ", ")
}

// decisions are what was decided in the last seven days.
func (p routePage) decisions(say *words.Catalogue) []part.Stat {
	w := say.ConsoleRoutes
	all, refused := wire.Decided(p.Served.Decisions)
	label := w.Refused
	if p.Served.Mode == gate.Shadow.String() {
		label = w.WouldRefuse
	}
	stats := []part.Stat{{Label: w.Decided, Value: say.Number(all)}, {Label: label, Value: say.Number(refused)}}
	for _, outcome := range []string{"deny", "unknown", "challenge", "limited", "error"} {
		if n := p.Served.Decisions[outcome]; n > 0 {
			stats = append(stats, part.Stat{Label: decided(say, outcome), Value: say.Number(int(n))})
		}
	}
	return stats
}

// decided is how people call what came out.
func decided(say *words.Catalogue, outcome string) string {
	if said := say.ConsoleRoutes.Outcomes[outcome]; said != "" {
		return said
	}
	return outcome
}

// text is all that the route says, as JSON.
func (p routePage) text() string {
	if p.Kept == nil {
		return ""
	}
	text, _ := json.MarshalIndent(p.Kept.Spec, "", "  ") // it came as JSON
	return string(text)
}
