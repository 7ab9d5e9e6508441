package housetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// everyClaim fills all claims of OpenID Connect Core 5.1 that a person has of
// their own.
var everyClaim = identity.Claims{
	GivenName: "Ada", FamilyName: "Example", MiddleName: "Augusta", Nickname: "Countess", PreferredUsername: "ada",
	Profile: "https://people.example.test/ada", Picture: "https://people.example.test/ada.png", Website: "https://ada.example.test/",
	Gender: "female", Birthdate: "1815-12-10", Zoneinfo: "Europe/London", Locale: "en-GB",
	PhoneNumber: "+44 20 7946 0000", PhoneNumberVerified: true,
	Address: identity.Address{
		Formatted: "12 St James's Square\nLondon SW1Y 4JH\nUnited Kingdom", StreetAddress: "12 St James's Square", Locality: "London",
		Region: "England", PostalCode: "SW1Y 4JH", Country: "United Kingdom",
	},
}

// claimsOfScope is what userinfo says of the person for each scope; updated_at
// belongs to profile too and is a number.
var claimsOfScope = map[string]map[string]any{
	"profile": {
		"name": "ada Example", "given_name": "Ada", "family_name": "Example", "middle_name": "Augusta", "nickname": "Countess", "preferred_username": "ada",
		"profile": "https://people.example.test/ada", "picture": "https://people.example.test/ada.png", "website": "https://ada.example.test/",
		"gender": "female", "birthdate": "1815-12-10", "zoneinfo": "Europe/London", "locale": "en-GB",
	},
	"email": {"email": "ada@example.test", "email_verified": true},
	"phone": {"phone_number": "+44 20 7946 0000", "phone_number_verified": true},
	"address": {"address": map[string]any{
		"formatted": "12 St James's Square\nLondon SW1Y 4JH\nUnited Kingdom", "street_address": "12 St James's Square", "locality": "London",
		"region": "England", "postal_code": "SW1Y 4JH", "country": "United Kingdom",
	}},
}

// provider discovers the Gatehouse as any application would.
func provider(t *testing.T, g *gatetest.Gate) (context.Context, *oidc.Provider) {
	t.Helper()
	ctx := oidc.ClientContext(t.Context(), g.Client())
	p, err := oidc.NewProvider(ctx, gatetest.Issuer)
	if err != nil {
		t.Fatalf("discover: %v", err)
	}
	return ctx, p
}

// verifyIDToken checks the ID token of a token response with go-oidc against the
// published keys, and the rest of OpenID Connect Core 3.1.3.7 by hand; alg ""
// is the default, RS256. It returns the claims.
func verifyIDToken(t *testing.T, g *gatetest.Gate, response gatetest.Answer, app *gatetest.Application, alg, nonce string) map[string]any {
	t.Helper()
	if alg == "" {
		alg = oidc.RS256
	}
	ctx, p := provider(t, g)
	raw := response.Text("id_token")
	token, err := p.Verifier(&oidc.Config{ClientID: string(app.ID), SupportedSigningAlgs: []string{alg}}).Verify(ctx, raw)
	if err != nil {
		t.Fatalf("the ID token does not verify: %v\n%s", err, response.Body)
	}
	if err := token.VerifyAccessToken(response.Text("access_token")); err != nil {
		t.Errorf("at_hash: %v", err)
	}
	if token.Issuer != gatetest.Issuer || len(token.Audience) != 1 || token.Nonce != nonce || token.Subject == "" {
		t.Errorf("iss %s, aud %v, nonce %q, sub %s", token.Issuer, token.Audience, token.Nonce, token.Subject)
	}
	if age := time.Since(token.IssuedAt); age < -time.Second || age > 5*time.Minute || !token.Expiry.After(time.Now()) {
		t.Errorf("issued %s ago, expires %s", age, token.Expiry)
	}
	if jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)}); err != nil || jws.Signatures[0].Header.KeyID == "" {
		t.Errorf("no kid in the header: %v", err)
	}
	claims := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if acr := claims["acr"]; acr != "aal1" && acr != "aal2" {
		t.Errorf("acr is %v", acr)
	}
	return claims
}

// unsigned reports whether somebody could get an ID token without a signature.
func unsigned(g *gatetest.Gate) bool {
	advertised, _ := g.Get("/.well-known/openid-configuration").JSON["id_token_signing_alg_values_supported"].([]any)
	_, _, err := g.House.OAuth.CreateClient(context.Background(), gatetest.Console, oauth.Client{
		ID: "unsigned", Name: "Unsigned", AuthMethod: oauth.AuthBasic, RedirectURIs: []string{gatetest.RedirectURI},
		GrantTypes: []string{oauth.GrantCode}, Scopes: []string{"openid"}, IDTokenAlg: "none",
	})
	return slices.Contains(advertised, any("none")) || err == nil
}

// An application built on the usual libraries signs a person in with every
// algorithm, and its library accepts the ID token and the userinfo.
func TestUsualLibrariesAcceptEveryAlgorithm(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada", gatetest.WithClaims(everyClaim))
	for name, alg := range map[string]string{"default": "", "RS256": "RS256", "ES256": "ES256", "EdDSA": "EdDSA"} {
		t.Run(name, func(t *testing.T) {
			g := g.For(t)
			app := g.App("web-"+name, func(c *oauth.Client) { c.IDTokenAlg, c.UserinfoAlg, c.AccessTokenAlg = alg, alg, alg })
			ctx, p := provider(t, g)
			client := oauth2.Config{
				ClientID: string(app.ID), ClientSecret: app.Secret, Endpoint: p.Endpoint(), RedirectURL: gatetest.RedirectURI,
				Scopes: []string{oidc.ScopeOpenID, "profile", "email", "address", "phone", oidc.ScopeOfflineAccess},
			}
			verifier := oauth2.GenerateVerifier()
			page := g.Browser().Get(client.AuthCodeURL("a state", oidc.Nonce("a nonce"), oauth2.S256ChallengeOption(verifier)))
			q := page.SignIn(ada).Allow().Answered(gatetest.RedirectURI)
			tokens, err := client.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(verifier))
			if err != nil {
				t.Fatalf("exchange: %v", err)
			}
			idToken, _ := tokens.Extra("id_token").(string)
			answer := gatetest.Answer{JSON: map[string]any{"id_token": idToken, "access_token": tokens.AccessToken}}
			claims := verifyIDToken(t, g, answer, app, alg, "a nonce")
			info, err := p.UserInfo(ctx, client.TokenSource(ctx, tokens))
			if err != nil || info.Subject != claims["sub"] || info.Email != ada.Email || !info.EmailVerified {
				t.Errorf("userinfo: %v %+v", err, info)
			}
			tokens.Expiry = time.Now().Add(-time.Hour)
			again, err := client.TokenSource(ctx, tokens).Token()
			if err != nil || again.AccessToken == tokens.AccessToken {
				t.Errorf("refresh: %v", err)
			}
		})
	}
}
