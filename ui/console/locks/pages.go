package locks

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// kinds are what a lock may be on.
var kinds = []access.LockKind{access.LockUser, access.LockService, access.LockClient, access.LockSession, access.LockRole, access.LockGrant}

// listPage lists locks.
type listPage struct {
	guard.Frame
	Asked  url.Values // kind and cursor
	Locks  []wire.Lock
	Names  map[string]string // of people, by their ids
	Next   string
	Now    time.Time
	CanPut bool
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleLocks.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p *listPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleLocks
	kind := part.Field{ID: "kind", Label: is.On, Kind: part.Choose, Value: p.Asked.Get("kind"), Options: []part.Option{{Label: say.Console.All}}}
	for _, one := range kinds {
		kind.Options = append(kind.Options, part.Option{Value: string(one), Label: is.Kinds[string(one)]})
	}
	f := part.Filters{Action: path, Fields: []part.Field{kind}}
	if asked := p.Asked.Get("kind"); is.Kinds[asked] != "" {
		f.Chips = []part.Chip{{Label: is.On, Value: is.Kinds[asked], Href: path}}
	}
	return f
}

func (p *listPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleLocks
	t := part.Table{ID: "locks", Caption: string(is.Title), Columns: []part.Column{{Label: is.On}, {Label: is.Ends}, {Label: is.Reason}, {Label: is.By}, {Label: is.Since}}}
	for _, l := range p.Locks {
		name := called(p.Names, &l)
		t.Rows = append(t.Rows, part.Row{Label: name, Href: pathOf(string(l.On.Kind), l.On.ID), Cells: []templ.Component{
			part.Cell(part.Lines{Main: name, Under: is.Kinds[string(l.On.Kind)]}), part.Left(part.Countdown{Now: p.Now, From: l.Created, Until: l.ExpiresAt}),
			part.Text(l.Reason), by(p.Names, &l), part.When(p.Now, l.Created),
		}})
	}
	return t
}

// called is how what a lock is on is called.
func called(names map[string]string, l *wire.Lock) string {
	if name := names[l.On.ID]; name != "" {
		return name
	}
	return l.On.ID
}

// putBy is the id of the person who put a lock, "" where it was nobody of them.
func putBy(l *wire.Lock) string {
	id, person := strings.CutPrefix(l.CreatedBy, "person:")
	if !person {
		return ""
	}
	return id
}

func (p *listPage) pager() part.Pager {
	return guard.Pager(path, p.Asked, p.Next).Showing(len(p.Locks))
}

func (p *listPage) notice(say *words.Catalogue) string {
	return map[string]string{"put": say.ConsoleLocks.Put, "lift": say.ConsoleLocks.Lifted}[p.Done]
}

// empty says what to do where there is none.
func (p *listPage) empty(say *words.Catalogue) part.Empty {
	e := part.Empty{Title: say.ConsoleLocks.None, Lead: say.ConsoleLocks.NoneTodo}
	if p.CanPut {
		e.Do = []part.Link{{Label: string(say.ConsoleLocks.New), Href: pathNew}}
	}
	return e
}

// lockPage shows one, and asks whether to lift it.
type lockPage struct {
	guard.Frame
	Lock    wire.Lock
	ETag    string
	Names   map[string]string
	Now     time.Time
	CanLift bool
}

func (p lockPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p lockPage) Body() templ.Component { return lockBody(p) }

func (p *lockPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleLocks.One.With(words.Name, called(p.Names, &p.Lock))
}

func (p *lockPage) facts(say *words.Catalogue) []part.Fact {
	is, l := &say.ConsoleLocks, &p.Lock
	return []part.Fact{
		{Name: is.On, Value: subject(p.Names, l)},
		{Name: is.Ends, Value: part.Left(part.Countdown{Now: p.Now, From: l.Created, Until: l.ExpiresAt})},
		{Name: is.Reason, Value: part.Text(l.Reason)},
		{Name: is.By, Value: by(p.Names, l)},
		{Name: is.Since, Value: part.When(p.Now, l.Created)},
	}
}

func (p *lockPage) sure(say *words.Catalogue) part.Confirm {
	is, at := &say.ConsoleLocks, pathOf(string(p.Lock.On.Kind), p.Lock.On.ID)
	return part.Confirm{Title: is.LiftAsk, Consequence: is.LiftWhy, Form: p.Draw(say, part.Form{
		ID: "lift", Action: at, Cancel: path, Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}}, Do: []part.Button{{ID: "submit", Label: is.Lift, Danger: true}},
	})}
}

// newPage puts a lock: it asks on what, and then says what that comes to.
type newPage struct {
	guard.Frame
	Kind, On, Last, Reason string
	Now, Until             time.Time
	Sure                   bool // it is looked at before it is put
	Replaces               *wire.Lock
	ETag                   string // of that
	Sessions               int    // of the person
	Known                  bool   // that they are so many
}

func (p newPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleLocks.New))
}
func (p newPage) Body() templ.Component { return newBody(p) }

func (p *newPage) form(say *words.Catalogue) part.Form {
	is := &say.ConsoleLocks
	kind := part.Field{ID: "kind", Label: is.Kind, Kind: part.Choose, Value: p.Kind}
	for _, one := range kinds {
		kind.Options = append(kind.Options, part.Option{Value: string(one), Label: is.Kinds[string(one)]})
	}
	last := part.Field{ID: "expires_at", Label: is.Last, Hint: is.LastHint, Value: p.Last, Optional: true, Literal: true, Complete: "off", Max: 16}
	for _, text := range []string{"1h", "8h", "1d", "7d"} {
		last.Options = append(last.Options, part.Option{Value: text})
	}
	return p.Draw(say, part.Form{ID: "lock", Action: pathNew, Cancel: path, Do: []part.Button{{ID: "submit", Label: is.Look, Main: true}}, Fields: []part.Field{
		kind,
		{ID: "on", Label: is.On, Hint: is.OnHint, Value: p.On, Literal: true, Complete: "off", Max: 320},
		last,
		{ID: "reason", Label: is.Reason, Hint: is.ReasonHint, Value: p.Reason, Max: 500},
	}})
}

// sure says what the lock comes to, and carries the form on.
func (p *newPage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleLocks
	name := p.On
	if p.Kind != string(access.LockUser) {
		name += " (" + is.Kinds[p.Kind] + ")"
	}
	c := part.Confirm{Title: is.PutAsk.With(words.Name, name), Consequence: is.Consequences[p.Kind]}
	if p.Until.IsZero() {
		c.Details = append(c.Details, is.Endless)
	} else {
		c.Details = append(c.Details, is.UntilThen.With(words.Seen, say.Moment(p.Until)))
	}
	if p.Known {
		c.Details = append(c.Details, say.Count(is.Sessions, p.Sessions))
	}
	if p.Replaces != nil {
		c.Details = append(c.Details, is.Replaces.With(words.Name, p.Replaces.Reason))
	}
	form := part.Form{ID: "sure", Action: pathNew, Do: []part.Button{{ID: "submit", Label: is.Do, Danger: true}, {ID: "back", Name: "back", Value: "yes", Label: is.Back}}, Hidden: []part.Hidden{
		{Name: "confirmed", Value: "yes"}, {Name: "kind", Value: p.Kind}, {Name: "on", Value: p.On}, {Name: "expires_at", Value: p.Last}, {Name: "reason", Value: p.Reason}, {Name: "etag", Value: p.ETag},
	}}
	c.Form = p.Draw(say, form)
	return c
}
