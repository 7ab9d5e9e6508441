package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) clientList() *cobra.Command {
	var f pageFlags
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List applications",
		Long: `List applications with their state, how they prove who they are
(authentication), and by which ways they may get tokens (grants).`,
		Example: `  gatehouse client list
  gatehouse client list --all --json`,
		Args: noArgs,
	})
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		if f.cursor != "" && !oauth.ValidClientID(id.Client(f.cursor)) {
			return badCursor(f.cursor)
		}
		return a.withHouse(ctx, func(h *house.House) error {
			return printPages(a, f, printedClients, func(cursor string, limit int) (page[oauth.Client], error) {
				clients, next, err := h.OAuth.Clients(ctx, id.Client(cursor), limit)
				return page[oauth.Client]{clients, string(next)}, err
			})
		})
	})
	f.bind(cmd, 500)
	return cmd
}

var printedClients = printed[oauth.Client]{
	header: []string{"CLIENT ID", "NAME", "STATE", "AUTHENTICATION", "GRANTS"},
	row: func(c oauth.Client) []string {
		return []string{string(c.ID), c.Name, clientState(c), c.AuthMethod, strings.Join(c.GrantTypes, " ")}
	},
	wire: func(c oauth.Client) any { return wire.OfClient(c) },
	none: "No applications.",
}

func clientState(c oauth.Client) string {
	if c.Disabled {
		return "disabled"
	}
	return "enabled"
}
