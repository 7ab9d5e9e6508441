package routes

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

func itoa(n int) string { return strconv.Itoa(n) }

// listPage lists the routes.
type listPage struct {
	guard.Frame
	Asked                  url.Values
	Gate                   wire.Gate
	Served                 []wire.ServedRoute
	Kept                   []admin.GateRoute // that this process does not serve
	Next                   string
	CanCreate, CanSimulate bool
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleRoutes.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "deleted" {
		return say.ConsoleRoutes.DidDelete
	}
	return ""
}

func (p listPage) with(name, value string) string {
	asked := maps.Clone(p.Asked)
	if asked == nil {
		asked = url.Values{}
	}
	asked.Del("cursor")
	if asked.Set(name, value); value == "" {
		asked.Del(name)
	}
	return path + "?" + asked.Encode()
}

func (p listPage) filters(say *words.Catalogue) part.Filters {
	f := part.Filters{Action: path, Search: part.Field{ID: "search", Label: say.ConsoleRoutes.Find, Value: p.Asked.Get("search")}}
	if text := p.Asked.Get("search"); text != "" {
		f.Chips = []part.Chip{{Label: say.ConsoleRoutes.Find, Value: text, Href: p.with("search", "")}}
	}
	return f
}

func (p listPage) table(say *words.Catalogue) part.Table {
	w := say.ConsoleRoutes
	t := part.Table{ID: "routes", Caption: string(w.Title), Columns: []part.Column{
		{Label: w.Route}, {Label: w.Mode}, {Label: w.Asks}, {Label: w.Upstream}, {Label: w.Decided, Number: true}, {Label: w.Refused, Number: true},
	}}
	for _, r := range p.Served {
		decided, refused := counted(r.Decisions)
		t.Rows = append(t.Rows, part.Row{Label: r.ID, Href: pathOf(r.ID), Soft: r.Mode == gate.Off.String(), Cells: []templ.Component{
			part.Cell(part.Lines{Main: r.ID, Code: address(&r.Route)}), part.Pill(modeOf(say, r.Mode)), asks(&r), code(r.Upstream), part.Number(decided), part.Number(refused),
		}})
	}
	for _, r := range p.Kept {
		t.Rows = append(t.Rows, part.Row{Label: r.ID, Href: pathOf(r.ID), Soft: true, Cells: []templ.Component{
			part.Cell(part.Lines{Main: r.ID, Code: strings.Join(r.Spec.Match.Hosts, " ")}), part.Pill(part.Badge{Label: w.NotServed, Tone: part.Warn}), part.Text(""), code(r.Spec.Upstream), part.Text(""), part.Text(""),
		}})
	}
	return t
}

func (p listPage) empty(say *words.Catalogue) part.Empty {
	w := say.ConsoleRoutes
	e := part.Empty{Title: w.None, Lead: w.NoneTodo}
	switch {
	case p.Asked.Get("search") != "":
		e.Lead, e.Do = w.NoneFound, []part.Link{{Label: w.All, Href: path}}
	case !p.Gate.Listens:
		e.Title, e.Lead = w.NoGate, w.NoGateTodo
	case p.CanCreate:
		e.Do = []part.Link{{Label: w.Create, Href: pathNew}}
	}
	return e
}

func (p listPage) pager() (pages part.Pager) {
	if p.Asked.Get("cursor") != "" {
		pages.First = p.with("cursor", "")
	}
	if p.Next != "" {
		pages.Next = p.with("cursor", p.Next)
	}
	return pages
}

// address is the first that a route takes, and that there are more.
func address(r *wire.Route) string {
	if len(r.Hosts) == 0 || len(r.Paths) == 0 {
		return ""
	}
	text := r.Hosts[0] + r.Paths[0]
	if len(r.Hosts)*len(r.Paths) > 1 {
		text += " …"
	}
	return text
}

// counted is how much was decided, and how much of it not let through.
func counted(decisions map[string]int64) (all, refused int) {
	for outcome, n := range decisions {
		all += int(n)
		if outcome != "allow" && outcome != "public" && outcome != "preflight" {
			refused += int(n)
		}
	}
	return all, refused
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

// permissionsOf are what a route asks for, each once.
func permissionsOf(r *wire.Route) []string {
	return slices.Compact(slices.Sorted(maps.Values(r.Permissions)))
}

// routeFrame is what the pages of one route share.
type routeFrame struct {
	guard.Frame
	ID                                       string
	Now                                      time.Time
	Gate                                     wire.Gate
	Kept                                     *admin.GateRoute // as it is in the database; nil: it is in a file
	ETag                                     string
	Served                                   *wire.ServedRoute // as this process serves it; nil: it does not
	CanEdit, CanDelete, CanSimulate, History bool
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

// simulator is the page that asks what becomes of a request to the route.
func (f *routeFrame) simulator() string {
	asked := url.Values{}
	if r := f.Served; r != nil && len(r.Methods) > 0 {
		asked.Set("method", r.Methods[0])
	}
	return pathSimulate + "?" + asked.Encode()
}

// routePage shows one route.
type routePage struct{ routeFrame }

func (p routePage) Head(*words.Catalogue) view.Head { return part.Head(words.Title(p.ID)) }
func (p routePage) Body() templ.Component           { return routeBody(p) }

func (p routePage) facts(say *words.Catalogue) []part.Fact {
	w, r := say.ConsoleRoutes, p.Served
	all := []part.Fact{
		{Name: w.Takes, Value: codes(addresses(&r.Route))},
		{Name: w.Methods, Value: part.Text(strings.Join(r.Methods, " "))},
		{Name: w.Asks, Value: asksEach(r)},
		{Name: w.Upstream, Value: code(r.Upstream)},
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
	all, refused := counted(p.Served.Decisions)
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

// editPage is the form of a route.
type editPage struct {
	guard.Frame
	Of        string // the route that is changed; "" for a new one
	ETag      string
	Draft     draft
	Methods   []string // that a route may take
	Upstreams []string
	Tried     *admin.GateTrial // what was typed can be used
}

func (p editPage) Head(say *words.Catalogue) view.Head { return part.Head(p.title(say)) }
func (p editPage) Body() templ.Component               { return editBody(p) }

func (p editPage) title(say *words.Catalogue) words.Title {
	if p.Of == "" {
		return say.ConsoleRoutes.NewTitle
	}
	return say.ConsoleRoutes.EditTitle.With(words.Name, p.Of)
}

func (p editPage) action() string {
	if p.Of == "" {
		return pathNew
	}
	return pathOf(p.Of) + "/edit"
}

func (p editPage) back() string {
	if p.Of == "" {
		return path
	}
	return pathOf(p.Of)
}

func (p editPage) crumbs(say *words.Catalogue) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleRoutes.Title), Href: path}}
	if p.Of != "" {
		all = append(all, part.Link{Label: p.Of, Href: pathOf(p.Of)})
	}
	return all
}

// wrongs are what is wrong with what was typed.
func (p editPage) wrongs(say *words.Catalogue) []string {
	form := p.form(say)
	all := form.Wrong
	for _, in := range form.Fields {
		if in.Problem != "" {
			all = append(all, in.Problem)
		}
	}
	return all
}

// wrongsOf are what is wrong where there is no form.
func wrongsOf(f guard.Frame, say *words.Catalogue) []string { return f.Draw(say, part.Form{}).Wrong }

// methods are those that a route may take.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

func (p editPage) form(say *words.Catalogue) part.Form {
	w, d := say.ConsoleRoutes, p.Draft
	form := part.Form{ID: "route", Action: p.action(), Cancel: p.back(), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}}, Do: []part.Button{
		{ID: "submit", Label: w.Review, Main: true, Name: "do", Value: doReview}, {ID: "check", Label: w.Check, Name: "do", Value: doCheck},
	}}
	if p.Of == "" {
		form.Fields = []part.Field{{ID: "id", Label: w.ID, Hint: w.IDHint, Value: d.ID, Literal: true, Max: 64, Complete: "off", Focus: p.Wrong == nil}}
	}
	form.Fields = append(form.Fields,
		part.Field{ID: "hosts", Label: w.Hosts, Hint: w.HostsHint, Kind: part.Area, Rows: 2, Value: d.Hosts, Literal: true},
		part.Field{ID: "paths", Label: w.Paths, Hint: w.PathsHint, Kind: part.Area, Rows: 3, Value: d.Paths, Literal: true},
		part.Field{ID: "methods", Label: w.Methods, Kind: part.Ticks, Options: ticked(d.Methods, p.Methods, nil)},
		part.Field{ID: "mode", Label: w.Mode, Kind: part.Radio, Options: []part.Option{
			{Value: gate.Enforce.String(), Label: w.Enforce, Hint: w.EnforceHint, On: d.Mode == "" || d.Mode == gate.Enforce.String()},
			{Value: gate.Shadow.String(), Label: w.Shadow, Hint: w.ShadowHint, On: d.Mode == gate.Shadow.String()},
			{Value: gate.Off.String(), Label: w.Off, Hint: w.OffHint, On: d.Mode == gate.Off.String()},
		}},
		part.Field{ID: "upstream", Label: w.Upstream, Hint: w.UpstreamHint, Kind: part.Choose, Value: d.Upstream, Options: p.upstreams(say)},
		part.Field{ID: "public", Label: w.Public, Hint: w.PublicHint, Kind: part.Tick, On: d.Public},
		part.Field{ID: "authn", Label: w.Authn, Kind: part.Ticks, Options: ticked(d.Authn, []string{gate.ByBearer, gate.BySession, gate.ByCertificate}, []string{w.Bearer, w.Session, w.Certificate})},
		part.Field{ID: "api", Label: w.API, Hint: w.APIHint, Value: d.API, Literal: true, Optional: true, Max: 64, Complete: "off"},
		part.Field{ID: "permission", Label: w.Permission, Hint: w.PermissionHint, Kind: part.Area, Rows: 2, Value: d.Permission, Literal: true, Optional: true},
		part.Field{ID: "resource", Label: w.Resource, Hint: w.ResourceHint, Value: d.Resource, Literal: true, Optional: true, Max: 200, Complete: "off"},
		part.Field{ID: "condition", Label: w.Condition, Hint: w.ConditionHint, Kind: part.Area, Rows: 2, Value: d.Condition, Literal: true, Optional: true},
		part.Field{ID: "rest", Label: w.Rest, Hint: w.RestHint, Kind: part.Area, Rows: min(max(strings.Count(d.Rest, "\n")+2, 4), 24), Value: d.Rest, Literal: true, Optional: true},
	)
	return p.Draw(say, form)
}

// ticked are options of which some are chosen; labels are nil where the values say it.
func ticked(on, values, labels []string) (all []part.Option) {
	for i, value := range values {
		one := part.Option{Value: value, Label: value, On: slices.Contains(on, value)}
		if labels != nil {
			one.Label = labels[i]
		}
		all = append(all, one)
	}
	return all
}

func (p editPage) upstreams(say *words.Catalogue) []part.Option {
	all := []part.Option{{Label: say.ConsoleRoutes.NoUpstream}}
	for _, name := range p.Upstreams {
		all = append(all, part.Option{Value: name, Label: name})
	}
	return all
}

// reviewPage shows what a change comes to, and asks whether it shall count.
type reviewPage struct {
	guard.Frame
	ID, ETag         string
	New              bool
	Spec             gate.RouteSpec
	Changes          []part.Change
	Tests            int
	Replayed         *wire.Replayed
	NoLog            bool        // nothing is written down that could be made again
	Version          *wire.Event // the change that it goes back to
	Now              time.Time
	CanSave, Refused bool // of a version: it may count again; it cannot be used any more
}

func (p reviewPage) Head(say *words.Catalogue) view.Head { return part.Head(p.title(say)) }
func (p reviewPage) Body() templ.Component               { return reviewBody(p) }

func (p reviewPage) title(say *words.Catalogue) words.Title {
	switch {
	case p.Version != nil:
		return say.ConsoleRoutes.VersionTitle.With(words.Name, p.ID)
	case p.New:
		return say.ConsoleRoutes.ReviewNewTitle.With(words.Name, p.ID)
	}
	return say.ConsoleRoutes.ReviewTitle.With(words.Name, p.ID)
}

// offered reports whether it can be saved here.
func (p reviewPage) offered() bool {
	return !p.Refused && len(p.Changes) > 0 && (p.Version == nil || p.CanSave)
}

func (p reviewPage) action() string {
	if p.New {
		return pathNew
	}
	return pathOf(p.ID) + "/edit"
}

func (p reviewPage) crumbs(say *words.Catalogue) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleRoutes.Title), Href: path}}
	if !p.New {
		all = append(all, part.Link{Label: p.ID, Href: pathOf(p.ID)})
	}
	if p.Version != nil {
		all = append(all, part.Link{Label: say.ConsoleRoutes.History, Href: pathOf(p.ID) + "/history"})
	}
	return all
}

func (p reviewPage) form(say *words.Catalogue) part.Form {
	text, _ := json.Marshal(p.Spec) // it came as JSON
	label, back := say.ConsoleRoutes.Save, path
	if !p.New {
		back = pathOf(p.ID)
	}
	if p.Version != nil {
		label = say.ConsoleRoutes.RollBack
	}
	return p.Draw(say, part.Form{
		ID: "review", Action: p.action(), Cancel: back, Do: []part.Button{{ID: "submit", Label: label, Main: true, Name: "do", Value: doSave}},
		Hidden: []part.Hidden{{Name: "id", Value: p.ID}, {Name: "etag", Value: p.ETag}, {Name: "spec", Value: string(text)}},
	})
}

// turned says how many decisions would turn, one sentence for each way.
func (p reviewPage) turned(say *words.Catalogue) (all []string) {
	for _, t := range p.Replayed.Turns {
		all = append(all, say.Of(say.ConsoleRoutes.Turns, t.Count).Fill(words.N.Is(say.Number(t.Count)), words.TurnFrom.Is(decided(say, t.From)), words.TurnTo.Is(decided(say, t.To))))
	}
	return all
}

// mostShown is how many decisions that would turn are shown one by one.
const mostShown = 20

func (p reviewPage) entries(say *words.Catalogue) part.Table {
	w := say.ConsoleRoutes
	t := part.Table{ID: "turned", Caption: w.Turned, Columns: []part.Column{{Label: w.Request}, {Label: w.Who}, {Label: w.Was}, {Label: w.WouldBe}, {Label: w.When}}}
	for _, c := range p.Replayed.Changes[:min(len(p.Replayed.Changes), mostShown)] {
		t.Rows = append(t.Rows, part.Row{Label: c.Path, Cells: []templ.Component{code(c.Method + " " + c.Host + c.Path), subject(c.Subject), part.Text(decided(say, c.From)), part.Text(decided(say, c.To)), part.When(p.now(), c.At)}})
	}
	if n := len(p.Replayed.Changes); n > mostShown {
		t.Foot = part.Text(w.MoreTurned)
	}
	return t
}

func (p reviewPage) now() time.Time {
	if p.Now.IsZero() {
		return time.Now()
	}
	return p.Now
}

// deletePage asks whether to remove a route.
type deletePage struct {
	routeFrame
	Mistyped bool
}

func (p deletePage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleRoutes.DeleteTitle.With(words.Name, p.ID))
}
func (p deletePage) Body() templ.Component { return deleteBody(p) }

func (p deletePage) sure(say *words.Catalogue) part.Confirm {
	w := say.ConsoleRoutes
	c := part.Confirm{Title: string(w.DeleteTitle.With(words.Name, p.ID)), Consequence: w.DeleteWhy, Name: p.ID, Bad: true, Form: p.Draw(say, part.Form{
		ID: "delete", Action: pathOf(p.ID) + "/delete", Cancel: pathOf(p.ID), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}}, Do: []part.Button{{ID: "submit", Label: w.Delete, Danger: true}},
	})}
	if p.Served != nil {
		all, _ := counted(p.Served.Decisions)
		c.Details = append(addresses(&p.Served.Route), say.Of(w.Lately, all).With(words.N, say.Number(all)))
	}
	if p.Mistyped {
		c.Problem = w.Mistyped
	}
	return c
}

// historyPage lists what was done to a route.
type historyPage struct {
	routeFrame
	Events []wire.Event
	Names  map[string]string // addresses of people by their ids
	Next   string
	Later  bool
}

func (p historyPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleRoutes.HistoryTitle.With(words.Name, p.ID))
}
func (p historyPage) Body() templ.Component { return historyBody(p) }

func (p historyPage) table(say *words.Catalogue) part.Table {
	w := say.ConsoleRoutes
	t := part.Table{ID: "history", Caption: w.History, Columns: []part.Column{{Label: w.When}, {Label: w.Done}, {Label: w.By}, {Label: w.Look, Unseen: true}}}
	for i, e := range p.Events {
		row := part.Row{Label: string(e.ID), Cells: []templ.Component{part.When(p.Now, e.At), part.Text(happened(say, &e)), p.by(&e), part.Text("")}}
		if _, ok := said(&e, p.ID); ok {
			row.Cells[3] = look(p.ID, &e, say.Moment(e.At), i == 0 && !p.Later)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// happened is what an event did.
func happened(say *words.Catalogue, e *wire.Event) string {
	switch e.Action {
	case gate.ActionRouteCreate:
		return say.ConsoleRoutes.Created
	case gate.ActionRouteUpdate:
		return say.ConsoleRoutes.Updated
	case gate.ActionRouteDelete:
		return say.ConsoleRoutes.Deleted
	}
	return string(e.Action)
}

func (p historyPage) by(e *wire.Event) templ.Component {
	if email := p.Names[e.Actor.ID]; email != "" {
		return person(e.Actor.ID, email)
	}
	return actor(e.Actor)
}

func (p historyPage) pager() (pages part.Pager) {
	base := pathOf(p.ID) + "/history"
	pages.Time = true
	if p.Later {
		pages.First = base
	}
	if p.Next != "" {
		pages.Next = base + "?cursor=" + url.QueryEscape(p.Next)
	}
	return pages
}

// simulatePage asks what becomes of a request, and tells.
type simulatePage struct {
	guard.Frame
	Asked   url.Values
	Methods []string
	Now     time.Time
	Email   string // of the person who asks
	Answer  *wire.GateAnswer
}

func (p simulatePage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleRoutes.SimulateTitle)
}
func (p simulatePage) Body() templ.Component { return simulateBody(p) }

// fields are the question.
func (p simulatePage) fields(say *words.Catalogue) []part.Field {
	w, get := say.ConsoleRoutes, p.Asked.Get
	all := []part.Field{
		{ID: "method", Label: w.Method, Kind: part.Choose, Value: get("method"), Options: options(p.Methods)},
		{ID: "url", Label: w.URL, Value: get("url"), Literal: true, Max: 2048, Complete: "off", Hint: w.URLHint},
		{ID: "who", Label: w.Who, Value: get("who"), Literal: true, Optional: true, Max: 320, Complete: "off", Hint: w.WhoHint},
		{ID: "acr", Label: w.Proved, Kind: part.Choose, Value: get("acr"), Options: []part.Option{{Value: "aal1", Label: w.ByPassword}, {Value: "aal2", Label: w.ByTwo}}},
		{ID: "age", Label: w.Age, Kind: "number", Value: get("age"), Unit: w.Minutes, Optional: true},
		{ID: "at", Label: w.At, Kind: "datetime-local", Value: get("at"), Optional: true},
		{ID: "ip", Label: w.IP, Value: get("ip"), Literal: true, Optional: true, Max: 64, Complete: "off"},
		{ID: "resource", Label: w.Thing, Value: get("resource"), Literal: true, Optional: true, Max: 4000, Complete: "off", Hint: w.ThingHint},
	}
	return p.Draw(say, part.Form{Fields: all}).Fields
}

// problems are what was wrong with the question and stands at no input.
func (p simulatePage) problems(say *words.Catalogue) []string {
	return p.Draw(say, part.Form{Fields: p.fields(say)}).Wrong
}

func options(all []string) (found []part.Option) {
	for _, one := range all {
		found = append(found, part.Option{Value: one, Label: one})
	}
	return found
}

// steps are how the gate comes to its answer.
func (p simulatePage) steps(say *words.Catalogue) []part.Step {
	w, a := say.ConsoleRoutes, p.Answer
	if a.Routed == nil {
		return []part.Step{{Outcome: part.Failed, Label: w.NoRoute}}
	}
	r := a.Routed
	all := []part.Step{{Outcome: part.Passed, Label: w.RoutedBy.With(words.Name, r.Route), Detail: captured(r)}}
	switch {
	case r.Public:
		return append(all, part.Step{Outcome: part.Passed, Label: w.AsksNobody})
	case p.Asked.Get("who") == "":
		return append(all, part.Step{Outcome: part.Failed, Label: w.Unknown, Detail: shown(say, r.Authn)})
	}
	all = append(all, part.Step{Outcome: part.Passed, Label: w.Known.With(words.Name, p.Asked.Get("who"))})
	if a.Explanation == nil {
		return append(all, part.Step{Outcome: part.Failed, Label: w.PermissionGone.With(words.Permission, r.Permission)})
	}
	step := part.Step{Outcome: part.Passed, Label: w.Holds.With(words.Permission, a.Explanation.Do), Detail: say.ConsoleAccess.Reasons[string(a.Explanation.Reason)]}
	if a.Explanation.Decision != "allow" {
		step.Outcome = part.Failed
	}
	all = append(all, step)
	for _, c := range a.Explanation.Grants {
		outcome := part.Skipped
		if c.ID == a.Explanation.Grant {
			outcome = step.Outcome
		}
		all = append(all, part.Step{Outcome: outcome, Label: w.ByGrant.With(words.Name, grantOf(&c)), Detail: say.ConsoleAccess.Verdicts[string(c.Verdict)]})
	}
	if a.Explanation.Decision == "allow" && !through(a.Decision) {
		all = append(all, part.Step{Outcome: part.Failed, Label: w.RouteAsksMore, Detail: say.ConsoleAccess.Reasons[a.Reason]})
	}
	return all
}

// grantOf is what a grant gives.
func grantOf(c *wire.Considered) string {
	if c.Role != "" {
		return c.Role
	}
	return c.Pattern
}

func captured(r *wire.Routed) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(r.Captures)) {
		all = append(all, name+" = "+r.Captures[name])
	}
	return strings.Join(all, ", ")
}

// through reports whether a decision lets a request through.
func through(decision string) bool {
	return slices.Contains([]string{"allow", "own", "filter", "public"}, decision)
}

// verdict is the answer in a word.
func (p simulatePage) verdict(say *words.Catalogue) part.Badge {
	b := part.Badge{Label: decided(say, p.Answer.Decision), Tone: part.Bad}
	switch {
	case through(p.Answer.Decision):
		b.Tone = part.Good
	case p.Answer.Decision == "challenge" || p.Answer.Decision == "mcp":
		b.Tone = part.Warn
	}
	return b
}

// changes are what differs between two routes, by the places that docs/gate.md names.
func changes(before, after gate.RouteSpec) (all []part.Change) {
	was, is := map[string]string{}, map[string]string{}
	flat("", document(before), was)
	flat("", document(after), is)
	names := maps.Clone(was)
	maps.Copy(names, is)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if was[name] != is[name] {
			all = append(all, part.Change{Name: name, Before: was[name], After: is[name]})
		}
	}
	return all
}

func document(s gate.RouteSpec) (v any) {
	text, _ := json.Marshal(s) // it has nothing that could not be written
	_ = json.Unmarshal(text, &v)
	return v
}

// flat writes the leaves of a document by their places. Lists are leaves: what is in one has no
// name.
func flat(place string, v any, into map[string]string) {
	if all, ok := v.(map[string]any); ok {
		for name, one := range all {
			flat(strings.TrimPrefix(place+"."+name, "."), one, into)
		}
		return
	}
	switch v := v.(type) {
	case nil:
	case string:
		into[place] = v
	case []any:
		into[place] = listText(v)
	default:
		text, _ := json.Marshal(v)
		into[place] = string(text)
	}
}

// listText is a list as it is read: texts with commas between them, anything else as JSON.
func listText(all []any) string {
	var texts []string
	for _, one := range all {
		text, ok := one.(string)
		if !ok {
			whole, _ := json.Marshal(all)
			return string(whole)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// renamed is err with its fields at the inputs of other names.
func renamed(err error, names map[string]string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	moved := *f
	moved.Fields = slices.Clone(f.Fields)
	for i := range moved.Fields {
		name := strings.TrimPrefix(moved.Fields[i].Name, "?") // a parameter
		if to := names[name]; to != "" {
			name = to
		}
		moved.Fields[i].Name = name
	}
	return &moved
}
