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

// newUser is what user create is told.
type newUser struct {
	userFlags
	passwordFile              string
	noPassword, administrator bool
}

func (a *app) userCreate() *cobra.Command {
	var f newUser
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
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		var u identity.User
		if err := f.apply(a, cmd, &u); err != nil {
			return err
		}
		give, err := f.password(a)
		if err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error { return f.create(ctx, a, h, u, give) })
	})
	return cmd
}

func (f *newUser) bind(cmd *cobra.Command) {
	f.userFlags.bind(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.passwordFile, "password-file", "", "a `file` with the password on its only line, - for standard input")
	flags.BoolVar(&f.noPassword, "no-password", false, "they cannot sign in until they are given a password")
	flags.BoolVar(&f.administrator, "administrator", false, "grant them the role administrator")
	cmd.MarkFlagsMutuallyExclusive("password-file", "no-password")
}

func (f *newUser) apply(a *app, cmd *cobra.Command, u *identity.User) error {
	if f.passwordFile == "-" && f.claimsFile == "-" {
		return usagef("--password-file and --claims-file cannot both be standard input")
	}
	if err := f.userFlags.apply(a, cmd, u); err != nil {
		return err
	}
	if u.Email == "" {
		return usagef("a person needs --email")
	}
	return nil
}

// password returns what asks for the password, once it is time to.
func (f *newUser) password(a *app) (func(context.Context) (string, error), error) {
	if f.noPassword {
		return func(context.Context) (string, error) { return "", nil }, nil
	}
	return a.password(f.passwordFile)
}

func (f *newUser) create(ctx context.Context, a *app, h *house.House, u identity.User, give func(context.Context) (string, error)) error {
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
	if f.administrator {
		if err := appoint(ctx, h, made.ID); err != nil {
			return fmt.Errorf("%s is created, and no administrator: %w", plain(made.Email), err)
		}
	}
	return a.say(wire.OfUser(made), "%s is %s.", plain(made.Email), made.ID)
}

// appoint grants somebody the role administrator, until it is revoked.
func appoint(ctx context.Context, h *house.House, user id.User) error {
	_, err := h.Access.Give(ctx, operator(), access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(user)}, Effect: access.Allow, Role: access.Administrator,
		Where: access.Where{Place: access.Everywhere}, Reason: "Created as an administrator",
	})
	return err
}
