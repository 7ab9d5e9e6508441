package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
)

func (a *app) clientRotateSecret() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "rotate-secret CLIENT_ID",
		Short: "Give an application a new secret beside its newest old one",
		Long: `Give an application a new secret, and print it once. The newest old secret
works until the next rotation, so that the application can be changed over
without a gap; rotate twice if a secret is known to others.`,
		Args: cobra.ExactArgs(1),
		RunE: a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
			c, secret, err := h.OAuth.RotateSecret(ctx, operator(), c.ID)
			if err != nil {
				return err
			}
			return a.printSecret(c, secret)
		}),
	})
}
