package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
)

func (a *app) clientDelete() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "delete CLIENT_ID",
		Short: "Delete an application for good, and end its tokens",
		Args:  cobra.ExactArgs(1),
		RunE: a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
			if err := h.OAuth.DeleteClient(ctx, operator(), c.ID); err != nil {
				return err
			}
			return a.say(map[string]any{"client_id": c.ID, "deleted": true}, "%s is deleted.", c.ID)
		}),
	})
}
