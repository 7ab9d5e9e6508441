package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/house/check"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/identity/totp"
	"gatehouse/oauth"
	"gatehouse/picture"
)

// ClientID is the demo application's client.
const ClientID id.Client = "demo"

// SeededPerson is somebody to sign in as. The passwords are random, made on the
// first run, and kept beside the data for the runs after it.
type SeededPerson struct {
	Email, Name, Password string
	Administrator         bool
	TOTP                  string // the secret of the second factor in base32, if there is one
}

func (p SeededPerson) note() string {
	switch {
	case p.Administrator && p.TOTP == "": // as a demo of before made one
		return "administrator; sets up a second factor at the first sign-in"
	case p.Administrator:
		return "administrator; has a second factor"
	case p.TOTP != "":
		return "has a second factor"
	}
	return "password only"
}

// Seeded is what the demo must remember to say how to sign in, and what it needs not do again.
type Seeded struct {
	ClientSecret string
	People       []SeededPerson
	Shop         string // where the shop behind the gate listened last; "": no route leads to it yet
}

// administrators says who may see the console.
func (s *Seeded) administrators() string {
	var all []string
	for _, p := range s.People {
		if p.Administrator {
			all = append(all, p.Email)
		}
	}
	return "for " + strings.Join(all, ", ")
}

var actor = audit.Actor{Kind: audit.Console, ID: "demo"}

// seed makes the people and the client that are not there yet.
func seed(ctx context.Context, h *house.House, appURL string) (*Seeded, error) {
	path := filepath.Join(h.Config.DataDir, check.DemoFile)
	s, err := readSeeded(path)
	if err != nil {
		return nil, err
	}
	for i := range s.People {
		if err := seedPerson(ctx, h, &s.People[i]); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(seedPolicy(ctx, h), seedClient(ctx, h, appURL, s)); err != nil {
		return nil, err
	}
	return s, writeSeeded(path, s)
}

func readSeeded(path string) (*Seeded, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Seeded{People: []SeededPerson{
			{Email: "admin@example.test", Name: "Alex Admin", Administrator: true},
			{Email: "ada@example.test", Name: "Ada Example"},
			{Email: "bob@example.test", Name: "Bob Example"},
		}}, nil
	}
	if err != nil {
		return nil, err
	}
	s := &Seeded{}
	if err := json.Unmarshal(content, s); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return s, nil
}

func writeSeeded(path string, s *Seeded) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(content, '\n'), 0o600)
}

// seedPerson makes p, or sets password and second factor again for somebody of
// whom the demo does not know them any more.
func seedPerson(ctx context.Context, h *house.House, p *SeededPerson) error {
	known := p.Password != ""
	if !known {
		p.Password = passphrase()
	}
	u, err := h.Identity.UserByEmail(ctx, p.Email)
	if fault.Is(err, fault.NotFound) {
		return createPerson(ctx, h, p)
	}
	if err != nil || known {
		return err
	}
	if err := h.Identity.SetPassword(ctx, actor, u.ID, 0, p.Password); err != nil || !p.enrols() {
		return err
	}
	if err := h.Identity.ResetFactors(ctx, actor, u.ID); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return enrol(ctx, h, u.ID, p)
}

// enrols reports whether p has a second factor from the start: whoever looks at the console first
// needs no phone for it.
func (p SeededPerson) enrols() bool { return p.Administrator || strings.HasPrefix(p.Email, "ada@") }

func createPerson(ctx context.Context, h *house.House, p *SeededPerson) error {
	given, family, _ := strings.Cut(p.Name, " ")
	u, err := h.Identity.Create(ctx, actor, identity.User{
		Email: p.Email, EmailVerified: true, Name: p.Name,
		Claims: identity.Claims{GivenName: given, FamilyName: family, Zoneinfo: "Europe/Berlin"},
	}, p.Password)
	if err != nil {
		return err
	}
	if p.Administrator {
		if err := administers(ctx, h, u.ID); err != nil {
			return err
		}
	}
	if !p.enrols() {
		return nil
	}
	return enrol(ctx, h, u.ID, p)
}

// administers grants somebody the role administrator, until it is revoked.
func administers(ctx context.Context, h *house.House, user id.User) error {
	_, err := h.Access.Give(ctx, actor, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(user)}, Effect: access.Allow, Role: access.Administrator,
		Where: access.Where{Place: access.Everywhere}, Reason: "Administers the demo",
	})
	return err
}

// enrol gives somebody the authenticator whose secret the demo shows.
func enrol(ctx context.Context, h *house.House, user id.User, p *SeededPerson) error {
	e, err := h.Identity.StartEnrol(ctx, actor, user, nil)
	if err != nil {
		return err
	}
	err = confirm(ctx, h, user, e.Secret)
	if fault.CodeOf(err) == "totp.wrong" { // a period ended just then
		err = confirm(ctx, h, user, e.Secret)
	}
	if err != nil {
		return err
	}
	p.TOTP = e.Secret
	return nil
}

// confirm uses the code of the step before, which leaves the current one for the first sign-in.
func confirm(ctx context.Context, h *house.House, user id.User, secret string) error {
	code, err := totp.Code(secret, totp.Step(time.Now())-1)
	if err != nil {
		return err
	}
	_, _, err = h.Identity.ConfirmEnrol(ctx, actor, user, nil, code)
	return err
}

// passphrase is easy to type and hard to guess: 80 random bits.
func passphrase() string {
	const letters = "abcdefghijkmnpqrstuvwxyz23456789"
	var raw [16]byte
	rand.Read(raw[:])
	var b strings.Builder
	for i, r := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[int(r)%len(letters)])
	}
	return b.String()
}

// shopLogo is what people see beside the shop's name while they sign in.
func shopLogo() (string, error) {
	content, err := assets.ReadFile("shop.png")
	if err != nil {
		return "", err
	}
	return picture.Icon(content)
}

// seedClient makes the application's client, or follows a changed port.
func seedClient(ctx context.Context, h *house.House, appURL string, s *Seeded) error {
	logo, err := shopLogo()
	if err != nil {
		return err
	}
	want := oauth.Client{
		ID: ClientID, Name: "Demo Shop", HomeURL: appURL, Logo: logo, AuthMethod: oauth.AuthSecret,
		RedirectURIs: []string{appURL + "/callback"}, PostLogoutRedirectURIs: []string{appURL + "/"},
		GrantTypes: []string{oauth.GrantCode, oauth.GrantRefresh},
		Scopes:     []string{"openid", "profile", "email", "offline_access"},
		Audiences:  []string{shopAPI.Audience}, Permissions: oauth.PermissionsInline,
	}
	c, err := h.OAuth.Client(ctx, ClientID)
	if fault.Is(err, fault.NotFound) {
		_, s.ClientSecret, err = h.OAuth.CreateClient(ctx, actor, want)
		return err
	}
	if err != nil {
		return err
	}
	if c.HomeURL != appURL {
		want.Secrets, want.Created = c.Secrets, c.Created
		if _, err := h.OAuth.UpdateClient(ctx, actor, want); err != nil {
			return err
		}
	}
	if s.ClientSecret == "" {
		_, s.ClientSecret, err = h.OAuth.RotateSecret(ctx, actor, ClientID)
	}
	return err
}
