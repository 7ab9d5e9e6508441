package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) userSetPassword() *cobra.Command {
	var passwordFile string
	cmd := a.printing(&cobra.Command{
		Use:   "set-password USER [--password-file FILE]",
		Short: "Give a person a new password, and end their sessions",
		Long: `Give a person a new password, and end their sessions and tokens. The password
is asked for twice on a terminal, or read from a file or from standard input.
` + whichUser,
		Example: `  gatehouse user set-password ada@example.test
  gatehouse user set-password ada@example.test --password-file - < new-password`,
		Args: one(aUser),
		RunE: a.action(func(ctx context.Context, args []string) error {
			give, err := a.password(passwordFile)
			if err != nil {
				return err
			}
			return a.withHouse(ctx, func(h *house.House) error {
				u, err := findUser(ctx, h, args[0])
				if err != nil {
					return err
				}
				password, err := give(ctx)
				if err != nil {
					return err
				}
				if err := h.Identity.SetPassword(ctx, operator(), u.ID, 0, password); err != nil {
					return inFlags(err, userFlag)
				}
				return a.say(wire.OfUser(u), "%s has a new password.", plain(u.Email))
			})
		}),
	})
	cmd.Flags().StringVar(&passwordFile, "password-file", "", "a `file` with the password on its only line, - for standard input")
	return a.completing(cmd, people)
}
