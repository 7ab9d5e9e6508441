package services

import (
	"net/http"
	"strings"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// act is something that is done with an account, or with a key of it, after a page has asked.
type act struct {
	name, path, operation string
	danger, leaves        bool
	offered               func(a *wire.ServiceAccount) bool // beside the account; nil: elsewhere
	link                  func(is *words.ConsoleServices) string
	title                 func(is *words.ConsoleServices) words.Title
	why                   func(say *words.Catalogue, f *frame) string
	command               func(p *actPage) string
	do                    func(v *guard.Visit, in admin.Input) error
}

var acts = []act{
	{
		name: "disable", path: "/disable", operation: "disableServiceAccount", danger: true,
		offered: func(a *wire.ServiceAccount) bool { return !a.Disabled },
		link:    func(is *words.ConsoleServices) string { return is.Disable },
		title:   func(is *words.ConsoleServices) words.Title { return is.DisableTitle },
		why:     func(say *words.Catalogue, _ *frame) string { return say.ConsoleServices.DisableWhy },
		command: func(p *actPage) string { return guard.Command("service", "disable", p.Account.ID) },
		do:      answering[admin.One[wire.ServiceAccount]]("disableServiceAccount"),
	},
	{
		name: "enable", path: "/enable", operation: "enableServiceAccount",
		offered: func(a *wire.ServiceAccount) bool { return a.Disabled },
		link:    func(is *words.ConsoleServices) string { return is.Enable },
		title:   func(is *words.ConsoleServices) words.Title { return is.EnableTitle },
		why:     func(say *words.Catalogue, _ *frame) string { return say.ConsoleServices.EnableWhy },
		command: func(p *actPage) string { return guard.Command("service", "enable", p.Account.ID) },
		do:      answering[admin.One[wire.ServiceAccount]]("enableServiceAccount"),
	},
	{
		name: "delete", path: "/delete", operation: "deleteServiceAccount", danger: true, leaves: true,
		offered: func(*wire.ServiceAccount) bool { return true },
		link:    func(is *words.ConsoleServices) string { return is.Delete },
		title:   func(is *words.ConsoleServices) words.Title { return is.DeleteTitle },
		why: func(say *words.Catalogue, f *frame) string {
			return say.Count(say.ConsoleServices.DeleteWhy, f.live())
		},
		command: func(p *actPage) string { return guard.Command("service", "delete", p.Account.ID) },
		do:      answering[admin.Nothing]("deleteServiceAccount"),
	},
	{
		name: "revoke", path: "/keys/{key}", operation: "revokeServiceKey", danger: true,
		link:    func(is *words.ConsoleServices) string { return is.Revoke },
		title:   func(is *words.ConsoleServices) words.Title { return is.RevokeTitle },
		why:     func(say *words.Catalogue, _ *frame) string { return say.ConsoleServices.RevokeWhy },
		command: func(p *actPage) string { return guard.Command("service", "key", "revoke", string(p.Key.ID)) },
		do:      answering[admin.One[wire.ServiceKey]]("revokeServiceKey"),
	},
}

// answering asks for an operation of whose answer nothing is shown.
func answering[O any](operation string) func(v *guard.Visit, in admin.Input) error {
	return func(v *guard.Visit, in admin.Input) error {
		_, err := guard.Ask[O](v, operation, in)
		return err
	}
}

// asking is the page that asks whether to do it.
func (d *Door) asking(v *guard.Visit, a act) (*actPage, error) {
	if err := v.Ready(a.operation, on(v)); err != nil {
		return nil, err
	}
	f, err := read(v)
	if err != nil {
		return nil, err
	}
	page := &actPage{frame: f, act: a}
	if v.R.PathValue("key") != "" {
		if page.Key, err = f.key(v); err != nil {
			return nil, err
		}
	}
	page.Command = a.command(page)
	return page, nil
}

func (d *Door) askAct(a act) guard.Handler {
	return func(v *guard.Visit) error {
		page, err := d.asking(v, a)
		if err != nil {
			return err
		}
		return v.Show(http.StatusOK, *page)
	}
}

// act does it to the account as the page showed it. A key has no revision.
func (d *Door) act(a act) guard.Handler {
	return func(v *guard.Visit) error {
		page, err := d.asking(v, a)
		if err != nil {
			return err
		}
		if a.leaves && strings.TrimSpace(v.Value("confirm")) != page.Account.ID {
			page.Mistyped = true
			return v.Show(http.StatusUnprocessableEntity, *page)
		}
		in := admin.Input{Path: on(v), IfMatch: v.Value("etag")}
		if page.Key.ID != "" {
			in.Path["key"], in.IfMatch = string(page.Key.ID), ""
		}
		err = a.do(v, in)
		if err == nil && a.leaves {
			return v.Done(pathServices, a.name)
		}
		if err == nil {
			return v.Done(pathOf(page.Account.ID), a.name)
		}
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		return v.Show(status, *page)
	}
}
