package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
)

func (a *app) userDelete() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "delete USER",
		Short: "Delete a person for good",
		Long:  "Delete a person for good, and end their sessions and tokens. " + whichUser,
		Args:  cobra.ExactArgs(1),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			if err := h.Identity.Delete(ctx, operator(), u.ID); err != nil {
				return err
			}
			return a.say(map[string]any{"id": u.ID, "deleted": true}, "%s is deleted.", plain(u.Email))
		}),
	})
}
