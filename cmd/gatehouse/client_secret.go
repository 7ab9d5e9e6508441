package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) clientRotateSecret() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "rotate-secret CLIENT_ID",
		Short: "Give an application a new secret beside its newest old one",
		Long: `Give an application a new secret, and print it once. The newest old secret
works until the next rotation, so that the application can be changed over
without a gap; rotate twice if a secret is known to others. Where a secret stops
working by it, that is asked first.`,
		Example: `  gatehouse client rotate-secret web`,
		Args:    one(aClient),
		RunE: a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
			if oldest, ends := endsByRotation(c); ends {
				if err := a.confirm(ctx, fmt.Sprintf("Rotate, and so end the older secret of %s, …%s", c.ID, oldest.Hint)); err != nil {
					return err
				}
			}
			c, secret, err := h.OAuth.RotateSecret(ctx, operator(), c.ID)
			if err != nil {
				return err
			}
			return a.printSecret(c, secret)
		}),
	})), applications)
}

// endsByRotation returns the secret of c that stops working at its next rotation.
func endsByRotation(c oauth.Client) (oauth.Secret, bool) {
	if len(c.Secrets) < 2 {
		return oauth.Secret{}, false
	}
	return slices.MinFunc(c.Secrets, func(a, b oauth.Secret) int { return a.Created.Compare(b.Created) }), true
}

// printSecret prints a client with the secret that was just made.
func (a *app) printSecret(c oauth.Client, secret string) error {
	return a.print(wire.NewClientSecret{Client: wire.OfClient(c), Secret: wire.Secret(secret)}, func(w io.Writer) {
		row(w, "client_id", string(c.ID))
		row(w, "client_secret", secret)
		for _, s := range c.Secrets {
			if s.Hint != secret[len(secret)-len(s.Hint):] {
				row(w, "works too", "…"+s.Hint+", until the next rotation")
			}
		}
		fmt.Fprintln(w, "\nThe secret is not shown again.")
	})
}
