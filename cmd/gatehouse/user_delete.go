package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
)

func (a *app) userDelete() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "delete USER",
		Short: "Delete a person for good",
		Long: `Delete a person for good, with their password, second factor and consents, and end
their sessions and tokens. To keep somebody out for a while use "gatehouse user
disable". ` + whichUser,
		Example: `  gatehouse user delete ada@example.test
  gatehouse user delete ada@example.test --yes --json`,
		Args: one(aUser),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			if err := a.confirm(ctx, fmt.Sprintf("Delete %s (%s) for good", u.Email, u.ID)); err != nil {
				return err
			}
			if err := h.Identity.Delete(ctx, operator(), u.ID); err != nil {
				return err
			}
			return a.say(map[string]any{"id": u.ID, "deleted": true}, "%s is deleted.", plain(u.Email))
		}),
	})), people)
}
