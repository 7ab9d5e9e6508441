package routes

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/gate"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/typed"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// editPage is the form of a route.
type editPage struct {
	guard.Frame
	Of        string // the route that is changed; "" for a new one
	ETag      string
	Draft     draft
	Methods   []string // that a route may take
	Upstreams []string
	APIs      []part.Option    // whose permissions a route may ask for
	Empty     bool             // of a new one: there is no upstream, and the visitor may make one
	Tried     *admin.GateTrial // what was typed can be used

	present string // the ETag of the route as it is by now
}

func (p editPage) Head(say *words.Catalogue) view.Head { return part.Head(p.title(say)) }
func (p editPage) Body() templ.Component               { return editBody(p) }

func (p editPage) title(say *words.Catalogue) words.Title {
	if p.Of == "" {
		return say.ConsoleRoutes.NewTitle
	}
	return say.ConsoleRoutes.EditTitle.With(words.Name, p.Of)
}

// same makes the route be as the form has it, as far as that can be read.
func (p *editPage) same() {
	if spec, err := p.Draft.spec(); err == nil {
		p.Command = typed.Apply(gate.Object{ID: p.Draft.ID, Route: &spec})
	}
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
	fields := form.Fields
	for _, g := range form.Folds {
		fields = append(fields, g.Fields...)
	}
	for _, in := range fields {
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
		part.Field{ID: "authn", Label: w.Authn, Kind: part.Ticks, Options: ticked(d.Authn, []string{gate.ByBearer, gate.BySession, gate.ByCertificate}, []string{w.Bearer, w.Session, w.Certificate})},
		part.Field{ID: "public", Label: w.Public, Hint: w.PublicHint, Kind: part.Tick, On: d.Public},
		part.Field{ID: "api", Label: w.API, Hint: w.APIHint, Value: d.API, Literal: true, Optional: true, Max: 64, Complete: "off", Options: p.APIs},
		part.Field{ID: "permission", Label: w.Permission, Hint: w.PermissionHint, Kind: part.Area, Rows: 2, Value: d.Permission, Literal: true, Optional: true},
		part.Field{ID: "upstream", Label: w.Upstream, Hint: w.UpstreamHint, Kind: part.Choose, Value: d.Upstream, Options: p.upstreams(say)},
	)
	form.Folds = p.folds(say)
	return p.Draw(say, form)
}

// folds are what a first route needs nothing of.
func (p editPage) folds(say *words.Catalogue) []part.Fold {
	w, d := say.ConsoleRoutes, p.Draft
	enforces := d.Mode == "" || d.Mode == gate.Enforce.String()
	return []part.Fold{
		{Label: w.Mode, Lead: w.ModeLead, Open: !enforces, Fields: []part.Field{{ID: "mode", Label: w.Mode, Kind: part.Radio, Options: []part.Option{
			{Value: gate.Enforce.String(), Label: w.Enforce, Hint: w.EnforceHint, On: enforces},
			{Value: gate.Shadow.String(), Label: w.Shadow, Hint: w.ShadowHint, On: d.Mode == gate.Shadow.String()},
			{Value: gate.Off.String(), Label: w.Off, Hint: w.OffHint, On: d.Mode == gate.Off.String()},
		}}}},
		{Label: w.Narrower, Lead: w.NarrowerLead, Open: d.Resource != "" || d.Condition != "", Fields: []part.Field{
			{ID: "resource", Label: w.Resource, Hint: w.ResourceHint, Value: d.Resource, Literal: true, Optional: true, Max: 200, Complete: "off"},
			{ID: "condition", Label: w.Condition, Hint: w.ConditionHint, Kind: part.Area, Rows: 2, Value: d.Condition, Literal: true, Optional: true},
		}},
		{Label: w.Rest, Lead: w.RestLead, Open: d.Rest != "", Fields: []part.Field{
			{ID: "rest", Label: w.Rest, Hint: w.RestHint, Kind: part.Area, Rows: min(max(strings.Count(d.Rest, "\n")+2, 4), 24), Value: d.Rest, Literal: true, Optional: true},
		}},
	}
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
