package main

import (
	"context"
	"slices"
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
		Short: "Change what is known about a person",
		Long: `Change what is known about a person; what no flag names stays. ` + whichUser + `
A claims file changes the claims it names, and removes those it gives as "". A new email counts as not verified unless
--email-verified says that it is.`,
		Example: `  gatehouse user update ada@example.test --name "Ada Lovelace" --administrator=false`,
		Args:    cobra.ExactArgs(1),
	})
	f.bind(cmd)
	cmd.RunE = a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
		if !anyChanged(cmd, "email", "name", "email-verified", "administrator", "claims-file") {
			return usagef("nothing is to be changed; give at least one flag")
		}
		was := u.Email
		if err := f.apply(a, cmd, &u); err != nil {
			return err
		}
		if !strings.EqualFold(u.Email, was) && !f.saysVerified {
			u.EmailVerified = false // nobody has looked at this one
		}
		u, err := h.Identity.Update(ctx, operator(), u)
		if err != nil {
			return err
		}
		return a.say(wire.OfUser(u), "%s is changed.", plain(u.Email))
	})
	return cmd
}

// anyChanged reports whether one of the named flags was given.
func anyChanged(cmd *cobra.Command, names ...string) bool {
	return slices.ContainsFunc(names, cmd.Flags().Changed)
}
