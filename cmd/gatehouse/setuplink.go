package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/house"
)

func (a *app) setupLink() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "setup-link",
		Short: "Print a new link that makes the first administrator",
		Long: `Print a new link that makes the first administrator. It is good for 60 minutes
and for one use, and replaces the link before it. Once there is an
administrator there is nothing to set up, and no link.

Its address is the issuer that is configured; where none is, that of the server
which started last, with --listen or not.`,
		Example: `  gatehouse setup-link`,
		Args:    noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				at, err := a.issuer(ctx, h)
				if err != nil {
					return err
				}
				token, _, err := h.Identity.SetupLink(ctx, operator(), true)
				if err != nil {
					return err
				}
				url := house.SetupURL(at.url, token)
				if err := a.say(map[string]string{"url": url, "issuer": at.url}, "%s", url); err != nil {
					return err
				}
				return a.noteIssuer(at)
			})
		}),
	})
}
