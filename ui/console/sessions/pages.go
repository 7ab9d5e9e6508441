package sessions

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// listPage lists the browsers of everybody.
type listPage struct {
	guard.Frame
	Asked     url.Values // as the address has it
	List      []wire.Session
	Next      string
	Now       time.Time
	CanEnd    bool
	CanEndAll bool
	People    bool   // people may be looked for
	Person    string // who was looked for
	Unknown   bool   // and not found

	to func(wire.Subject) string // the page of somebody
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleSessions.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p *listPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleSessions
	f := part.Filters{Action: path, Fields: []part.Field{{ID: "begun", Label: is.Begun, Kind: part.Choose, Value: p.Asked.Get("begun"), Options: []part.Option{
		{Label: is.Whenever}, {Value: "hour", Label: is.Hour}, {Value: "day", Label: is.Day}, {Value: "week", Label: is.Week},
	}}}}
	if p.People {
		f.Search = part.Field{ID: "person", Label: is.Person, Hint: is.PersonHint, Value: p.Person}
	}
	if p.Unknown {
		f.Search.Problem = is.NoPerson
	}
	if by := p.Asked.Get("sort"); by != "" {
		f.Keep = []part.Hidden{{Name: "sort", Value: by}}
	}
	for _, o := range f.Fields[0].Options[1:] {
		if o.Value == p.Asked.Get("begun") {
			f.Chips = append(f.Chips, part.Chip{Label: is.Begun, Value: o.Label, Href: guard.With(path, p.Asked, "begun", "")})
		}
	}
	return f
}

func (p *listPage) table(say *words.Catalogue) part.Table {
	t := table(say, p.List, p.Now, true)
	for i, one := range p.List { // the page of a session is one of its person
		if guard.PageOf(p.to, wire.Subject{Kind: access.User, ID: string(one.User)}) == "" {
			t.Rows[i].Href = ""
		}
	}
	since := &t.Columns[2]
	if since.Order, since.Sort = part.Descending, guard.With(path, p.Asked, "sort", "created"); p.Asked.Get("sort") == "created" {
		since.Order, since.Sort = part.Ascending, guard.With(path, p.Asked, "sort", "-created")
	}
	if p.CanEnd {
		t.Bulk = &part.Bulk{Action: pathSelected, Token: p.Token, Fields: p.Carried(), Do: []part.Button{{ID: "end-selected", Label: say.ConsoleSessions.End, Danger: true}}}
	}
	return t
}

// table lists sessions; whose they are stands there where that is not the page's subject.
func table(say *words.Catalogue, list []wire.Session, now time.Time, whose bool) part.Table {
	is := &say.ConsoleSessions
	t := part.Table{ID: "sessions", Caption: string(is.Title), Columns: []part.Column{
		{Label: is.Browser}, {Label: is.Proved}, {Label: is.Since}, {Label: is.Used}, {Label: is.Ends},
	}}
	if whose {
		t.Columns[0].Label = is.Who
	}
	for _, one := range list {
		device := view.DeviceOf(one.Agent).Name(say)
		name := part.Lines{Main: device, Under: one.IP}
		if whose {
			name = part.Lines{Main: cmp.Or(one.Email, string(one.User)), Under: strings.Trim(device+" · "+one.IP, " ·")}
		}
		t.Rows = append(t.Rows, part.Row{
			Value: string(one.ID), Label: name.Main + ", " + device, Href: pathOf(string(one.User), string(one.ID)),
			Cells: []templ.Component{part.Cell(name), part.Text(proved(say, one)), part.When(now, one.Created), part.When(now, one.Seen), part.Left(part.Countdown{Now: now, Until: ends(one)})},
		})
	}
	return t
}

// proved says by what the person proved who they are.
func proved(say *words.Catalogue, s wire.Session) string {
	var all []string
	for _, one := range s.Proofs {
		name := say.ConsoleSessions.Proofs[string(one.Source)]
		if name == "" {
			name = string(one.Method)
		}
		all = append(all, name)
	}
	return strings.Join(all, ", ")
}

// ends is when the session is over if nobody uses it any more.
func ends(s wire.Session) time.Time {
	if s.IdleExpires.Before(s.Expires) {
		return s.IdleExpires
	}
	return s.Expires
}

func (p *listPage) pager() (pages part.Pager) {
	pages = guard.Pager(path, p.Asked, p.Next)
	pages.Time = p.Asked.Get("sort") != "created"
	return pages.Showing(len(p.List))
}

// personPage lists those of one person.
type personPage struct {
	person.Frame
	List              []wire.Session
	CanEnd, CanEndAll bool
}

func (p personPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleUsers.Sessions + " · " + p.Name()))
}
func (p personPage) Body() templ.Component { return personBody(p) }

func (p *personPage) notice(say *words.Catalogue) string {
	return map[string]string{"end": say.ConsoleSessions.Ended}[p.Done]
}

// sessionPage shows one, and asks whether to end it.
type sessionPage struct {
	person.Frame
	Session   wire.Session
	Apps      []string // that hold tokens of it
	AppsKnown bool     // these are all
	CanEnd    bool
}

func (p sessionPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p sessionPage) Body() templ.Component { return sessionBody(p) }

func (p *sessionPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleSessions.One.With(words.Browser, view.DeviceOf(p.Session.Agent).Name(say))
}

func (p *sessionPage) facts(say *words.Catalogue) []part.Fact {
	is, s := &say.ConsoleSessions, &p.Session
	return []part.Fact{
		{Name: is.Who, Value: whose(p.Frame)},
		{Name: is.Address, Value: part.Text(s.IP)},
		{Name: is.Proved, Value: part.Text(proved(say, *s))},
		{Name: is.Since, Value: part.When(p.Now, s.Created)},
		{Name: is.Used, Value: part.When(p.Now, s.Seen)},
		{Name: is.Ends, Value: part.Left(part.Countdown{Now: p.Now, From: s.Created, Until: ends(*s)})},
		{Name: is.Agent, Value: part.Text(s.Agent)},
		{Name: is.ID, Value: part.Copy("session-id", string(s.ID))},
	}
}

// sure asks whether to end it, and names what goes with it.
func (p *sessionPage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleSessions
	at := pathOf(string(p.User.ID), string(p.Session.ID))
	c := part.Confirm{Title: is.EndTitle, Consequence: is.EndWhy, Details: []string{is.EndGate}, Form: p.Draw(say, part.Form{
		ID: "end", Action: at, Cancel: p.Path() + tab, Do: []part.Button{{ID: "submit", Label: is.End, Danger: true}},
	})}
	switch {
	case len(p.Apps) > 0:
		c.Details = append([]string{say.Count(is.EndApps, len(p.Apps)) + " " + strings.Join(p.Apps, ", ")}, c.Details...)
	case p.AppsKnown:
		c.Details = append([]string{is.EndNoApps}, c.Details...)
	}
	return c
}

// selectedPage ends those that were chosen of the list.
type selectedPage struct {
	guard.Frame
	Chosen   []string
	Finished bool
	Not      []not
	Now      time.Time
}

// not is one that was not ended, and why.
type not struct {
	session string
	why     *fault.Error
}

func (p selectedPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleSessions.Bulk)
}
func (p selectedPage) Body() templ.Component { return selectedBody(p) }

func (p *selectedPage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleSessions
	form := part.Form{ID: "selected", Action: pathSelected, Cancel: path, Hidden: []part.Hidden{{Name: "confirmed", Value: "yes"}}, Do: []part.Button{{ID: "submit", Label: is.End, Danger: true}}}
	for _, session := range p.Chosen {
		form.Hidden = append(form.Hidden, part.Hidden{Name: "row", Value: session})
	}
	return part.Confirm{Title: is.BulkAsk, Consequence: say.Count(is.BulkWhy, len(p.Chosen)), Details: []string{is.EndGate}, Form: p.Draw(say, form)}
}

func (p *selectedPage) notice(say *words.Catalogue) string {
	if !p.Finished {
		return ""
	}
	return say.Count(say.ConsoleSessions.Bulked, len(p.Chosen)-len(p.Not))
}
