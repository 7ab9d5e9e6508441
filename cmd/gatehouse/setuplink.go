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
administrator there is nothing to set up, and no link.`,
		Args: cobra.NoArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				token, _, err := h.Identity.SetupLink(ctx, operator(), true)
				if err != nil {
					return err
				}
				url := h.SetupURL(token)
				if err := a.say(map[string]string{"url": url, "issuer": h.Config.Issuer}, "%s", url); err != nil {
					return err
				}
				return a.note("The link assumes that the issuer is %s; if the server has another, run this command with the server's configuration.", h.Config.Issuer)
			})
		}),
	})
}
