package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/oauth"
)

func (a *app) clientCreate() *cobra.Command {
	var f clientFlags
	var clientID, library string
	cmd := a.printing(&cobra.Command{
		Use:   "create --name NAME [--id ID] [--redirect-uri URI …]",
		Short: "Create an application, and print what to configure there",
		Long: `Create an application (a "client" in the words of OAuth 2): something that
sends people here to sign in, or a program that gets tokens for itself. What to
configure there is printed ready to copy. Its secret is made here, printed once,
and cannot be read again.

Without --grant it may sign people in (authorization_code); without --scope it
may then ask for openid, profile and email. A redirect URI is the address in the
application to which people come back.`,
		Example: `  gatehouse client create --id web --name Web --redirect-uri https://app.example.com/callback \
    --grant authorization_code --grant refresh_token --scope "openid profile email offline_access"
  gatehouse client create --name Phone --public --redirect-uri com.example.app:/callback
  gatehouse client create --id reports --name Reports --grant client_credentials --scope reports:read`,
		Args: noArgs,
	})
	f.bind(cmd)
	cmd.Flags().StringVar(&clientID, "id", "", "its client `id`; made up if it is left out")
	cmd.Flags().StringVar(&library, "for", "", "the `library` or product that it is: the other flags are set as docs/clients.md says, and its settings are printed")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		there, err := settingsFor(cmd, &f, library)
		if err != nil {
			return err
		}
		c := oauth.Client{ID: id.Client(clientID), AuthMethod: oauth.AuthSecret}
		if err := f.apply(a, cmd, &c); err != nil {
			return err
		}
		usual(&c)
		return a.withHouse(ctx, func(h *house.House) error { return a.createClient(ctx, h, c, there) })
	})
	completeClientFlags(cmd)
	choosing(cmd, "for", clientNames()...)
	return cmd
}

// usual is what an application may do of which nothing else is said.
func usual(c *oauth.Client) {
	if c.GrantTypes == nil {
		c.GrantTypes = []string{oauth.GrantCode}
	}
	if c.Scopes == nil && slices.Contains(c.GrantTypes, oauth.GrantCode) {
		c.Scopes = []string{"openid", "profile", "email"}
	}
}

func (a *app) createClient(ctx context.Context, h *house.House, c oauth.Client, there *settings) error {
	at, err := a.issuer(ctx, h)
	if err != nil {
		return err
	}
	meant, err := h.OAuth.Meant(ctx)
	if err != nil {
		return err
	}
	made, secret, err := h.OAuth.CreateClient(ctx, operator(), c)
	if err != nil {
		return inFlags(err, flagOf(&c))
	}
	if err := a.printReady(at, made, meant, secret); err != nil {
		return err
	}
	if err := a.printSettings(there, at.url, made); err != nil {
		return err
	}
	if err := a.noteUnknownScopes(meant, made.Scopes); err != nil {
		return err
	}
	return a.noteIssuer(at)
}
