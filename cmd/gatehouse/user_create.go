package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userCreate() *cobra.Command {
	var f userFlags
	var passwordFile string
	var noPassword, administrator bool
	cmd := a.printing(&cobra.Command{
		Use:   "create --email ADDRESS --name NAME [--password-file FILE]",
		Short: "Create a person",
		Long: `Create a person who can sign in. The password is asked for twice on a terminal,
or read from a file or from standard input: it never stands on the command line.
With --administrator they are granted the role administrator, as by "gatehouse grant
create": they may do everything, and need a second factor unless signin.mfa says
otherwise. A claims file is a JSON object of standard claims (OpenID Connect
Core 5.1), such as {"given_name": "Ada", "locale": "en"}.`,
		Example: `  gatehouse user create --email ada@example.test --name "Ada Example" --email-verified
  gatehouse user create --email ada@example.test --name "Ada Example" --password-file - < password`,
		Args: noArgs,
	})
	f.bind(cmd)
	cmd.Flags().StringVar(&passwordFile, "password-file", "", "a `file` with the password on its only line, - for standard input")
	cmd.Flags().BoolVar(&noPassword, "no-password", false, "they cannot sign in until they are given a password")
	cmd.Flags().BoolVar(&administrator, "administrator", false, "grant them the role administrator")
	cmd.MarkFlagsMutuallyExclusive("password-file", "no-password")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if passwordFile == "-" && f.claimsFile == "-" {
			return usagef("--password-file and --claims-file cannot both be standard input")
		}
		var u identity.User
		if err := f.apply(a, cmd, &u); err != nil {
			return err
		}
		if u.Email == "" {
			return usagef("a person needs --email")
		}
		give := func(context.Context) (string, error) { return "", nil }
		if !noPassword {
			var err error
			if give, err = a.password(passwordFile); err != nil {
				return err
			}
		}
		return a.withHouse(ctx, func(h *house.House) error {
			if err := h.Identity.CheckNew(ctx, u); err != nil { // before a password is typed twice for nothing
				return whose(ctx, h, inFlags(err, userFlag), u.Email)
			}
			password, err := give(ctx)
			if err != nil {
				return err
			}
			made, err := h.Identity.Create(ctx, operator(), u, password)
			if err != nil {
				return whose(ctx, h, inFlags(err, userFlag), u.Email)
			}
			if administrator {
				if err := appoint(ctx, h, made.ID); err != nil {
					return fmt.Errorf("%s is created, and no administrator: %w", plain(made.Email), err)
				}
			}
			return a.say(wire.OfUser(made), "%s is %s.", plain(made.Email), made.ID)
		})
	})
	return cmd
}

// appoint grants somebody the role administrator, until it is revoked.
func appoint(ctx context.Context, h *house.House, user id.User) error {
	_, err := h.Access.Give(ctx, operator(), access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(user)}, Effect: access.Allow, Role: access.Administrator,
		Where: access.Where{Place: access.Everywhere}, Reason: "Created as an administrator",
	})
	return err
}
