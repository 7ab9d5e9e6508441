package gatetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Verifier is the PKCE verifier of the applications of tests.
const Verifier = "a-verifier-of-the-tests-that-is-long-enough-to-be-one"

// Challenge returns the S256 challenge of a verifier.
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// AuthorizeURL returns an authorization request; fields in pairs are added, and
// one with an empty value is left out.
func (a *Application) AuthorizeURL(fields ...string) string {
	q := url.Values{
		"client_id": {string(a.ID)}, "response_type": {"code"}, "redirect_uri": {a.RedirectURIs[0]},
		"scope": {"openid offline_access"}, "state": {"a state of the application"}, "nonce": {"a nonce"},
		"code_challenge": {Challenge(Verifier)}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(fields); i += 2 {
		if fields[i+1] == "" {
			q.Del(fields[i])
			continue
		}
		q.Set(fields[i], fields[i+1])
	}
	return Issuer + "/oauth2/authorize?" + q.Encode()
}

// Answer is an answer of an endpoint for programs.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	JSON   map[string]any
}

// Text returns a member of the answer as text, "" when it is none.
func (a Answer) Text(name string) string {
	s, _ := a.JSON[name].(string)
	return s
}

// Error returns the answer's error code.
func (a Answer) Error() string { return a.Text("error") }

// Claims returns the claims of a JWT without verifying it.
func Claims(token string) map[string]any {
	claims := map[string]any{}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return claims
	}
	_ = json.Unmarshal(raw, &claims) // not claims: none
	return claims
}

// Do sends a request to the server and reads the answer.
func (g *Gate) Do(req *http.Request) Answer {
	g.T.Helper()
	resp, err := g.Client().Do(req)
	if err != nil {
		g.T.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		g.T.Fatal(err)
	}
	a := Answer{Status: resp.StatusCode, Header: resp.Header, Body: content}
	_ = json.Unmarshal(content, &a.JSON) // not JSON: nil
	return a
}

// Get asks for a path without cookies. Header fields come in pairs.
func (g *Gate) Get(path string, header ...string) Answer {
	g.T.Helper()
	return g.Ask(http.MethodGet, path, header...)
}

// Ask sends a request without a body and without cookies. Header fields come in
// pairs: name, value.
func (g *Gate) Ask(method, path string, header ...string) Answer {
	g.T.Helper()
	req, err := http.NewRequest(method, Issuer+path, nil)
	if err != nil {
		g.T.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	return g.Do(req)
}

// PostForm sends a form to a path, with Basic authentication when user is not empty.
func (g *Gate) PostForm(path, user, password string, form url.Values) Answer {
	g.T.Helper()
	req, err := http.NewRequest(http.MethodPost, Issuer+path, strings.NewReader(form.Encode()))
	if err != nil {
		g.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if user != "" {
		req.SetBasicAuth(url.QueryEscape(user), url.QueryEscape(password))
	}
	return g.Do(req)
}

// At returns the application as it talks to another replica.
func (a *Application) At(g *Gate) *Application {
	c := *a
	c.gate = g
	return &c
}

// post authenticates as the application's method asks.
func (a *Application) post(path string, form url.Values) Answer {
	a.gate.T.Helper()
	switch {
	case a.Public():
		form.Set("client_id", string(a.ID))
		return a.gate.PostForm(path, "", "", form)
	case a.AuthMethod == "client_secret_post":
		form.Set("client_id", string(a.ID))
		form.Set("client_secret", a.Secret)
		return a.gate.PostForm(path, "", "", form)
	}
	return a.gate.PostForm(path, string(a.ID), a.Secret, form)
}

func pairs(form url.Values, fields []string) url.Values {
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
		if fields[i+1] == "" {
			form.Del(fields[i])
		}
	}
	return form
}

// Exchange redeems a code.
func (a *Application) Exchange(code string, fields ...string) Answer {
	a.gate.T.Helper()
	return a.post("/oauth2/token", pairs(url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {a.RedirectURIs[0]}, "code_verifier": {Verifier},
	}, fields))
}

// Refresh presents a refresh token.
func (a *Application) Refresh(token string, fields ...string) Answer {
	a.gate.T.Helper()
	return a.post("/oauth2/token", pairs(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, fields))
}

// ClientCredentials asks for a token for the application itself.
func (a *Application) ClientCredentials(fields ...string) Answer {
	a.gate.T.Helper()
	return a.post("/oauth2/token", pairs(url.Values{"grant_type": {"client_credentials"}}, fields))
}

// Introspect asks about a token.
func (a *Application) Introspect(token string) Answer {
	a.gate.T.Helper()
	return a.post("/oauth2/introspect", url.Values{"token": {token}})
}

// Revoke revokes a token.
func (a *Application) Revoke(token string) Answer {
	a.gate.T.Helper()
	return a.post("/oauth2/revoke", url.Values{"token": {token}})
}

// Userinfo asks for the claims behind an access token.
func (g *Gate) Userinfo(token string) Answer {
	g.T.Helper()
	req, err := http.NewRequest(http.MethodGet, Issuer+"/oauth2/userinfo", nil)
	if err != nil {
		g.T.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return g.Do(req)
}

// Code signs the person in at the application in b and returns the code.
func (a *Application) Code(b *Browser, who *Person, fields ...string) string {
	a.gate.T.Helper()
	p := b.Get(a.AuthorizeURL(fields...))
	if p.Out == nil && p.URL.Path == "/signin" {
		p = p.SignIn(who)
	}
	code := p.Allow().Answered(a.RedirectURIs[0]).Get("code")
	if code == "" {
		a.gate.T.Fatalf("no code came back: %s", b.page.Out)
	}
	return code
}

// Tokens signs the person in at the application and redeems the code.
func (a *Application) Tokens(b *Browser, who *Person, fields ...string) Answer {
	a.gate.T.Helper()
	answer := a.Exchange(a.Code(b, who, fields...))
	if answer.Status != http.StatusOK {
		a.gate.T.Fatalf("exchange: %d %s", answer.Status, answer.Body)
	}
	return answer
}
