package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userResetFactor() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "reset-factor USER",
		Short: "Remove a person's second factor and recovery codes",
		Long: `Remove a person's second factor (the authenticator app that shows codes) and
recovery codes, for who has lost both, and end their sessions and tokens. They
set up a new one at the next sign-in that needs it. Make sure that it is they who
ask. ` + whichUser,
		Example: `  gatehouse user reset-factor ada@example.test`,
		Args:    one(aUser),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			if has, err := h.Identity.HasFactor(ctx, u.ID); err != nil || !has {
				return cmp.Or(err, error(noFactor(u)))
			}
			if err := a.confirm(ctx, fmt.Sprintf("Remove the second factor and the recovery codes of %s (%s)", u.Email, u.ID)); err != nil {
				return err
			}
			err := h.Identity.ResetFactors(ctx, operator(), u.ID)
			if fault.CodeOf(err) == "factor.not_found" {
				return noFactor(u) // it went meanwhile
			}
			if err != nil {
				return err
			}
			return a.say(wire.OfUser(u), "%s has no second factor any more.", plain(u.Email))
		}),
	})), people)
}

func noFactor(u identity.User) *fault.Error {
	return fault.New(fault.NotFound, "factor.not_found", plain(u.Email)+" has no second factor.")
}
