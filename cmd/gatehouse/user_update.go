package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userUpdate() *cobra.Command {
	var f userFlags
	cmd := a.printing(&cobra.Command{
		Use:   "update USER",
		Short: "Change what is known about a person, and say what changed",
		Long: `Change what is known about a person; what no flag names stays. What changed is
printed: with "-" before what was, and "+" before what is.
` + whichUser + `

A claims file is a JSON object of standard claims (OpenID Connect Core 5.1), such
as {"given_name": "Ada", "locale": "en"}: it changes the claims that it names, and
removes those it gives as "". A new email counts as not verified unless
--email-verified says that it is.`,
		Example: `  gatehouse user update ada@example.test --name "Ada Lovelace"
  gatehouse user update ada@example.test --claims-file claims.json`,
		Args: one(aUser),
	})
	f.bind(cmd)
	cmd.RunE = a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
		if !changesSomething(cmd) {
			return usagef("nothing is to be changed; give at least one flag")
		}
		told := changed{before: wire.OfUser(u)}
		var err error
		if told.was, err = userFacts(u); err != nil {
			return err
		}
		was := u.Email
		if err := f.apply(a, cmd, &u); err != nil {
			return err
		}
		if !strings.EqualFold(u.Email, was) && !f.saysVerified {
			u.EmailVerified = false // nobody has looked at this one
		}
		return a.updateUser(ctx, h, u, told)
	})
	return a.completing(cmd, people)
}

// updateUser makes of somebody what the flags said, and tells what changed.
func (a *app) updateUser(ctx context.Context, h *house.House, u identity.User, told changed) error {
	is, err := h.Identity.Update(ctx, operator(), u)
	if err != nil {
		return whose(ctx, h, inFlags(err, userFlag), u.Email)
	}
	told.after = wire.OfUser(is)
	if told.is, err = userFacts(is); err != nil {
		return err
	}
	return a.printChange(told)
}
