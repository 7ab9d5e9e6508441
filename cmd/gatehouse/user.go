package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
)

func (a *app) user() *cobra.Command {
	return a.group("user", "Create, list and change people",
		a.userCreate(), a.userList(), a.userShow(), a.userUpdate(), a.userDelete(),
		a.userDisable(), a.userEnable(), a.userSetPassword(), a.userResetFactor())
}

const whichUser = "USER is an id (usr_…) or an email address."

// findUser returns the person with that id or email.
func findUser(ctx context.Context, h *house.House, name string) (identity.User, error) {
	if strings.Contains(name, "@") {
		return h.Identity.UserByEmail(ctx, name)
	}
	return h.Identity.User(ctx, id.User(name))
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

// userJSON is a person as scripts read one.
type userJSON struct {
	ID            id.User    `json:"id"`
	Email         string     `json:"email"`
	EmailVerified bool       `json:"email_verified"`
	Name          string     `json:"name"`
	Administrator bool       `json:"administrator"`
	Disabled      bool       `json:"disabled"`
	Claims        claimsJSON `json:"claims"`
	Created       time.Time  `json:"created"`
	Updated       time.Time  `json:"updated"`
}

func showUser(u identity.User) userJSON {
	return userJSON{
		ID: u.ID, Email: u.Email, EmailVerified: u.EmailVerified, Name: u.Name,
		Administrator: u.Administrator, Disabled: u.Disabled,
		Claims: toClaimsJSON(u.Claims), Created: u.Created.UTC(), Updated: u.Updated.UTC(),
	}
}

func userState(u identity.User) string {
	if u.Disabled {
		return "disabled"
	}
	return "enabled"
}

// claimsJSON holds the standard claims by their names (OpenID Connect Core 5.1).
type claimsJSON struct {
	GivenName           string       `json:"given_name,omitempty"`
	FamilyName          string       `json:"family_name,omitempty"`
	MiddleName          string       `json:"middle_name,omitempty"`
	Nickname            string       `json:"nickname,omitempty"`
	PreferredUsername   string       `json:"preferred_username,omitempty"`
	Profile             string       `json:"profile,omitempty"`
	Picture             string       `json:"picture,omitempty"`
	Website             string       `json:"website,omitempty"`
	Gender              string       `json:"gender,omitempty"`
	Birthdate           string       `json:"birthdate,omitempty"`
	Zoneinfo            string       `json:"zoneinfo,omitempty"`
	Locale              string       `json:"locale,omitempty"`
	PhoneNumber         string       `json:"phone_number,omitempty"`
	PhoneNumberVerified bool         `json:"phone_number_verified,omitempty"`
	Address             *addressJSON `json:"address,omitempty"`
}

// addressJSON is the address claim (OpenID Connect Core 5.1.1).
type addressJSON struct {
	Formatted     string `json:"formatted,omitempty"`
	StreetAddress string `json:"street_address,omitempty"`
	Locality      string `json:"locality,omitempty"`
	Region        string `json:"region,omitempty"`
	PostalCode    string `json:"postal_code,omitempty"`
	Country       string `json:"country,omitempty"`
}

func toClaimsJSON(c identity.Claims) claimsJSON {
	j := claimsJSON{
		GivenName: c.GivenName, FamilyName: c.FamilyName, MiddleName: c.MiddleName, Nickname: c.Nickname,
		PreferredUsername: c.PreferredUsername, Profile: c.Profile, Picture: c.Picture, Website: c.Website,
		Gender: c.Gender, Birthdate: c.Birthdate, Zoneinfo: c.Zoneinfo, Locale: c.Locale,
		PhoneNumber: c.PhoneNumber, PhoneNumberVerified: c.PhoneNumberVerified,
	}
	if c.Address != (identity.Address{}) {
		a := addressJSON(c.Address)
		j.Address = &a
	}
	return j
}

func (j claimsJSON) claims() identity.Claims {
	c := identity.Claims{
		GivenName: j.GivenName, FamilyName: j.FamilyName, MiddleName: j.MiddleName, Nickname: j.Nickname,
		PreferredUsername: j.PreferredUsername, Profile: j.Profile, Picture: j.Picture, Website: j.Website,
		Gender: j.Gender, Birthdate: j.Birthdate, Zoneinfo: j.Zoneinfo, Locale: j.Locale,
		PhoneNumber: j.PhoneNumber, PhoneNumberVerified: j.PhoneNumberVerified,
	}
	if j.Address != nil {
		c.Address = identity.Address(*j.Address)
	}
	return c
}

// userFlags are the flags that create and update share.
type userFlags struct {
	email, name, claimsFile string
	verified, administrator bool
	saysVerified            bool // a flag or the claims file says whether the email is verified
}

func (f *userFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.email, "email", "", "the `address` they sign in with")
	flags.StringVar(&f.name, "name", "", "their full `name`")
	flags.BoolVar(&f.verified, "email-verified", false, "the address is known to be theirs")
	flags.BoolVar(&f.administrator, "administrator", false, "they may do everything")
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
	if changed("administrator") {
		u.Administrator = f.administrator
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
		claimsJSON
	}{Email: &u.Email, Name: &u.Name, claimsJSON: toClaimsJSON(u.Claims)}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&claims); err != nil {
		return usagef("%s is not a JSON object of standard claims (OpenID Connect Core 5.1): %w", inputName(f.claimsFile), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return usagef("%s holds more than one JSON object", inputName(f.claimsFile))
	}
	u.Claims = claims.claims()
	if claims.EmailVerified != nil {
		u.EmailVerified, f.saysVerified = *claims.EmailVerified, true
	}
	return nil
}
