package provider

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ory/fosite"

	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// Bounds of parameters, in bytes.
const (
	maxState     = 2048
	maxNonce     = 512
	maxScope     = 2048
	maxLoginHint = 320 // the longest address there is
	maxLocales   = 16  // tags
	// challengeSize is the length of a PKCE S256 challenge (RFC 7636 section 4.2).
	challengeSize = 43
)

// prompts are the values of the prompt parameter (OpenID Connect Core 3.1.2.1).
var prompts = []string{"none", "login", "consent", "select_account"}

// authorization is an authorization request that is in order: everything that
// can be said without knowing the person has been checked.
type authorization struct {
	*target
	params parameters
	asked  claimsRequest
	ask    flow.Ask
	kernel fosite.AuthorizeRequester
	flight *inflight
}

// authorization checks the request and returns it. Its errors go to the client.
func (p *Provider) authorization(r *http.Request, to *target, params parameters, at time.Time) (*authorization, error) {
	if err := checkParams(to.client, params); err != nil {
		return nil, err
	}
	a := &authorization{target: to, params: params, flight: &inflight{request: r, client: to.client, redirectURI: to.redirectURI}}
	var err error
	if a.kernel, err = p.askKernel(r.Context(), a); err != nil {
		return nil, fromKernel(err)
	}
	if a.asked, err = parseClaims(params.get("claims")); err != nil {
		return nil, refuse("invalid_request", "The parameter claims is not in order.").because(err)
	}
	a.ask, err = p.askOf(a, at)
	return a, err
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
	case "", modeQuery, modeFormPost:
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
	case len(params.get("state")) > maxState:
		return refuse("invalid_request", "The parameter state is too long.")
	case len(params.get("nonce")) > maxNonce:
		return refuse("invalid_request", "The parameter nonce is too long.")
	case len(params.get("scope")) > maxScope:
		return refuse("invalid_request", "The parameter scope is too long.")
	}
	return checkChallenge(c, params)
}

// checkChallenge holds the rules about PKCE (RFC 7636, RFC 9700 section 2.1.1)
// before anybody signs in: the kernel would look only when the code is made.
func checkChallenge(c *oauth.Client, params parameters) error {
	challenge, method := params.get("code_challenge"), params.get("code_challenge_method")
	if challenge == "" && method == "" {
		if needsPKCE(c) {
			return refuse("invalid_request", "The parameter code_challenge is missing: PKCE is required.")
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

// askKernel lets fosite parse and check the request. It sees the parameters that
// it has a say in and no others. It insists on a state, which is optional here,
// so it gets one that never leaves it: the responses are written from target.
func (p *Provider) askKernel(ctx context.Context, a *authorization) (fosite.AuthorizeRequester, error) {
	form := url.Values{"state": {"kept outside"}}
	for _, name := range []string{"response_type", "client_id", "redirect_uri", "scope", "response_mode", "nonce", "prompt", "max_age", "code_challenge", "code_challenge_method", "audience"} {
		if a.params.has(name) {
			form.Set(name, a.params.get(name))
		}
	}
	// The kernel's own look at max_age overflows; beyond the bound nothing is asked.
	if age, err := strconv.ParseUint(form.Get("max_age"), 10, 64); err != nil || age > uint64(maxMaxAge/time.Second) {
		form.Del("max_age")
	}
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: PathAuthorize}, Header: http.Header{}, Form: form, PostForm: url.Values{}}
	return p.core.kernel.NewAuthorizeRequest(withInflight(ctx, a.flight), r)
}

// askOf says what the request wants of a sign-in.
func (p *Provider) askOf(a *authorization, at time.Time) (flow.Ask, error) {
	scopes := a.kernel.GetRequestedScopes()
	least, err := required(a.asked.essentialACR())
	if err != nil {
		return flow.Ask{}, err
	}
	ask := flow.Ask{
		Client: a.client.ID, Params: a.params.kept(), RequestedAt: at.UTC(),
		Scopes:  consentScopes(a.client, scopes, a.asked),
		Locales: locales(a.params.get("ui_locales")), Display: display(a.params.get("display")),
		Require: least, Prefer: preferred(fields(a.params.get("acr_values"))),
	}
	if hint := a.params.get("login_hint"); len(hint) <= maxLoginHint {
		ask.LoginHint = hint
	}
	if err := readPrompt(&ask, fields(a.params.get("prompt"))); err != nil {
		return ask, err
	}
	if err := readMaxAge(&ask, a.params.get("max_age")); err != nil {
		return ask, err
	}
	return ask, p.readHints(&ask, a)
}

func readPrompt(ask *flow.Ask, values []string) error {
	for _, value := range values {
		switch value {
		case "none":
			ask.None = true
		case "login":
			ask.Login = true
		case "consent":
			ask.Consent = true
		case "select_account":
			ask.Select = true
		default:
			return refuse("invalid_request", "The parameter prompt has an unknown value.")
		}
	}
	if ask.None && len(values) > 1 {
		return refuse("invalid_request", "The prompt none does not go with others.")
	}
	return nil
}

// maxMaxAge is longer than any session; more than that asks for nothing.
const maxMaxAge = 100 * 365 * 24 * time.Hour

func readMaxAge(ask *flow.Ask, text string) error {
	if text == "" {
		return nil
	}
	if strings.Trim(text, "0123456789") != "" {
		return refuse("invalid_request", "The parameter max_age must be a number of seconds.")
	}
	age := maxMaxAge
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		age = min(age, time.Duration(n)*time.Second)
	}
	ask.MaxAge = &age
	return nil
}

// readHints says who must be signed in: the subject of the id_token_hint, or of
// the sub that the claims parameter asks for.
func (p *Provider) readHints(ask *flow.Ask, a *authorization) error {
	subjects := a.asked.subjects()
	if len(subjects) == 1 {
		ask.HintUser = id.User(subjects[0])
	}
	token := a.params.get("id_token_hint")
	if token == "" {
		return nil
	}
	h, err := p.readHint(token)
	if err != nil {
		return refuse("invalid_request", "The id_token_hint is not an ID token of ours.").because(err)
	}
	if !slices.Contains(h.Audience, string(a.client.ID)) {
		return refuse("invalid_request", "The id_token_hint was given to another client.")
	}
	if len(subjects) > 0 && !slices.Contains(subjects, string(h.Subject)) {
		return refusalFor("login_required")
	}
	ask.HintUser = h.Subject
	return nil
}

// required is the weakest of the levels of which one must be reached. Where we
// know none of them nobody can reach it (OpenID Connect Core 5.5.1.1).
func required(levels []string) (proof.Level, error) {
	if len(levels) == 0 {
		return proof.None, nil
	}
	known := ours(levels)
	if len(known) == 0 {
		return proof.None, refusalFor("unmet_authentication_requirements")
	}
	return slices.Min(known), nil
}

// preferred is the first level that we know.
func preferred(levels []string) proof.Level {
	if known := ours(levels); len(known) > 0 {
		return known[0]
	}
	return proof.None
}

// ours are the levels among texts, in their order.
func ours(texts []string) []proof.Level {
	var known []proof.Level
	for _, text := range texts {
		if l, err := proof.ParseLevel(text); err == nil && l != proof.None {
			known = append(known, l)
		}
	}
	return known
}

// locales keeps the tags that can be language tags (RFC 5646).
func locales(text string) []string {
	var tags []string
	for _, tag := range fields(text) {
		legal := strings.Trim(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == ""
		if legal && len(tag) <= 35 && len(tags) < maxLocales {
			tags = append(tags, tag)
		}
	}
	return tags
}

// display keeps the values that are defined; another one asks for nothing.
func display(value string) string {
	if slices.Contains([]string{"page", "popup", "touch", "wap"}, value) {
		return value
	}
	return ""
}

// fields splits a list that is separated by spaces (RFC 6749 section 3.3).
func fields(list string) []string {
	return slices.DeleteFunc(strings.Split(list, " "), func(s string) bool { return s == "" })
}
