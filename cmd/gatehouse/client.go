package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/oauth"
)

func (a *app) client() *cobra.Command {
	return explained(a.group("client", "Create, list and change applications",
		a.clientCreate(), a.clientList(), a.clientShow(), a.clientUpdate(), a.clientDisable(), a.clientEnable(), a.clientRevokeTokens(), a.clientDelete(), a.clientRotateSecret()),
		`Create, list and change applications, which are called clients in OAuth 2: what
sends people here to sign in, and programs that get tokens for themselves. A
server that runs knows of a change within a second.`,
		`  gatehouse client create --id web --name Web --redirect-uri https://app.example.com/callback
  gatehouse client list`)
}

// withClient runs f on the client that the first argument names.
func (a *app) withClient(f func(ctx context.Context, h *house.House, c oauth.Client) error) func(*cobra.Command, []string) error {
	return a.action(func(ctx context.Context, args []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			c, err := h.OAuth.Client(ctx, id.Client(args[0]))
			if err != nil {
				return missing(err, args[0])
			}
			return f(ctx, h, c)
		})
	})
}
