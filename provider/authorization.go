package provider

import (
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse/flow"
	"gatehouse/oauth"
	"gatehouse/provider/internal/kernel"
)

// Bounds of parameters, in bytes.
const (
	maxState = 2048
	maxNonce = 512
	maxScope = 2048
	// challengeSize is the length of a PKCE S256 challenge (RFC 7636 section 4.2).
	challengeSize = 43
)

// authorization is an authorization request that is in order: everything that
// can be said without knowing the person has been checked.
type authorization struct {
	*target
	params  parameters
	ignored []string // scopes that the client may not ask for
	badHint error    // why its id_token_hint counts as none; nil: it counts, or there is none
	claims  oauth.ClaimsRequest
	request kernel.Request
	ask     flow.Ask
}

// authorization checks the request and returns it, with those of its scopes that
// are among may. Its errors go to the client.
func (p *Provider) authorization(ctx context.Context, to *target, params parameters, may []string, at time.Time) (*authorization, error) {
	if err := checkParams(to.client, params); err != nil {
		return nil, err
	}
	a := &authorization{target: to, params: params}
	asked := maps.Clone(params.values)
	scopes, err := a.narrow(may)
	if err != nil {
		return nil, err
	}
	if asked.Set("scope", strings.Join(scopes, " ")); len(scopes) == 0 {
		asked.Del("scope")
	}
	if err := checkChallenge(to.client, params, scopes); err != nil {
		return nil, err
	}
	if a.request, err = p.kernel.Read(ctx, kernel.Question{Client: to.client, RedirectURI: to.redirectURI, Parameters: asked}); err != nil {
		return nil, fromKernel(err)
	}
	if _, no := oauth.Targets(to.client.MeantFor(p.Issuer), params.values["resource"]); no != nil {
		return nil, no
	}
	if a.claims, err = oauth.ParseClaims(params.get("claims")); err != nil {
		return nil, refuse("invalid_request", "The parameter claims is not in order.").because(err)
	}
	a.ask, err = p.askOf(a, at)
	return a, err
}

// narrow returns the scopes that the client may have. Others are ignored
// (OpenID Connect Core 3.1.2.1), and the answer says what was left (RFC 6749
// section 3.3). Where nothing is left, or not the sign-in that was asked for,
// the answer would be something else than what was asked.
func (a *authorization) narrow(may []string) ([]string, error) {
	asked := fields(a.params.get("scope"))
	var kept []string
	for _, scope := range asked {
		if slices.Contains(may, scope) {
			kept = append(kept, scope)
		} else {
			a.ignored = append(a.ignored, scope)
		}
	}
	if len(asked) > 0 && len(kept) == 0 {
		return nil, refusalOf(oauth.RefuseScopes(asked, may))
	}
	if slices.Contains(a.ignored, oauth.ScopeOpenID) {
		return nil, refusalOf(oauth.RefuseScopes([]string{oauth.ScopeOpenID}, may))
	}
	return kept, nil
}

// scope is the scope of the answer: what was left, where that is not what was
// asked for.
func (a *authorization) scope() string {
	if len(a.ignored) == 0 {
		return ""
	}
	return strings.Join(a.request.Scopes, " ")
}

// checkParams holds the rules about single parameters.
func checkParams(c *oauth.Client, params parameters) error {
	if len(params.repeated) > 0 {
		return refuse("invalid_request", "A parameter came more than once.")
	}
	for _, values := range params.values {
		if text := strings.Join(values, ""); !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			return refuse("invalid_request", "A parameter is not UTF-8 text.") // RFC 6749 appendix B
		}
	}
	for _, name := range []string{"request", "request_uri", "registration"} {
		if params.has(name) {
			return refusalFor(unsupportedParams[name])
		}
	}
	switch mode := params.get("response_mode"); mode {
	case "", modeQuery, modeFragment, modeFormPost:
	default:
		return refuse("invalid_request", "The response mode is not supported.")
	}
	switch {
	case params.get("response_type") == "":
		return refuse("invalid_request", "The parameter response_type is missing.")
	case params.get("response_type") != "code":
		return refusalFor("unsupported_response_type")
	case !slices.Contains(c.GrantTypes, oauth.GrantCode):
		return refuse("unauthorized_client", "The client may not use the authorization code grant.")
	case len(fields(params.get("audience"))) > 0:
		return refuse("invalid_request", "The parameter audience is not supported.") // what tokens are for is configured with the client
	case len(params.get("state")) > maxState:
		return refuse("invalid_request", "The parameter state is too long.")
	case len(params.get("nonce")) > maxNonce:
		return refuse("invalid_request", "The parameter nonce is too long.")
	case len(params.get("scope")) > maxScope:
		return refuse("invalid_request", "The parameter scope is too long.")
	}
	return nil
}

// checkChallenge holds the rules about PKCE (RFC 7636, RFC 9700 section 2.1.1)
// before anybody signs in.
func checkChallenge(c *oauth.Client, params parameters, scopes []string) error {
	challenge, method := params.get("code_challenge"), params.get("code_challenge_method")
	if challenge == "" && method == "" {
		if c.NeedsPKCE(scopes, params.get("nonce")) {
			return refuse("invalid_request", "The parameter code_challenge is missing: PKCE is required.").about(c.ID)
		}
		return nil
	}
	if method != "S256" {
		return refuse("invalid_request", "The code_challenge_method must be S256.")
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(challenge); err != nil || len(challenge) != challengeSize {
		return refuse("invalid_request", "The code_challenge is not one of S256.")
	}
	return nil
}
