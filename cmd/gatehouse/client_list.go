package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) clientList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List applications",
		Args:  cobra.NoArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				clients, err := h.OAuth.Clients(ctx)
				if err != nil {
					return err
				}
				shown := make([]wire.Client, len(clients))
				for i, c := range clients {
					shown[i] = wire.OfClient(c)
				}
				return a.print(shown, func(w io.Writer) {
					row(w, "CLIENT ID", "NAME", "STATE", "AUTHENTICATION", "GRANTS")
					for _, c := range clients {
						row(w, string(c.ID), c.Name, clientState(c), c.AuthMethod, strings.Join(c.GrantTypes, " "))
					}
				})
			})
		}),
	})
}

func clientState(c oauth.Client) string {
	if c.Disabled {
		return "disabled"
	}
	return "enabled"
}
