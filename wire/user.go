package wire

import (
	"maps"
	"time"

	"gatehouse/id"
	"gatehouse/identity"
)

// User is a person.
type User struct {
	ID            id.User   `json:"id"`
	Email         string    `json:"email"`
	EmailVerified bool      `json:"email_verified"`
	Name          string    `json:"name"`
	Disabled      bool      `json:"disabled"`
	Claims        Claims    `json:"claims"`
	Created       time.Time `json:"created"`
	Updated       time.Time `json:"updated"`
	LastSignIn    time.Time `json:"last_sign_in,omitzero"` // absent: they never did
}

// Personal is a shape that may tell more of a person than their id.
type Personal interface {
	// Person returns of whom it tells, "" where it tells no more than an id.
	Person() id.User
}

// Person returns of whom the shape tells.
func (w User) Person() id.User { return w.ID }

// ListedUser is a person in a list of them.
type ListedUser struct {
	User
	SecondFactor bool `json:"second_factor"`
	HasPassword  bool `json:"has_password"` // without one nobody can sign in
}

// PasswordLink is a link by which somebody sets their first password, once.
type PasswordLink struct {
	User      id.User   `json:"user"`
	Email     string    `json:"email"` // the address that they sign in with
	Link      Secret    `json:"link"`  // nobody sees it again
	ExpiresAt time.Time `json:"expires_at"`
}

// Person returns of whom the shape tells.
func (w PasswordLink) Person() id.User { return w.User }

// UserDetail is a person with what is worth asking for about one of them only.
type UserDetail struct {
	User
	Administrator     bool `json:"administrator"` // has, or is to have, a right at Gatehouse itself
	SecondFactor      bool `json:"second_factor"`
	HasPassword       bool `json:"has_password"` // without one they cannot sign in
	RecoveryCodesLeft int  `json:"recovery_codes_left"`
	// PasswordLinkUntil is of a link for a first password that nobody used yet.
	PasswordLinkUntil time.Time `json:"password_link_expires_at,omitzero" doc:"Until when the link for their first password is good that nobody used yet; absent: there is none"`
}

// Claims are the standard claims by their names (OpenID Connect Core 5.1).
type Claims struct {
	GivenName           string   `json:"given_name,omitempty"`
	FamilyName          string   `json:"family_name,omitempty"`
	MiddleName          string   `json:"middle_name,omitempty"`
	Nickname            string   `json:"nickname,omitempty"`
	PreferredUsername   string   `json:"preferred_username,omitempty"`
	Profile             string   `json:"profile,omitempty"`
	Picture             string   `json:"picture,omitempty"`
	Website             string   `json:"website,omitempty"`
	Gender              string   `json:"gender,omitempty"`
	Birthdate           string   `json:"birthdate,omitempty"`
	Zoneinfo            string   `json:"zoneinfo,omitempty"`
	Locale              string   `json:"locale,omitempty"`
	PhoneNumber         string   `json:"phone_number,omitempty"`
	PhoneNumberVerified bool     `json:"phone_number_verified,omitempty"`
	Address             *Address `json:"address,omitempty"`

	// Attributes are what is kept of a person besides.
	Attributes map[string]string `json:"attributes,omitempty"`
}

// Address is the address claim (OpenID Connect Core 5.1.1).
type Address struct {
	Formatted     string `json:"formatted,omitempty"`
	StreetAddress string `json:"street_address,omitempty"`
	Locality      string `json:"locality,omitempty"`
	Region        string `json:"region,omitempty"`
	PostalCode    string `json:"postal_code,omitempty"`
	Country       string `json:"country,omitempty"`
}

// OfUser returns the shape of u.
func OfUser(u identity.User) User {
	return User{
		ID: u.ID, Email: u.Email, EmailVerified: u.EmailVerified, Name: u.Name,
		Disabled: u.Disabled,
		Claims:   OfClaims(u.Claims), Created: u.Created.UTC(), Updated: u.Updated.UTC(),
		LastSignIn: u.LastSignIn.UTC(),
	}
}

// OfClaims returns the shape of c.
func OfClaims(c identity.Claims) Claims {
	w := Claims{
		GivenName: c.GivenName, FamilyName: c.FamilyName, MiddleName: c.MiddleName, Nickname: c.Nickname,
		PreferredUsername: c.PreferredUsername, Profile: c.Profile, Picture: c.Picture, Website: c.Website,
		Gender: c.Gender, Birthdate: c.Birthdate, Zoneinfo: c.Zoneinfo, Locale: c.Locale,
		PhoneNumber: c.PhoneNumber, PhoneNumberVerified: c.PhoneNumberVerified,
		Attributes: maps.Clone(c.Attributes),
	}
	if c.Address != (identity.Address{}) {
		a := Address(c.Address)
		w.Address = &a
	}
	return w
}

// Identity returns the claims that w is the shape of.
func (w Claims) Identity() identity.Claims {
	c := identity.Claims{
		GivenName: w.GivenName, FamilyName: w.FamilyName, MiddleName: w.MiddleName, Nickname: w.Nickname,
		PreferredUsername: w.PreferredUsername, Profile: w.Profile, Picture: w.Picture, Website: w.Website,
		Gender: w.Gender, Birthdate: w.Birthdate, Zoneinfo: w.Zoneinfo, Locale: w.Locale,
		PhoneNumber: w.PhoneNumber, PhoneNumberVerified: w.PhoneNumberVerified,
		Attributes: maps.Clone(w.Attributes),
	}
	if w.Address != nil {
		c.Address = identity.Address(*w.Address)
	}
	return c
}
