package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show USER",
		Short: "Print one person",
		Long:  "Print one person: what is known about them, and how they can sign in.\n" + whichUser,
		Example: `  gatehouse user show ada@example.test
  gatehouse user show ada@example.test --json`,
		Args: one(aUser),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			shown := wire.UserDetail{User: wire.OfUser(u)}
			var err error
			if shown.SecondFactor, err = h.Identity.HasFactor(ctx, u.ID); err != nil {
				return err
			}
			if shown.RecoveryCodesLeft, err = h.Identity.RecoveryLeft(ctx, u.ID); err != nil {
				return err
			}
			if shown.Administrator, err = h.Administers(ctx, u.ID); err != nil {
				return err
			}
			claims, err := json.Marshal(shown.Claims)
			if err != nil {
				return fmt.Errorf("show the claims: %w", err)
			}
			return a.print(shown, func(w io.Writer) {
				row(w, "id", string(u.ID))
				row(w, "email", u.Email)
				row(w, "email verified", yes(u.EmailVerified))
				row(w, "name", u.Name)
				row(w, "administrator", yes(shown.Administrator))
				row(w, "state", userState(u))
				row(w, "second factor", yes(shown.SecondFactor))
				row(w, "recovery codes left", fmt.Sprint(shown.RecoveryCodesLeft))
				row(w, "claims", string(claims))
				row(w, "created", moment(u.Created))
				row(w, "updated", moment(u.Updated))
			})
		}),
	}), people)
}
