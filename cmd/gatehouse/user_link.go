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
	return a.completing(a.printing(&cobra.Command{
		Use:   "link USER",
		Short: "Print a one-time link by which a person sets their first password",
		Long: `Print a link by which a person who has no password sets their first one. It is
good for three days and for one use, and replaces the link before it. Whoever has
the link can set the password: hand it over in a safe way. Its address is the
issuer that is configured; where none is, that of the server which started last.
` + whichUser,
		Example: `  gatehouse user link ada@example.test
  gatehouse user link ada@example.test --json`,
		Args: one(aUser),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
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
}
