package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
)

func (a *app) clientRevokeTokens() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "revoke-tokens CLIENT_ID",
		Short: "End all tokens that an application holds, of whomever",
		Long: `End all refresh tokens and access tokens that an application holds, of whomever:
whoever uses it signs in to it again. People stay signed in here, and what they
allowed the application stays.`,
		Example: `  gatehouse client revoke-tokens web
  gatehouse client revoke-tokens web --yes --json`,
		Args: one(aClient),
		RunE: a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
			if err := a.confirm(ctx, fmt.Sprintf("End all tokens of %s", c.ID)); err != nil {
				return err
			}
			if err := h.OAuth.EndTokensOf(ctx, operator(), c.ID); err != nil {
				return err
			}
			return a.say(map[string]any{"client_id": c.ID, "ended": true}, "The tokens of %s are over.", c.ID)
		}),
	})), applications)
}
