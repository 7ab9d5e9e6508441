package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) user() *cobra.Command {
	return explained(a.group("user", "Create, list and change people",
		a.userCreate(), a.userImport(), a.userList(), a.userShow(), a.userAccess(), a.userGroups(), a.userUpdate(), a.userDelete(),
		a.userDisable(), a.userEnable(), a.userLink(), a.userSetPassword(), a.userResetFactor()),
		`Create, list and change people who can sign in. `+whichUser+`
A server that runs knows of a change at once.`,
		`  gatehouse user create --email ada@example.test --name "Ada Example" --email-verified
  gatehouse user list --search ada`)
}

const whichUser = "USER is an id (usr_…) or an email address."

// findUser returns the person with that id or email.
func findUser(ctx context.Context, h *house.House, name string) (identity.User, error) {
	if strings.Contains(name, "@") {
		u, err := h.Identity.UserByEmail(ctx, name)
		return u, missing(err, name)
	}
	u, err := h.Identity.User(ctx, id.UserOf(name))
	return u, missing(err, name)
}

// withUser runs f on the person that the first argument names.
func (a *app) withUser(f func(ctx context.Context, h *house.House, u identity.User) error) func(*cobra.Command, []string) error {
	return a.action(func(ctx context.Context, args []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			u, err := findUser(ctx, h, args[0])
			if err != nil {
				return err
			}
			return f(ctx, h, u)
		})
	})
}

func userState(u identity.User) string {
	if u.Disabled {
		return "disabled"
	}
	return "enabled"
}

// userFlags are the flags that create and update share.
type userFlags struct {
	email, name, claimsFile string
	attributes              []string
	verified                bool
	saysVerified            bool // a flag or the claims file says whether the email is verified
}

func (f *userFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.email, "email", "", "the `address` they sign in with")
	flags.StringVar(&f.name, "name", "", "their full `name`")
	flags.BoolVar(&f.verified, "email-verified", false, "the address is known to be theirs")
	flags.StringArrayVar(&f.attributes, "attribute", nil, "what is kept of them besides, as `NAME=VALUE`; may be repeated, and an empty value removes it")
	flags.StringVar(&f.claimsFile, "claims-file", "", "a JSON `file` with standard claims, - for standard input")
}

// apply puts what was given into u: the file first, then the flags.
func (f *userFlags) apply(a *app, cmd *cobra.Command, u *identity.User) error {
	if f.claimsFile != "" {
		if err := f.applyClaims(a, u); err != nil {
			return err
		}
	}
	changed := cmd.Flags().Changed
	if changed("email") {
		u.Email = f.email
	}
	if changed("name") {
		u.Name = f.name
	}
	if changed("email-verified") {
		u.EmailVerified, f.saysVerified = f.verified, true
	}
	return f.applyAttributes(u)
}

func (f *userFlags) applyAttributes(u *identity.User) error {
	all := map[string]string{}
	maps.Copy(all, u.Claims.Attributes)
	for _, one := range f.attributes {
		name, value, ok := strings.Cut(one, "=")
		if !ok {
			return usagef("--attribute %q is not NAME=VALUE", brief(one))
		}
		if all[name] = value; value == "" {
			delete(all, name)
		}
	}
	if u.Claims.Attributes = all; len(all) == 0 {
		u.Claims.Attributes = nil
	}
	return nil
}

// applyClaims reads the claims file. Claims that it does not name stay as they
// are; an empty one is removed.
func (f *userFlags) applyClaims(a *app, u *identity.User) error {
	b, err := a.read(f.claimsFile)
	if err != nil {
		return fmt.Errorf("read the claims: %w", err)
	}
	claims := struct {
		Email         *string `json:"email"`
		EmailVerified *bool   `json:"email_verified"`
		Name          *string `json:"name"`
		wire.Claims
	}{Email: &u.Email, Name: &u.Name, Claims: wire.OfClaims(u.Claims)}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&claims); err != nil {
		return usagef("%s is not a JSON object of standard claims (OpenID Connect Core 5.1): %w", inputName(f.claimsFile), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return usagef("%s holds more than one JSON object", inputName(f.claimsFile))
	}
	u.Claims = claims.Claims.Identity()
	if claims.EmailVerified != nil {
		u.EmailVerified, f.saysVerified = *claims.EmailVerified, true
	}
	return nil
}
