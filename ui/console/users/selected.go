package users

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/web"
	"gatehouse/wire"
)

// maxSelected is how many people one form may choose: as many as a page of the list has.
const maxSelected = 200

// bulk is something that is done with those who were chosen, with each by itself.
type bulk struct {
	name      string // of the button
	operation string
	danger    bool
	group     bool // it asks for a group
	links     bool // it makes links, for who has no password
	link      func(say *words.Catalogue) string
	say       func(say *words.Catalogue) words.UserBulk
	do        func(v *guard.Visit, p *selectedPage, in admin.Input) error
	command   func(user, group string) *guard.Line
}

// bulks are all of them; the first is done where the form does not say which.
var bulks = []bulk{
	{
		name: "disable", operation: "disableUser", danger: true,
		link:    func(say *words.Catalogue) string { return say.ConsoleUsers.Disable.Link },
		say:     func(say *words.Catalogue) words.UserBulk { return say.ConsoleUsers.BulkDisable },
		do:      each[admin.One[wire.User]]("disableUser"),
		command: func(user, _ string) *guard.Line { return guard.Run("user", "disable").On(user) },
	},
	{
		name: "enable", operation: "enableUser",
		link:    func(say *words.Catalogue) string { return say.ConsoleUsers.Enable.Link },
		say:     func(say *words.Catalogue) words.UserBulk { return say.ConsoleUsers.BulkEnable },
		do:      each[admin.One[wire.User]]("enableUser"),
		command: func(user, _ string) *guard.Line { return guard.Run("user", "enable").On(user) },
	},
	{
		name: "sign-out", operation: "endUserSessions",
		link:    func(say *words.Catalogue) string { return say.ConsoleUsers.EndSessions.Link },
		say:     func(say *words.Catalogue) words.UserBulk { return say.ConsoleUsers.BulkSignOut },
		do:      each[admin.One[admin.Ended]]("endUserSessions"),
		command: func(user, _ string) *guard.Line { return guard.Run("session", "revoke").With("user", user) },
	},
	{
		name: "password-link", operation: "createPasswordLink", links: true,
		link: func(say *words.Catalogue) string { return say.ConsoleUsers.MakeLinks },
		say:  func(say *words.Catalogue) words.UserBulk { return say.ConsoleUsers.BulkLink },
		do: func(v *guard.Visit, p *selectedPage, in admin.Input) error {
			made, err := guard.Ask[admin.Made[wire.PasswordLink]](v, "createPasswordLink", in)
			if err == nil {
				p.Links = append(p.Links, made.Body)
			}
			return err
		},
		command: func(user, _ string) *guard.Line { return guard.Run("user", "link").On(user) },
	},
	{
		name: "group", operation: "putGroupMember", group: true,
		link: func(say *words.Catalogue) string { return say.ConsoleUsers.ToGroup },
		say:  func(say *words.Catalogue) words.UserBulk { return say.ConsoleUsers.BulkGroup },
		do: func(v *guard.Visit, p *selectedPage, in admin.Input) error {
			in.Path = map[string]string{"group": p.Group, "kind": string(access.User), "member": in.Path["user"]}
			in.Body, in.New = &admin.MembershipPut{}, true // who is in it keeps the end that was given to them
			return answering[admin.One[wire.Member]](v, "putGroupMember", in)
		},
		command: func(user, group string) *guard.Line {
			return guard.Run("group", "add").With("user", user).On(group)
		},
	},
}

func each[O any](operation string) func(v *guard.Visit, p *selectedPage, in admin.Input) error {
	return func(v *guard.Visit, _ *selectedPage, in admin.Input) error {
		return answering[O](v, operation, in)
	}
}

// fits reports whether it is of any use to people of a state, "" for all: who is disabled is not disabled
// again.
func (b bulk) fits(state string) bool {
	return state == "" || b.name != map[string]string{"disabled": "disable", "active": "enable"}[state]
}

// bulkOf is that of a name.
func bulkOf(name string) *bulk {
	i := slices.IndexFunc(bulks, func(b bulk) bool { return b.name == name })
	return &bulks[max(i, 0)]
}

// askNone is for who comes without having chosen anybody.
func (d *Door) askNone(v *guard.Visit) error { return view.SeeOther(v.W, v.R, pathUsers) }

// selected asks first, and then does it to those who were chosen, each by itself: one to whom it may not
// be done is told of, and keeps out none of the others.
func (d *Door) selected(v *guard.Visit) error {
	page := selectedPage{Frame: v.Frame(), Chosen: v.R.PostForm["row"], Do: bulkOf(v.Value("do")), Group: strings.TrimSpace(v.Value("group"))}
	if len(page.Chosen) == 0 {
		return d.askNone(v)
	}
	if len(page.Chosen) > maxSelected {
		return fault.New(fault.Invalid, "request.invalid", "Too many were chosen at once.")
	}
	if err := v.Ready(page.Do.operation, nil); err != nil {
		return err
	}
	var err error
	if page.Names, err = v.Names(page.Chosen); err != nil {
		return err
	}
	page.Command = page.same()
	if v.Value("confirmed") == "" {
		return v.Show(http.StatusOK, page)
	}
	if err := page.ready(v); err != nil {
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		return v.Show(status, page)
	}
	if err := page.run(v); err != nil {
		return err
	}
	page.Finished = true
	return v.Show(http.StatusOK, page)
}

// ready refuses a group that there is not.
func (p *selectedPage) ready(v *guard.Visit) error {
	if !p.Do.group {
		return nil
	}
	if p.Group == "" {
		return guard.Wrong("group", "is needed")
	}
	if !v.Can("getGroup", guard.On("group", p.Group)) {
		return nil
	}
	_, err := guard.Ask[admin.One[wire.Group]](v, "getGroup", admin.Input{Path: guard.On("group", p.Group)})
	if fault.Is(err, fault.NotFound) {
		return guard.Wrong("group", "is none that there is")
	}
	return err
}

// run does it to each. Who has to prove more before the first of them is led to do so.
func (p *selectedPage) run(v *guard.Visit) error {
	for i, user := range p.Chosen {
		err := p.Do.do(v, p, admin.Input{Path: guard.On("user", user), Key: v.OnceFor(user)})
		if refused, ok := errors.AsType[*caller.Refusal](err); ok && i == 0 && refused.Need != (access.Requirement{}) {
			return err
		}
		if err != nil {
			p.Not = append(p.Not, not{user, web.AsFault(err)})
		}
	}
	return nil
}

// same are the commands that do the same, one for each.
func (p *selectedPage) same() string {
	lines, group := make([]string, len(p.Chosen)), p.Group
	if group == "" {
		group = "GROUP_ID"
	}
	for i, user := range p.Chosen {
		lines[i] = p.Do.command(p.called(user), group).String()
	}
	return strings.Join(lines, "\n")
}
