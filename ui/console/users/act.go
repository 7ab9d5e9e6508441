package users

import (
	"net/http"
	"strings"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// act is something that is done with a person after a page has asked: what is done by one
// operation without further input is a row of acts.
type act struct {
	name      string // in addresses
	operation string
	command   string // of `gatehouse`: "user disable"; "" for none
	danger    bool
	say       func(say *words.Catalogue) words.UserAct
	do        func(v *guard.Visit, operation string, in admin.Input) error
	offered   func(u *wire.UserDetail) bool // nil: for everybody
	aside     bool                          // it is seldom done: not among the first
	hidden    bool                          // its link stands on a tab
	to        string                        // the tab that it leads back to; "": the first
	leaves    bool                          // the person is not there any more, so their address is typed first
}

var acts = []act{
	{
		name: "disable", operation: "disableUser", command: "user disable", danger: true, do: answering[admin.One[wire.User]],
		say: func(say *words.Catalogue) words.UserAct {
			return words.UserAct{Link: say.ConsoleUsers.Disable.Link, Title: say.ConsoleUsers.Disable.Title, Why: say.ConsoleUsers.Disable.Why, Did: say.ConsoleUsers.Disable.Did}
		}, offered: func(u *wire.UserDetail) bool { return !u.Disabled },
	},
	{
		name: "enable", operation: "enableUser", command: "user enable", do: answering[admin.One[wire.User]],
		say: func(say *words.Catalogue) words.UserAct {
			return words.UserAct{Link: say.ConsoleUsers.Enable.Link, Title: say.ConsoleUsers.Enable.Title, Why: say.ConsoleUsers.Enable.Why, Did: say.ConsoleUsers.Enable.Did}
		}, offered: func(u *wire.UserDetail) bool { return u.Disabled },
	},
	{
		name: "sign-out", operation: "endUserSessions", command: "session revoke --user", do: answering[admin.One[admin.Ended]],
		say: func(say *words.Catalogue) words.UserAct {
			return words.UserAct{Link: say.ConsoleUsers.EndSessions.Link, Title: say.ConsoleUsers.EndSessions.Title, Why: say.ConsoleUsers.EndSessions.Why, Did: say.ConsoleUsers.EndSessions.Did}
		},
	},
	{
		name: "end-tokens", operation: "endUserRefreshFamilies", do: answering[admin.Nothing], hidden: true, to: "/applications",
		say: func(say *words.Catalogue) words.UserAct {
			return words.UserAct{Link: say.ConsoleUsers.EndTokens.Link, Title: say.ConsoleUsers.EndTokens.Title, Why: say.ConsoleUsers.EndTokens.Why, Did: say.ConsoleUsers.EndTokens.Did}
		},
	},
	{
		name: "revoke-link", operation: "revokePasswordLink", command: "user link --revoke", danger: true, do: answering[admin.Nothing], hidden: true, to: "/credentials",
		say: func(say *words.Catalogue) words.UserAct {
			return words.UserAct{Link: say.ConsoleUsers.RevokeLink.Link, Title: say.ConsoleUsers.RevokeLink.Title, Why: say.ConsoleUsers.RevokeLink.Why, Did: say.ConsoleUsers.RevokeLink.Did}
		}, offered: func(u *wire.UserDetail) bool { return !u.PasswordLinkUntil.IsZero() },
	},
	{
		name: "reset-factors", operation: "resetUserFactors", command: "user reset-factor", danger: true, aside: true, do: answering[admin.Nothing],
		say: func(say *words.Catalogue) words.UserAct {
			return words.UserAct{Link: say.ConsoleUsers.ResetFactors.Link, Title: say.ConsoleUsers.ResetFactors.Title, Why: say.ConsoleUsers.ResetFactors.Why, Did: say.ConsoleUsers.ResetFactors.Did}
		}, offered: func(u *wire.UserDetail) bool { return u.SecondFactor },
	},
	{
		name: "delete", operation: "deleteUser", command: "user delete", danger: true, aside: true, do: answering[admin.Nothing], leaves: true,
		say: func(say *words.Catalogue) words.UserAct {
			return words.UserAct{Link: say.ConsoleUsers.Delete.Link, Title: say.ConsoleUsers.Delete.Title, Why: say.ConsoleUsers.Delete.Why, Did: say.ConsoleUsers.Delete.Did}
		},
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
		if err := v.Ready(a.operation, on(v)); err != nil {
			return err
		}
		f, err := read(v)
		if err != nil {
			return err
		}
		return v.Show(http.StatusOK, a.page(f))
	}
}

// act does it to the person as the page showed them: what somebody else changed meanwhile is
// looked at first.
func (d *Door) act(a act) guard.Handler {
	return func(v *guard.Visit) error {
		if a.leaves {
			if done, err := d.mistyped(v, a); done {
				return err
			}
		}
		err := a.do(v, a.operation, admin.Input{Path: on(v), IfMatch: v.Value("etag")})
		if err == nil && a.leaves {
			return v.Done(pathUsers, a.name)
		}
		if err == nil {
			return v.Done(person.Path(v.R.PathValue("user"))+a.to, a.name)
		}
		f := v.Frame()
		status, ok := v.Reject(&f, err)
		if !ok {
			return err
		}
		now, err := read(v)
		if err != nil {
			return err
		}
		now.Frame.Frame = f
		return v.Show(status, a.page(now))
	}
}

// mistyped asks again if the address was not typed as it is.
func (d *Door) mistyped(v *guard.Visit, a act) (bool, error) {
	f, err := read(v)
	if err != nil {
		return true, err
	}
	if strings.EqualFold(strings.TrimSpace(v.Value("confirm")), f.User.Email) {
		return false, nil
	}
	if err := v.Ready(a.operation, on(v)); err != nil {
		return true, err
	}
	page := a.page(f)
	page.Mistyped = true
	return true, v.Show(http.StatusUnprocessableEntity, page)
}

// line is the command that does it to somebody. The last word of some is a flag that takes them.
func (a act) line(user string) string {
	all := strings.Fields(a.command)
	if flag, ok := strings.CutPrefix(all[len(all)-1], "--"); ok {
		return guard.Run(all[:len(all)-1]...).With(flag, user).String()
	}
	return guard.Run(all...).On(user).String()
}

// page is the page that asks.
func (a act) page(f userFrame) actPage {
	if a.command != "" {
		f.Command = a.line(f.User.Email)
	}
	return actPage{userFrame: f, act: a}
}
