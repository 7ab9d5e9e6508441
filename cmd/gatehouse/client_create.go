package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) clientCreate() *cobra.Command {
	var f clientFlags
	var clientID, library string
	cmd := a.printing(&cobra.Command{
		Use:   "create --name NAME [--id ID] [--redirect-uri URI …]",
		Short: "Create an application",
		Long: `Create an application. Its secret is made here, printed once, and cannot be
read again. Without --grant it may sign people in (authorization_code); without
--scope it may then ask for openid, profile and email.`,
		Example: `  gatehouse client create --id web --name Web --redirect-uri https://app.example.com/callback \
    --grant authorization_code --grant refresh_token --scope "openid profile email offline_access"`,
		Args: cobra.NoArgs,
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
		if c.GrantTypes == nil {
			c.GrantTypes = []string{oauth.GrantCode}
		}
		if c.Scopes == nil && slices.Contains(c.GrantTypes, oauth.GrantCode) {
			c.Scopes = []string{"openid", "profile", "email"}
		}
		return a.withHouse(ctx, func(h *house.House) error {
			c, secret, err := h.OAuth.CreateClient(ctx, operator(), c)
			if err != nil {
				return err
			}
			if err := a.printSecret(c, secret); err != nil {
				return err
			}
			return a.printSettings(there, h.Config.Issuer, c)
		})
	})
	return cmd
}

// printSecret prints a client with the secret that was just made, if there is one.
func (a *app) printSecret(c oauth.Client, secret string) error {
	return a.print(wire.NewClientSecret{Client: wire.OfClient(c), Secret: secret}, func(w io.Writer) {
		row(w, "client_id", string(c.ID))
		if secret == "" {
			return
		}
		row(w, "client_secret", secret)
		fmt.Fprintln(w, "\nThe secret is not shown again.")
	})
}
