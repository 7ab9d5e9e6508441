package grants

import (
	"maps"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// listPage lists grants of one state.
type listPage struct {
	guard.Frame
	State                         string
	Asked                         url.Values // the filters, by their names in the address
	Grants                        []wire.Grant
	Next                          string
	Now                           time.Time
	CanCreate, CanChange, Refused bool
	People, Calendar              bool // these pages may be seen
}

func (p listPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleGrants.Title))
}
func (p listPage) Body() templ.Component { return listBody(p) }

// heading has the states as tabs; each keeps the filters.
func (p *listPage) heading(say *words.Catalogue) part.Heading {
	h := part.Heading{Title: string(say.ConsoleGrants.Title), Lead: say.ConsoleGrants.Lead, Actions: listActions(*p)}
	for _, state := range states {
		asked := maps.Clone(p.Asked)
		asked.Del("cursor")
		asked.Del("day")
		h.Tabs = append(h.Tabs, part.Tab{Label: say.ConsoleGrants.States[state], Href: address(state, asked), Current: state == p.State})
	}
	return h
}

// address is that of a list.
func address(state string, asked url.Values) string { return path + "?" + in(state, asked).Encode() }

// in are filters of a list with its state.
func in(state string, asked url.Values) url.Values {
	q := url.Values{"state": {state}}
	maps.Copy(q, asked)
	return q
}

// with is the address of the list with another value of a parameter.
func (p *listPage) with(name, value string) string {
	return guard.With(path, in(p.State, p.Asked), name, value)
}

func (p *listPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleGrants
	field := func(id, label, hint string) part.Field {
		return part.Field{ID: id, Label: label, Hint: hint, Value: p.Asked.Get(id), Max: 320, Optional: true, Literal: true}
	}
	source := part.Field{ID: "source", Label: is.Source, Kind: part.Choose, Value: p.Asked.Get("source"), Options: []part.Option{{Label: say.Console.All}}}
	for _, name := range sources {
		source.Options = append(source.Options, part.Option{Value: string(name), Label: is.Sources[string(name)]})
	}
	f := part.Filters{
		Action: path, Keep: []part.Hidden{{Name: "state", Value: p.State}},
		Fields: []part.Field{field("subject", is.ForWhom, is.ForWhomHint), field("role", is.Role, ""), field("permission", is.Permission, say.Console.Example)},
		More:   []part.Field{field("org", is.Org, ""), field("by", is.By, is.ByHint), source},
	}
	if day := p.Asked.Get("day"); day != "" {
		f.Keep = append(f.Keep, part.Hidden{Name: "day", Value: day})
	}
	names := map[string]string{"subject": is.ForWhom, "role": is.Role, "permission": is.Permission, "org": is.Org, "by": is.By, "source": is.Source, "day": is.EndsOn}
	for _, name := range p.chosen() {
		value := p.Asked.Get(name)
		if name == "source" && is.Sources[value] != "" {
			value = is.Sources[value]
		}
		if at, err := time.Parse(time.DateOnly, value); name == "day" && err == nil {
			value = say.Date(at)
		}
		f.Chips = append(f.Chips, part.Chip{Label: names[name], Value: value, Href: p.with(name, "")})
	}
	if len(f.Chips) > 1 {
		f.Clear = address(p.State, nil)
	}
	return f.Faulty(say, p.Wrong)
}

// sources are how a grant may have come about.
var sources = []access.Source{access.Manual, access.Requested, access.Applied, access.Bootstrap}

func (p *listPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleGrants
	t := part.Table{ID: "grants", Caption: string(is.Title), Columns: []part.Column{{Label: is.What}, {Label: is.ForWhom}, {Label: is.When[p.State]}, {Label: is.Why}, {Label: is.By}}}
	if p.CanChange && p.State != "ended" {
		t.Bulk = &part.Bulk{Action: pathSelected, Token: p.Token, Fields: p.Carried(), Do: []part.Button{
			{ID: "extend-selected", Name: "do", Value: "extend", Label: is.Extend.Link}, {ID: "revoke-selected", Name: "do", Value: "revoke", Label: is.Revoke.Link, Danger: true},
		}}
	}
	for _, g := range p.Grants {
		what := gives(is, &g)
		t.Rows = append(t.Rows, part.Row{Value: string(g.ID), Label: what + ", " + called(is, g.Subject), Href: pathOf(string(g.ID)), Soft: p.State == "ended", Cells: []templ.Component{
			part.Cell(part.Lines{Main: what, Under: limits(is, &g)}), whom(p.People, g.Subject), p.when(&g), part.Text(because(&g)), by(p.People, &g),
		}})
	}
	return t
}

// when is when a grant begins or ends, whichever the list is in the order of.
func (p *listPage) when(g *wire.Grant) templ.Component {
	if p.State == "scheduled" {
		return part.When(p.Now, g.NotBefore)
	}
	return over(p.Now, g)
}

// over tells when a grant ends, or ended.
func over(now time.Time, g *wire.Grant) templ.Component {
	if !g.Revoked.IsZero() {
		return part.Left(part.Countdown{Now: now, Until: g.Revoked})
	}
	return part.Left(part.Countdown{Now: now, From: begins(g), Until: g.ExpiresAt})
}

func begins(g *wire.Grant) time.Time {
	if g.NotBefore.IsZero() {
		return g.Created
	}
	return g.NotBefore
}

// because is why a grant is there, or why it ended.
func because(g *wire.Grant) string {
	if g.RevokedReason != "" {
		return g.RevokedReason
	}
	return g.Reason
}

// gives is what a grant gives.
func gives(say *words.ConsoleGrants, g *wire.Grant) string {
	text := g.Permission
	if g.Role != "" {
		text = say.ByRole.With(words.Name, g.Role)
	}
	if g.Effect != access.Allow {
		text = say.Denies.With(words.Name, text)
	}
	return text
}

// limits is where a grant counts, "" for everywhere.
func limits(say *words.ConsoleGrants, g *wire.Grant) string {
	text := say.Places[string(g.Where)]
	if g.Org != "" {
		if text != "" {
			text += ", "
		}
		text += say.Within.With(words.Name, g.Org)
	}
	return text
}

// called is how whom a grant is for is called.
func called(say *words.ConsoleGrants, s wire.Subject) string {
	switch {
	case s.Email != "":
		return s.Email
	case s.Kind == access.User:
		return s.ID
	}
	return say.Kinds[string(s.Kind)] + " " + s.ID
}

func (p *listPage) pager() part.Pager {
	return guard.Pager(path, in(p.State, p.Asked), p.Next).Showing(len(p.Grants))
}

// empty says what to do where there is none.
func (p *listPage) empty(say *words.Catalogue) part.Empty {
	e := part.Empty{Title: say.ConsoleGrants.None, Lead: say.ConsoleGrants.NoneTodo}
	if len(p.chosen()) > 0 {
		e.Do = append(e.Do, part.Link{Label: say.Part.Clear, Href: address(p.State, nil)})
	}
	if p.CanCreate {
		e.Do = append(e.Do, part.Link{Label: string(say.ConsoleGrants.New), Href: pathNew})
	}
	return e
}

func (p *listPage) notice(say *words.Catalogue) string {
	return map[string]string{"new": say.ConsoleGrants.Made}[p.Done]
}

// grantFrame is what the pages about one grant share.
type grantFrame struct {
	guard.Frame
	Grant  wire.Grant
	ETag   string
	Now    time.Time
	People bool              // the pages of people may be seen
	Names  map[string]string // of people, by their ids
}

// living reports whether the grant is not over.
func (f *grantFrame) living() bool {
	return f.Grant.Revoked.IsZero() && (f.Grant.ExpiresAt.IsZero() || f.Now.Before(f.Grant.ExpiresAt))
}

func (f *grantFrame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleGrants.Title), Href: path}}
	if below {
		all = append(all, part.Link{Label: gives(&say.ConsoleGrants, &f.Grant), Href: pathOf(string(f.Grant.ID))})
	}
	return all
}

// state says what became of the grant.
func (f *grantFrame) state(say *words.ConsoleGrants) part.Badge {
	switch {
	case !f.living():
		return part.Badge{Label: say.States["ended"]}
	case f.Grant.NotBefore.After(f.Now):
		return part.Badge{Label: say.States["scheduled"], Tone: part.Warn}
	case f.Grant.Effect != access.Allow:
		return part.Badge{Label: say.Denied, Tone: part.Bad}
	}
	return part.Badge{Label: say.States["active"], Tone: part.Good}
}

// facts say which grant it is.
func (f *grantFrame) facts(say *words.Catalogue) []part.Fact {
	is, g := &say.ConsoleGrants, &f.Grant
	all := []part.Fact{
		{Name: is.ForWhom, Value: whom(f.People, g.Subject)},
		{Name: is.What, Value: part.Text(gives(is, g))},
	}
	add := func(name string, value templ.Component, known bool) {
		if known {
			all = append(all, part.Fact{Name: name, Value: value})
		}
	}
	add(is.Places[""], part.Text(limits(is, g)), limits(is, g) != "")
	add(is.IDs, texts(g.ResourceIDs), len(g.ResourceIDs) > 0)
	add(is.Condition, code(g.Condition), g.Condition != "")
	add(is.ACR, part.Text(proofOf(say, g)), proofOf(say, g) != "")
	add(is.Begins, part.When(f.Now, g.NotBefore), !g.NotBefore.IsZero())
	add(is.Ends, over(f.Now, g), true)
	add(is.Reason, part.Text(g.Reason), g.Reason != "")
	add(is.Ticket, part.Text(g.Ticket), g.Ticket != "")
	add(is.By, by(f.People, g), true)
	add(is.Created, part.When(f.Now, g.Created), true)
	add(is.Source, part.Text(is.Sources[string(g.Source)]), true)
	add(is.RevokedBy, revoker(f.Names, g.RevokedBy), g.RevokedBy != "")
	add(is.RevokedWhy, part.Text(g.RevokedReason), g.RevokedReason != "")
	return all
}

// proofOf is what whoever uses it must have proved.
func proofOf(say *words.Catalogue, g *wire.Grant) string {
	if after := guard.After(say, &g.Requirement); after != "" || g.ACR == "" {
		return after
	}
	return say.ConsoleGrants.ACRs[g.ACR]
}

// grantPage shows one.
type grantPage struct {
	grantFrame
	Changes []change // which may be done with it
	Trail   []wire.Event
	Trailed bool // the trail may be seen
}

func (p grantPage) Head(say *words.Catalogue) view.Head { return part.Head(p.title(say)) }
func (p grantPage) Body() templ.Component               { return grantBody(p) }

// title says what is given to whom.
func (f *grantFrame) title(say *words.Catalogue) words.Title {
	is := &say.ConsoleGrants
	return words.Title(words.Phrase(is.One).Fill(words.Name.Is(gives(is, &f.Grant)), words.Email.Is(called(is, f.Grant.Subject))))
}

func (p *grantPage) notice(say *words.Catalogue) string {
	if p.Done == "new" {
		return say.ConsoleGrants.Made
	}
	for _, c := range changes {
		if c.name == p.Done {
			return c.say(&say.ConsoleGrants).Did
		}
	}
	return ""
}

// trail is what was recorded of it, the latest first.
func (p *grantPage) trail(say *words.Catalogue) part.Table {
	is := &say.ConsoleGrants
	t := part.Table{ID: "trail", Caption: is.Trail, Columns: []part.Column{{Label: is.Event}, {Label: is.By}, {Label: is.At}}}
	for _, e := range p.Trail {
		t.Rows = append(t.Rows, part.Row{Label: string(e.Action), Href: "/console/audit/" + string(e.ID), Cells: []templ.Component{
			code(string(e.Action)), actor(p.Names, &e), part.When(p.Now, e.At),
		}})
	}
	return t
}

// changePage asks what it takes to do something with a grant.
type changePage struct {
	grantFrame
	change change
	Gain   gain
	Typed  string
}

// asks is the question, of what is given to whom.
func (p changePage) asks(say *words.Catalogue) words.Title {
	is := &say.ConsoleGrants
	return words.Title(words.Phrase(p.change.say(is).Title).Fill(words.Name.Is(gives(is, &p.Grant)), words.Email.Is(called(is, p.Grant.Subject))))
}

func (p changePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.asks(say)))
}
func (p changePage) Body() templ.Component { return changeBody(p) }

func (p *changePage) sure(say *words.Catalogue) part.Confirm {
	is, at := &say.ConsoleGrants, pathOf(string(p.Grant.ID))
	field := reason(is, p.Typed)
	if !p.change.danger {
		field = last(is, p.Typed, false)
	}
	return part.Confirm{Title: string(p.asks(say)), Consequence: p.change.say(is).Why, Details: p.Gain.told(say), Form: p.Draw(say, part.Form{
		ID: p.change.name, Action: at + "/" + p.change.name, Cancel: at, Fields: []part.Field{field}, Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Do: []part.Button{{ID: "submit", Label: p.change.say(is).Link, Main: !p.change.danger, Danger: p.change.danger}},
	})}
}

// told says what it comes to, in sentences.
func (g *gain) told(say *words.Catalogue) (all []string) {
	is := &say.ConsoleGrants
	if n := len(g.Permissions); n > 0 && g.Known {
		all = append(all, say.Count(is.Permissions, n)+" "+say.Count(is.APIs, len(g.apis())))
	}
	switch {
	case g.More:
		all = append(all, is.ManyMembers.With(words.N, say.Number(g.Members)))
	case g.Members > 0:
		all = append(all, say.Count(is.Members, g.Members))
	}
	return all
}

func reason(say *words.ConsoleGrants, value string) part.Field {
	return part.Field{ID: "reason", Label: say.Reason, Hint: say.ReasonHint, Value: value, Max: 500}
}

// last asks how long a grant lasts; endless is whether it may have no end.
func last(say *words.ConsoleGrants, value string, endless bool) part.Field {
	field := part.Field{ID: "expires_at", Label: say.Last, Hint: say.LastHint, Value: value, Optional: endless, Literal: true, Complete: "off", Max: 16}
	if endless {
		field.Hint = say.LastHintEnd
	}
	for _, text := range []string{"10m", "1h", "8h", "1d", "7d", "30d"} {
		field.Options = append(field.Options, part.Option{Value: text})
	}
	return field
}

// selectedPage does something with grants that were chosen of the list.
type selectedPage struct {
	guard.Frame
	Chosen    []string
	Do, Typed string
	Grants    []wire.Grant
	Finished  bool
	Not       []not
	Now       time.Time
	People    bool
}

// not is one that it was not done to, and why.
type not struct {
	grant string
	why   *fault.Error
}

func (p selectedPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p selectedPage) Body() templ.Component { return selectedBody(p) }

func (p *selectedPage) title(say *words.Catalogue) words.Title {
	if p.Do == "extend" {
		return say.ConsoleGrants.BulkExtend
	}
	return say.ConsoleGrants.BulkRevoke
}

func (p *selectedPage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleGrants
	form := part.Form{
		ID: "selected", Action: pathSelected, Cancel: path, Hidden: []part.Hidden{{Name: "confirmed", Value: "yes"}, {Name: "do", Value: p.Do}},
		Fields: []part.Field{reason(is, p.Typed)}, Do: []part.Button{{ID: "submit", Label: is.Revoke.Link, Danger: true}},
	}
	c := part.Confirm{Title: is.BulkAsk, Consequence: say.Count(is.BulkRevokeWhy, len(p.Chosen))}
	if p.Do == "extend" {
		form.Fields, form.Do = []part.Field{last(is, p.Typed, false)}, []part.Button{{ID: "submit", Label: is.Extend.Link, Main: true}}
		c.Consequence = say.Count(is.BulkExtendWhy, len(p.Chosen))
	}
	for _, name := range p.Chosen {
		form.Hidden = append(form.Hidden, part.Hidden{Name: "row", Value: name})
	}
	for i := range p.Grants {
		c.Details = append(c.Details, called(is, p.Grants[i].Subject)+": "+gives(is, &p.Grants[i]))
	}
	c.Form = p.Draw(say, form)
	return c
}

func (p *selectedPage) notice(say *words.Catalogue) string {
	if !p.Finished {
		return ""
	}
	did := say.ConsoleGrants.BulkRevoked
	if p.Do == "extend" {
		did = say.ConsoleGrants.BulkExtended
	}
	return say.Count(did, len(p.Chosen)-len(p.Not))
}

// calendarPage shows a month of endings.
type calendarPage struct {
	guard.Frame
	Month, Now time.Time
	Days       []wire.DayEndings
}

func (p calendarPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleGrants.Calendar + words.Title(" · "+say.InMonth(p.Month)))
}
func (p calendarPage) Body() templ.Component { return calendarBody(p) }

func (p *calendarPage) drawn(say *words.Catalogue) part.Calendar {
	beside := func(months int) part.Link {
		at := p.Month.AddDate(0, months, 0)
		return part.Link{Label: say.InMonth(at), Href: pathCalendar + "?month=" + at.Format(inMonth)}
	}
	c := part.Calendar{ID: "endings", Caption: say.InMonth(p.Month), Month: p.Month, Before: beside(-1), Next: beside(1)}
	today := p.Now.UTC().Format(time.DateOnly)
	for _, d := range p.Days {
		state := "active"
		if d.Day < today {
			state = "ended"
		}
		c.Days = append(c.Days, part.Date{Count: d.Grants, More: d.More, Today: d.Day == today, Href: address(state, url.Values{"day": {d.Day}})})
	}
	return c
}
