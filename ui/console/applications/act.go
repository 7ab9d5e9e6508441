package applications

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// act is something that is done with an application after a page has asked.
type act struct {
	name      string // in addresses
	operation string
	command   string // of `gatehouse`: "client disable"; "": there is none
	danger    bool
	say       func(say *words.Catalogue) words.ApplicationAct
	do        func(v *guard.Visit, operation string, in admin.Input) error
	offered   func(c *wire.ClientState) bool // nil: for every one
	revised   bool                           // it takes the revision that was seen
	leaves    bool                           // the application is not there any more, so its name is typed first
}

var acts = []act{
	{
		name: "disable", operation: "disableClient", command: "client disable", danger: true, revised: true, do: answering[admin.One[wire.Client]],
		say:     func(say *words.Catalogue) words.ApplicationAct { return say.ConsoleApplications.Disable },
		offered: func(c *wire.ClientState) bool { return !c.Disabled },
	},
	{
		name: "enable", operation: "enableClient", command: "client enable", revised: true, do: answering[admin.One[wire.Client]],
		say:     func(say *words.Catalogue) words.ApplicationAct { return say.ConsoleApplications.Enable },
		offered: func(c *wire.ClientState) bool { return c.Disabled },
	},
	{
		name: "revoke", operation: "endClientRefreshFamilies", command: "client revoke-tokens", danger: true, do: answering[admin.Nothing],
		say: func(say *words.Catalogue) words.ApplicationAct { return say.ConsoleApplications.Revoke },
	},
	{
		name: "delete", operation: "deleteClient", command: "client delete", danger: true, revised: true, leaves: true, do: answering[admin.Nothing],
		say: func(say *words.Catalogue) words.ApplicationAct { return say.ConsoleApplications.Delete },
	},
}

// answering asks for an operation of whose answer nothing is shown.
func answering[O any](v *guard.Visit, operation string, in admin.Input) error {
	_, err := guard.Ask[O](v, operation, in)
	return err
}

// askAct asks whether to do it, and names what comes of it.
func (d *Door) askAct(a act) guard.Handler {
	return func(v *guard.Visit) error {
		page, err := d.actPage(v, a)
		if err != nil {
			return err
		}
		return v.Show(http.StatusOK, page)
	}
}

func (d *Door) actPage(v *guard.Visit, a act) (actPage, error) {
	if err := v.Ready(a.operation, on(v)); err != nil {
		return actPage{}, err
	}
	f, err := d.read(v)
	if err == nil && a.command != "" {
		f.Command = guard.Command(append(strings.Fields(a.command), string(f.Client.ID))...)
	}
	return actPage{clientFrame: f, act: a}, err
}

// act does it to the application as the page showed it.
func (d *Door) act(a act) guard.Handler {
	return func(v *guard.Visit) error {
		page, err := d.actPage(v, a)
		if err != nil {
			return err
		}
		if a.leaves && strings.TrimSpace(v.Value("confirm")) != page.Client.Name {
			page.Mistyped = true
			return v.Show(http.StatusUnprocessableEntity, page)
		}
		in := admin.Input{Path: on(v)}
		if a.revised {
			in.IfMatch = v.Value("etag")
		}
		err = a.do(v, a.operation, in)
		switch {
		case err == nil && a.leaves:
			return v.Done(pathAll, a.name)
		case err == nil:
			return v.Done(page.path(), a.name)
		}
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		return v.Show(status, page)
	}
}

// actPage asks whether to do something with an application.
type actPage struct {
	clientFrame
	Mistyped bool
	act      act
}

func (p actPage) name(say *words.Catalogue) words.Title {
	return p.act.say(say).Title.With(words.Name, p.Client.Name)
}

func (p actPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.name(say)))
}
func (p actPage) Body() templ.Component { return actBody(p) }

// sure asks, and tells how much the application is used.
func (p actPage) sure(say *words.Catalogue) part.Confirm {
	a := &say.ConsoleApplications
	form := part.Form{
		ID: p.act.name, Action: p.path() + "/" + p.act.name, Cancel: p.path(), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Do: []part.Button{{ID: "submit", Label: p.act.say(say).Link, Main: !p.act.danger, Danger: p.act.danger}},
	}
	c := part.Confirm{Title: string(p.name(say)), Consequence: p.act.say(say).Why, Form: p.Draw(say, form), Bad: p.act.leaves}
	if p.act.danger {
		c.Details = []string{a.HasNoSignIns}
		if n := int(p.Client.SignIns); n > 0 {
			c.Details[0] = say.Count(a.HasSignIns, n)
		}
	}
	if p.act.leaves {
		c.Name = p.Client.Name
	}
	if p.Mistyped {
		c.Problem = a.Mistyped
	}
	return c
}
