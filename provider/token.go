package provider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/oauth"
	"gatehouse/web"
)

// mountToken registers the token endpoint.
func (p *Provider) mountToken(api *web.Mux) {
	api.HandleFunc("POST "+PathToken, p.cors(p.token))
	api.HandleFunc("OPTIONS "+PathToken, p.preflight("POST"))
}

// tokenAnswer is a successful answer of the token endpoint (RFC 6749 section
// 5.1). The scope is left out only when nothing was asked for and nothing given.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
}

// token is the token endpoint (RFC 6749 section 3.2).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	grant := "other" // a label from a closed set
	tokens, err := p.exchange(w, r, &grant)
	if err != nil {
		p.Metrics.TokenRefused(grant, refusalOf(err).code)
		p.noteToken(r, grant, refusalOf(err))
		p.writeRefusal(w, r, err)
		return
	}
	body, err := json.Marshal(tokenAnswer{
		AccessToken: tokens.Access, TokenType: "Bearer", ExpiresIn: tokens.Lives,
		RefreshToken: tokens.Refresh, IDToken: tokens.ID, Scope: strings.Join(tokens.Scopes, " "),
	})
	if err != nil {
		p.writeRefusal(w, r, err)
		return
	}
	p.Metrics.TokenIssued(grant)
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Pragma"] = jsonType, noStoreValue, noCacheValue
	_, _ = w.Write(body) // the client has gone if this fails
}

// exchange reads the request and asks the house for tokens.
func (p *Provider) exchange(w http.ResponseWriter, r *http.Request, label *string) (oauth.Tokens, error) {
	form, err := readForm(w, r)
	if err != nil {
		return oauth.Tokens{}, err
	}
	switch grant := form.Get("grant_type"); grant {
	case oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient:
		*label = grant
	case "":
		return oauth.Tokens{}, refuse("invalid_request", "The parameter grant_type is missing.")
	default:
		return oauth.Tokens{}, refusalFor("unsupported_grant_type")
	}
	client, err := p.authenticateClient(r, form)
	if err != nil {
		return oauth.Tokens{}, err
	}
	tokens, err := p.give(r, client, *label, form)
	if err != nil {
		return oauth.Tokens{}, refusalOf(err).about(client.ID)
	}
	return tokens, nil
}

// give asks the house for what the grant brings.
func (p *Provider) give(r *http.Request, client *oauth.Client, grant string, form url.Values) (oauth.Tokens, error) {
	switch grant {
	case oauth.GrantCode:
		return p.redeem(r, client, form)
	case oauth.GrantRefresh:
		return p.refresh(r, client, form)
	}
	return p.Protocol.ClientCredentials(r.Context(), client, scopesOf(form), form["resource"])
}

// noteToken remembers what a client was refused at the token endpoint, with the reason that its
// makers are not told. That a refresh token is over is the ordinary course.
func (p *Provider) noteToken(r *http.Request, grant string, e *refusal) {
	if e.client == "" || grant == oauth.GrantRefresh && e.code == oauth.InvalidGrant {
		return
	}
	c, err := p.Registry.Client(r.Context(), e.client)
	if err != nil {
		return // it is nobody's, or nobody can know: the log has it
	}
	if e.err != nil {
		because := *e
		because.description += " (" + cut(e.err.Error(), 200) + ")"
		e = &because
	}
	p.note(e, c)
}

// redeem exchanges a code (RFC 6749 section 4.1.3).
func (p *Provider) redeem(r *http.Request, client *oauth.Client, form url.Values) (oauth.Tokens, error) {
	code := form.Get("code")
	if code == "" {
		return oauth.Tokens{}, refuse("invalid_request", "The parameter code is missing.")
	}
	return p.Protocol.Redeem(r.Context(), clientActor(r, client), client, oauth.Redemption{
		Code: code, RedirectURI: form.Get("redirect_uri"), Verifier: form.Get("code_verifier"), Resources: form["resource"],
	})
}

// refresh uses a refresh token (RFC 6749 section 6).
func (p *Provider) refresh(r *http.Request, client *oauth.Client, form url.Values) (oauth.Tokens, error) {
	token := form.Get("refresh_token")
	if token == "" {
		return oauth.Tokens{}, refuse("invalid_request", "The parameter refresh_token is missing.")
	}
	return p.Protocol.Refresh(r.Context(), clientActor(r, client), client, oauth.RefreshRequest{Token: token, Scopes: scopesOf(form), Resources: form["resource"]})
}

// scopesOf returns the scopes that are asked for, each once.
func scopesOf(form url.Values) []string {
	var scopes []string
	for _, scope := range fields(form.Get("scope")) {
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}
