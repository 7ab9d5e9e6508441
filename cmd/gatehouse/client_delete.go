package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
)

func (a *app) clientDelete() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "delete CLIENT_ID",
		Short: "Delete an application for good, and end its tokens",
		Long: `Delete an application for good, and end its tokens and what people allowed it.
To switch one off for a while use "gatehouse client disable CLIENT_ID".`,
		Example: `  gatehouse client delete web
  gatehouse client delete web --yes --json`,
		Args: one(aClient),
		RunE: a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
			if err := a.confirm(ctx, fmt.Sprintf("Delete %s (%s) for good, with its tokens and consents", c.ID, c.Name)); err != nil {
				return err
			}
			if err := h.OAuth.DeleteClient(ctx, operator(), c.ID); err != nil {
				return err
			}
			return a.say(map[string]any{"client_id": c.ID, "deleted": true}, "%s is deleted.", c.ID)
		}),
	})), applications)
}
