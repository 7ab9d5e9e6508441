package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/web"
	"gatehouse/wire"
)

func (a *app) userLink() *cobra.Command {
	var revoke bool
	cmd := a.completing(a.printing(&cobra.Command{
		Use:   "link USER",
		Short: "Print a one-time link by which a person sets their first password",
		Long: `Print a link by which a person who has no password sets their first one. It is
good for three days and for one use, and replaces the link before it. Whoever has
the link can set the password: hand it over in a safe way. Its address is the
issuer that is configured; where none is, that of the server which started last.
With --revoke the link that is there is withdrawn, and none is made.
` + whichUser,
		Example: `  gatehouse user link ada@example.test
  gatehouse user link ada@example.test --json
  gatehouse user link ada@example.test --revoke`,
		Args: one(aUser),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			if revoke {
				return a.revokeLink(ctx, h, u)
			}
			at, err := a.issuer(ctx, h)
			if err != nil {
				return err
			}
			l, err := h.Identity.PasswordLink(ctx, operator(), u.ID, 0)
			if err != nil {
				return err
			}
			url := web.WelcomeURL(at.url, l.Token)
			made := wire.PasswordLink{User: u.ID, Email: l.User.Email, Link: wire.Secret(url), ExpiresAt: l.Until.UTC()}
			if err := a.say(made, "%s\nGood until %s.", url, l.Until.UTC().Format(time.RFC3339)); err != nil {
				return err
			}
			return a.noteIssuer(at)
		}),
	}), people)
	cmd.Flags().BoolVar(&revoke, "revoke", false, "withdraw the link that is there, and make none")
	return cmd
}

func (a *app) revokeLink(ctx context.Context, h *house.House, u identity.User) error {
	if err := h.Identity.RevokePasswordLink(ctx, operator(), u.ID, 0); err != nil {
		return err
	}
	return a.say(map[string]any{"user": u.ID, "revoked": true}, "The link of %s is good no more.", plain(u.Email))
}
