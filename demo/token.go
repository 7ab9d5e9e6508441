package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/house/check"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// tokenClientID is the application in whose name tokens are made for the command line.
// It is one of its own, so that people are still asked what the shop may know of them.
const tokenClientID id.Client = "demo-token"

// Wanted says which token is to be made.
type Wanted struct {
	Email        string // of one of the people whom the demo made
	SecondFactor bool   // they have just shown it, as after a step-up
	API          string // for which API the token is: the shop, or Gatehouse itself
}

// Token makes an access token for one of the demo's people, as if they had signed in to an
// application at the command line a while ago: with curl nobody can. What is made is recorded as
// any sign-in, with who made it. It works on the demo's own database alone. Faults:
// "demo.none" where the data are not the demo's, "demo.person" for somebody whom the demo
// did not make, or who cannot sign in so; those of API.
func Token(ctx context.Context, h *house.House, by audit.Actor, w Wanted) (oauth.Tokens, error) {
	s, err := ofDemo(ctx, h)
	if err != nil {
		return oauth.Tokens{}, err
	}
	api, err := h.Access.API(ctx, w.API)
	if err != nil {
		return oauth.Tokens{}, err
	}
	u, err := s.person(ctx, h, w.Email)
	if err != nil {
		return oauth.Tokens{}, err
	}
	proofs, err := proofsOf(ctx, h, u, w.SecondFactor)
	if err != nil {
		return oauth.Tokens{}, err
	}
	client, err := tokenClient(ctx, h)
	if err != nil {
		return oauth.Tokens{}, err
	}
	tokens, err := signIn(ctx, h, by, &client, u.ID, proofs, api)
	if no, refused := errors.AsType[*oauth.Refusal](err); refused {
		why := no.Description
		if proofs.Level() < proof.AAL2 {
			why += " They set up a second factor at " + h.Config.Issuer + "/account."
		}
		return oauth.Tokens{}, fault.New(fault.Forbidden, "demo.person", u.Email+" gets no token now. "+why)
	}
	return tokens, err
}

// ofDemo returns what the demo remembers, of a house that is its own: the secret of the
// shop, which nobody else has, opens the shop here.
func ofDemo(ctx context.Context, h *house.House) (*Seeded, error) {
	file := filepath.Join(h.Config.DataDir, check.DemoFile)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, noDemo(h)
	}
	s, err := readSeeded(file)
	if err != nil {
		return nil, err
	}
	c, err := h.OAuth.Client(ctx, ClientID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err != nil || !h.OAuth.VerifySecret(&c, s.ClientSecret, time.Now()) {
		return nil, noDemo(h)
	}
	return s, nil
}

func noDemo(h *house.House) error {
	return fault.New(fault.Invalid, "demo.none", fmt.Sprintf(
		`The data in %s are not the demo's, and tokens are made for its people alone. Start "gatehouse demo", and name its directory with --data-dir.`, h.Config.DataDir))
}

// person returns one of the people whom the demo made.
func (s *Seeded) person(ctx context.Context, h *house.House, email string) (identity.User, error) {
	var known []string
	for _, p := range s.People {
		known = append(known, p.Email)
		if !strings.EqualFold(p.Email, email) {
			continue
		}
		u, err := h.Identity.UserByEmail(ctx, p.Email)
		if err != nil {
			return u, err
		}
		return u, keptOut(ctx, h, u)
	}
	return identity.User{}, fault.New(fault.Invalid, "demo.person", "The demo did not make this person. It made "+strings.Join(known, ", ")+".")
}

// keptOut refuses whoever could not sign in now.
func keptOut(ctx context.Context, h *house.House, u identity.User) error {
	if u.Disabled {
		return fault.New(fault.Forbidden, "demo.person", u.Email+` is disabled: "gatehouse user enable" lets them sign in.`)
	}
	policy, err := h.Policy.Current(ctx)
	if err != nil {
		return err
	}
	if policy.Locked(clock.Now(), access.LockTarget{Kind: access.LockUser, ID: string(u.ID)}) {
		return fault.New(fault.Forbidden, "demo.person", u.Email+` is locked: "gatehouse lock lift" lets them sign in.`)
	}
	return nil
}

// signedInAgo is how long ago they signed in: too long for what asks for a fresh proof.
const signedInAgo = 15 * time.Minute

// proofsOf are what somebody shows at a sign-in: a second factor always, if they have
// one. Fresh, they have shown both just now.
func proofsOf(ctx context.Context, h *house.House, u identity.User, fresh bool) (proof.List, error) {
	at := clock.Now()
	if !fresh {
		at = at.Add(-signedInAgo)
	}
	password, err := h.Store.Password(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	proofs := proof.List{{Method: proof.Password, At: at, Factor: password.ID, Source: proof.ByPassword}}
	factors, err := h.Identity.Factors(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	for i := range factors {
		if !factors[i].Confirmed.IsZero() {
			return append(proofs, proof.Proof{Method: proof.OTP, At: at, Factor: factors[i].ID, Source: proof.ByAuthenticator}), nil
		}
	}
	if !fresh {
		return proofs, nil
	}
	return nil, fault.New(fault.Invalid, "demo.person", fmt.Sprintf("%s has no second factor. They set one up at %s/account.", u.Email, h.Config.Issuer))
}

// tokenClient returns the application of the command line, made when it is not there.
// Nobody knows its secret.
func tokenClient(ctx context.Context, h *house.House) (oauth.Client, error) {
	audiences := []string{shopAPI.Audience, oauth.OwnAPI(h.Config.Issuer)}
	c, err := h.OAuth.Client(ctx, tokenClientID)
	switch {
	case fault.Is(err, fault.NotFound):
		c, _, err = h.OAuth.CreateClient(ctx, actor, oauth.Client{
			ID: tokenClientID, Name: "Demo, on the command line", AuthMethod: oauth.AuthSecret,
			RedirectURIs: []string{"http://localhost/nowhere"}, GrantTypes: []string{oauth.GrantCode},
			Scopes: []string{"openid", "profile", "email"}, SkipConsent: true,
			Audiences: audiences, Permissions: oauth.PermissionsInline,
		})
	case err == nil && !slices.Equal(c.Audiences, audiences): // the demo has another address now
		c.Audiences = audiences
		c, err = h.OAuth.UpdateClient(ctx, actor, c)
	}
	return c, err
}

// signIn gives tokens for a sign-in that has these proofs, by way of a code like any
// other.
func signIn(ctx context.Context, h *house.House, by audit.Actor, c *oauth.Client, user id.User, proofs proof.List, api access.API) (oauth.Tokens, error) {
	browser, _, err := h.Sessions.Create(ctx, by, user, proofs)
	if err != nil {
		return oauth.Tokens{}, err
	}
	verifier := oauth2.GenerateVerifier()
	r := oauth.CodeRequest{
		Authorization: oauth.Authorization{
			User: user, Session: browser.ID, Scopes: c.Scopes,
			AuthTime: proofs.AuthTime().Truncate(time.Second), Level: proofs.Level(), AMR: proofs.AMR(),
		},
		Asked: c.Scopes, Resources: []string{api.Audience}, RedirectURI: c.RedirectURIs[0], Challenge: oauth2.S256ChallengeFromVerifier(verifier),
	}
	code, err := h.OAuth.IssueCode(ctx, c, r, nil)
	if err != nil {
		return oauth.Tokens{}, err
	}
	client := audit.Actor{Kind: audit.Client, ID: string(c.ID)}
	return h.OAuth.Redeem(ctx, client, c, oauth.Redemption{Code: code, RedirectURI: r.RedirectURI, Verifier: verifier})
}
