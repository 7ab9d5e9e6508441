package services

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

// listPage lists service accounts.
type listPage struct {
	guard.Frame
	Asked     url.Values
	List      []wire.ServiceAccount
	Next      string
	Now       time.Time
	CanCreate bool
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleServices.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "delete" {
		return say.ConsoleServices.WasDeleted
	}
	return ""
}

func (p listPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleMembers
	f := part.Filters{Action: pathServices, Search: part.Field{ID: "search", Label: is.Find, Value: p.Asked.Get("search")}}
	if text := p.Asked.Get("search"); text != "" {
		f.Chips = []part.Chip{{Label: is.Find, Value: text, Href: pathServices}}
	}
	return f
}

func (p listPage) empty(say *words.Catalogue) part.Empty {
	is := &say.ConsoleServices
	e := part.Empty{Title: is.None, Lead: is.NoneTodo}
	if p.Asked.Get("search") != "" {
		e.Lead, e.Do = say.ConsoleMembers.NotFound, []part.Link{{Label: string(is.Title), Href: pathServices}}
	}
	if p.CanCreate {
		e.Do = append(e.Do, part.Link{Label: is.Create, Href: pathNew})
	}
	return e
}

func (p listPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleServices
	t := part.Table{ID: "services", Caption: string(is.Title), Columns: []part.Column{{Label: say.ConsoleMembers.Name}, {Label: say.ConsoleMembers.Description}, {Label: is.State}, {Label: say.ConsoleMembers.Created}}}
	for _, one := range p.List {
		t.Rows = append(t.Rows, part.Row{Label: one.ID, Href: pathOf(one.ID), Soft: one.Disabled, Cells: []templ.Component{
			part.Text(one.ID), part.Text(one.Description), part.Pill(state(say, one.Disabled)), part.When(p.Now, one.Created),
		}})
	}
	return t
}

func state(say *words.Catalogue, disabled bool) part.Badge {
	if disabled {
		return part.Badge{Label: say.ConsoleServices.Disabled, Tone: part.Bad}
	}
	return part.Badge{Label: say.ConsoleServices.Active, Tone: part.Good}
}

func (p listPage) pager() part.Pager {
	return guard.Pager(pathServices, p.Asked, p.Next).Showing(len(p.List))
}

// frame is what the pages of one account share.
type frame struct {
	guard.Frame
	Account                    wire.ServiceAccount
	ETag                       string
	Keys                       []wire.ServiceKey
	Now                        time.Time
	CanEdit, CanKey, CanRevoke bool
	CanGrant, Granted          bool // something to it; and all that was granted may be seen

	acts []act // that may be done with it
}

func (f *frame) heading(say *words.Catalogue) part.Heading {
	return part.Heading{Title: f.Account.ID, Lead: f.Account.Description, Code: f.Account.ID, Badges: []part.Badge{state(say, f.Account.Disabled)}, Actions: actions(*f)}
}

func (f *frame) notice(say *words.Catalogue) string {
	is := &say.ConsoleServices
	return map[string]string{"edit": is.Changed, "disable": is.WasDisabled, "enable": is.WasEnabled, "revoke": is.Revoked}[f.Done]
}

func (f *frame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleServices.Title), Href: pathServices}}
	if below {
		all = append(all, part.Link{Label: f.Account.ID, Href: pathOf(f.Account.ID)})
	}
	return all
}

// onePage shows an account.
type onePage struct {
	frame
	Names  map[string]string // of people, by their ids
	Grants bool              // they may be seen
	Gives  []wire.Grant
	More   bool
}

func (p onePage) Head(*words.Catalogue) view.Head { return part.Head(words.Title(p.Account.ID)) }
func (p onePage) Body() templ.Component           { return oneBody(p) }

func (p onePage) facts(say *words.Catalogue) []part.Fact {
	is := &say.ConsoleServices
	return []part.Fact{
		{Name: say.ConsoleMembers.Created, Value: part.When(p.Now, p.Account.Created)},
		{Name: is.By, Value: by(p.Names, p.Account.CreatedBy)},
		{Name: is.Keys, Value: part.Text(say.Count(is.Live, p.live()))},
	}
}

func (p onePage) keys(say *words.Catalogue) part.Table {
	is := &say.ConsoleServices
	t := part.Table{ID: "keys", Caption: is.Keys, Columns: []part.Column{{Label: is.Key}, {Label: is.State}, {Label: is.Used}, {Label: say.ConsoleMembers.Created}, {Label: say.ConsoleMembers.Ends}}}
	if p.CanRevoke {
		t.Columns = append(t.Columns, part.Column{Label: is.Revoke, Unseen: true})
	}
	for i := range p.Keys {
		k := &p.Keys[i]
		is, good := part.Badge{Label: is.Over}, works(k, p.Now)
		if good {
			is = part.Badge{Label: say.ConsoleServices.Works, Tone: part.Good}
		}
		until := k.ExpiresAt
		if !k.Revoked.IsZero() {
			until = k.Revoked
		}
		row := part.Row{Label: k.Name, Soft: !good, Cells: []templ.Component{
			part.Cell(part.Lines{Main: k.Name, Code: string(k.ID)}), part.Pill(is), part.When(p.Now, k.LastUsed), part.When(p.Now, k.Created), part.Left(part.Countdown{Now: p.Now, From: k.Created, Until: until}),
		}}
		if p.CanRevoke {
			row.Cells = append(row.Cells, toRevoke(p.Account.ID, k, good))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p onePage) gives(say *words.Catalogue) part.Table {
	is := &say.ConsoleMembers
	t := part.Table{ID: "gives", Caption: say.ConsoleServices.Gives, Columns: []part.Column{{Label: is.What}, {Label: is.Ends}, {Label: is.Reason}}}
	for i := range p.Gives {
		g := &p.Gives[i]
		t.Rows = append(t.Rows, part.Row{Label: what(say, g), Cells: []templ.Component{given(say, g), part.Left(part.Countdown{Now: p.Now, From: g.Created, Until: g.ExpiresAt}), part.Text(g.Reason)}})
	}
	if p.More {
		t.Foot = part.Text(is.MoreGrants)
	}
	return t
}

// what is what a grant gives, and where.
func what(say *words.Catalogue, g *wire.Grant) string {
	is := &say.ConsoleAccess
	text := is.ByPermission.With(words.Permission, g.Permission)
	if g.Role != "" {
		text = is.ByRole.With(words.Name, g.Role)
	}
	all := []string{text}
	if g.Effect == access.Deny {
		all[0] = is.Denies + " " + text
	}
	if where := map[access.Place]string{access.Own: is.Own, access.Listed: is.Some, access.Condition: is.Conditional}[g.Where]; where != "" {
		all = append(all, where)
	}
	if g.Org != "" {
		all = append(all, is.Within.With(words.Name, g.Org))
	}
	return strings.Join(all, ", ")
}

// editPage makes an account, or changes what is said of one.
type editPage struct {
	guard.Frame
	Of                                        bool // it is there
	ETag, ID, Description, Role, Last, Reason string
}

func (p editPage) title(say *words.Catalogue) words.Title {
	if !p.Of {
		return say.ConsoleServices.New
	}
	return say.ConsoleServices.EditTitle.With(words.Name, p.ID)
}

func (p editPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p editPage) Body() templ.Component { return editBody(p) }

func (p editPage) crumbs(say *words.Catalogue) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleServices.Title), Href: pathServices}}
	if p.Of {
		all = append(all, part.Link{Label: p.ID, Href: pathOf(p.ID)})
	}
	return all
}

func (p editPage) form(say *words.Catalogue) part.Form {
	is, of := &say.ConsoleServices, &say.ConsoleMembers
	about := part.Field{ID: "description", Label: of.Description, Value: p.Description, Optional: true, Complete: "off", Max: 200}
	if p.Of {
		return p.Draw(say, part.Form{
			ID: "service", Action: pathOf(p.ID) + "/edit", Cancel: pathOf(p.ID), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
			Fields: []part.Field{about}, Do: []part.Button{{ID: "submit", Label: of.Save, Main: true}},
		})
	}
	last := guard.Lasting(say, p.Last)
	last.Label = is.For
	return p.Draw(say, part.Form{
		ID: "service", Action: pathNew, Cancel: pathServices, Do: []part.Button{{ID: "submit", Label: is.Create, Main: true}},
		Fields: []part.Field{
			{ID: "id", Label: say.ConsoleRoles.ID, Hint: say.ConsoleRoles.IDHint, Value: p.ID, Literal: true, Complete: "off", Max: 64, Focus: p.Wrong == nil},
			about,
			{ID: "role", Label: is.Role, Hint: is.RoleHint, Value: p.Role, Optional: true, Literal: true, Complete: "off", Max: 64},
			last,
			{ID: "reason", Label: of.Reason, Value: p.Reason, Optional: true, Max: 500},
		},
	})
}

// keyPage makes one more key.
type keyPage struct {
	frame
	Name, Last string
}

func (p keyPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleServices.KeyTitle.With(words.Name, p.Account.ID)
}

func (p keyPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p keyPage) Body() templ.Component { return keyBody(p) }

func (p keyPage) form(say *words.Catalogue) part.Form {
	is := &say.ConsoleServices
	last := guard.Lasting(say, p.Last)
	last.Label = say.ConsoleMembers.For
	return p.Draw(say, part.Form{
		ID: "key", Action: pathOf(p.Account.ID) + "/key", Cancel: pathOf(p.Account.ID), Do: []part.Button{{ID: "submit", Label: is.NewKey, Main: true}},
		Fields: []part.Field{{ID: "name", Label: is.KeyName, Hint: is.KeyNameHint, Value: p.Name, Complete: "off", Max: 64, Focus: p.Wrong == nil}, last},
	})
}

// secretPage shows a key for the only time.
type secretPage struct {
	guard.Frame
	ID, Secret string
}

func (p secretPage) Head(say *words.Catalogue) view.Head {
	return part.HeadOnce(say.ConsoleServices.SecretTitle.With(words.Name, p.ID))
}
func (p secretPage) Body() templ.Component { return secretBody(p) }

func (p secretPage) once(say *words.Catalogue) part.Secret {
	return part.Secret{
		ID: "secret", Label: say.ConsoleServices.Secret.With(words.Name, p.ID), Value: p.Secret,
		File: p.ID + ".env", Env: "GATEHOUSE_KEY=" + p.Secret + "\n", Stored: pathOf(p.ID),
	}
}

// actPage asks whether to do something with an account, or with a key of it.
type actPage struct {
	frame
	Key      wire.ServiceKey // its zero value: it is about the account
	Mistyped bool

	act act
}

func (p actPage) title(say *words.Catalogue) words.Title {
	return p.act.title(&say.ConsoleServices).With(words.Name, p.Account.ID)
}

func (p actPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p actPage) Body() templ.Component { return actBody(p) }

func (p actPage) sure(say *words.Catalogue) part.Confirm {
	path := pathOf(p.Account.ID) + p.act.path
	if p.Key.ID != "" {
		path = pathOf(p.Account.ID) + "/keys/" + string(p.Key.ID)
	}
	c := part.Confirm{Title: string(p.title(say)), Consequence: p.act.why(say, &p.frame), Bad: p.act.leaves, Form: p.Draw(say, part.Form{
		ID: p.act.name, Action: path, Cancel: pathOf(p.Account.ID), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Do: []part.Button{{ID: "submit", Label: p.act.link(&say.ConsoleServices), Main: !p.act.danger, Danger: p.act.danger}},
	})}
	if p.Key.ID != "" {
		c.Details = []string{p.Key.Name + ", " + string(p.Key.ID)}
	}
	if p.act.leaves {
		c.Name = p.Account.ID
	}
	if p.Mistyped {
		c.Problem = say.ConsoleRoles.Mistyped
	}
	return c
}
