package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userResetFactor() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "reset-factor USER",
		Short: "Remove a person's second factor and recovery codes",
		Long: `Remove a person's second factor and recovery codes, for who has lost both, and
end their sessions and tokens. Make sure that it is they who ask. ` + whichUser,
		Args: cobra.ExactArgs(1),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			err := h.Identity.ResetFactors(ctx, operator(), u.ID)
			if fault.CodeOf(err) == "factor.not_found" {
				return fault.New(fault.NotFound, "factor.not_found", plain(u.Email)+" has no second factor.")
			}
			if err != nil {
				return err
			}
			return a.say(wire.OfUser(u), "%s has no second factor any more.", plain(u.Email))
		}),
	})
}
