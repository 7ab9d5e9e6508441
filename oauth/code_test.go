package oauth

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"gatehouse/secret"
)

// RFC 6749 section 4.1.3, RFC 7636 section 4.6, RFC 9700 sections 2.1.1 and 4.5.
func TestCodeIsWorthSomethingOnlyWhereItBelongs(t *testing.T) {
	t.Parallel()
	now := time.Now()
	verifier := strings.Repeat("v", 43)
	challenge := challengeOf(verifier)
	good := Redemption{RedirectURI: "https://app.example/cb", Verifier: verifier}
	for name, c := range map[string]struct {
		change func(*Code, *Client, *Redemption)
		want   string // "" it may be claimed
	}{
		"as it should be": {nil, ""},
		"its longest verifier": {func(c *Code, _ *Client, r *Redemption) {
			r.Verifier = strings.Repeat("~", 128)
			c.Challenge = challengeOf(r.Verifier)
		}, ""},
		"at its last moment":             {func(c *Code, _ *Client, _ *Redemption) { c.Expires = now.Add(1) }, ""},
		"expired":                        {func(c *Code, _ *Client, _ *Redemption) { c.Expires = now }, InvalidGrant},
		"another client's":               {func(c *Code, _ *Client, _ *Redemption) { c.Client = "other" }, InvalidGrant},
		"no redirect URI":                {func(_ *Code, _ *Client, r *Redemption) { r.RedirectURI = "" }, InvalidGrant},
		"another redirect URI":           {func(_ *Code, _ *Client, r *Redemption) { r.RedirectURI += "/" }, InvalidGrant},
		"left out, as before":            {func(c *Code, _ *Client, r *Redemption) { c.RedirectURI, r.RedirectURI = "", "" }, ""},
		"left out before, a registered":  {func(c *Code, _ *Client, _ *Redemption) { c.RedirectURI = "" }, ""},
		"left out before, a foreign one": {func(c *Code, _ *Client, r *Redemption) { c.RedirectURI, r.RedirectURI = "", "https://evil.example/" }, InvalidGrant},
		"no verifier":                    {func(_ *Code, _ *Client, r *Redemption) { r.Verifier = "" }, InvalidGrant},
		"another verifier":               {func(_ *Code, _ *Client, r *Redemption) { r.Verifier = strings.Repeat("w", 43) }, InvalidGrant},
		"the challenge for a verifier":   {func(_ *Code, _ *Client, r *Redemption) { r.Verifier = challenge }, InvalidGrant},
		"a verifier that is too short": {func(c *Code, _ *Client, r *Redemption) {
			r.Verifier = strings.Repeat("v", 42)
			c.Challenge = challengeOf(r.Verifier)
		}, InvalidGrant},
		"a verifier that is too long": {func(c *Code, _ *Client, r *Redemption) {
			r.Verifier = strings.Repeat("v", 129)
			c.Challenge = challengeOf(r.Verifier)
		}, InvalidGrant},
		"a verifier with other characters": {func(c *Code, _ *Client, r *Redemption) {
			r.Verifier = strings.Repeat("+", 43)
			c.Challenge = challengeOf(r.Verifier)
		}, InvalidGrant},
		"a challenge that is none":       {func(c *Code, _ *Client, _ *Redemption) { c.Challenge = "*" }, InvalidGrant},
		"no PKCE, which it must use":     {func(c *Code, _ *Client, r *Redemption) { c.Challenge, r.Verifier = "", "" }, InvalidRequest},
		"no PKCE, which it need not use": {func(c *Code, k *Client, r *Redemption) { c.Challenge, r.Verifier, k.PKCE = "", "", PKCEOff }, ""},
		"no PKCE, but a nonce of OpenID": {func(c *Code, _ *Client, r *Redemption) {
			c.Challenge, r.Verifier, c.Scopes, c.Nonce = "", "", []string{ScopeOpenID}, "0123456789"
		}, ""},
		"no PKCE, and a nonce that is short": {func(c *Code, _ *Client, r *Redemption) {
			c.Challenge, r.Verifier, c.Scopes, c.Nonce = "", "", []string{ScopeOpenID}, "012345678"
		}, InvalidRequest},
		"no PKCE, and a nonce of nothing": {func(c *Code, _ *Client, r *Redemption) { c.Challenge, r.Verifier, c.Nonce = "", "", "0123456789" }, InvalidRequest},
		"no PKCE, which is required all the same": {func(c *Code, k *Client, r *Redemption) {
			c.Challenge, r.Verifier, c.Scopes, c.Nonce, k.PKCE = "", "", []string{ScopeOpenID}, "0123456789", PKCERequired
		}, InvalidRequest},
		"PKCE all the same":            {func(_ *Code, k *Client, _ *Redemption) { k.PKCE = PKCEOff }, ""},
		"the challenge was taken away": {func(c *Code, k *Client, _ *Redemption) { c.Challenge, k.PKCE = "", PKCEOff }, InvalidGrant},
		"the verifier was taken away":  {func(_ *Code, k *Client, r *Redemption) { r.Verifier, k.PKCE = "", PKCEOff }, InvalidGrant},
		"a public client without PKCE": {func(c *Code, k *Client, r *Redemption) {
			c.Challenge, r.Verifier, k.PKCE, k.AuthMethod = "", "", PKCEOff, AuthNone
		}, InvalidRequest},
	} {
		client := &Client{ID: "web", AuthMethod: AuthBasic, RedirectURIs: []string{good.RedirectURI}}
		code := &Code{Authorization: Authorization{Client: "web"}, RedirectURI: good.RedirectURI, Challenge: challenge, Expires: now.Add(time.Minute)}
		r := good
		if c.change != nil {
			c.change(code, client, &r)
		}
		got := ""
		if no := code.judge(client, r, now); no != nil {
			got = no.Code
		}
		if got != c.want {
			t.Errorf("%s: refused with %q, want %q", name, got, c.want)
		}
	}
}

func challengeOf(verifier string) string {
	return base64.RawURLEncoding.EncodeToString(secret.Hash(verifier))
}
