package provider

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/provider/internal/kernel"
)

const (
	maxLoginHint = 320 // bytes; the longest address there is
	maxLocales   = 16  // tags
)

// askOf says what the request wants of a sign-in.
func (p *Provider) askOf(a *authorization, at time.Time) (flow.Ask, error) {
	least, err := required(a.claims.EssentialACR())
	if err != nil {
		return flow.Ask{}, err
	}
	params, err := a.params.kept()
	if err != nil {
		return flow.Ask{}, err
	}
	ask := flow.Ask{
		Client: a.client.ID, Params: params, RequestedAt: at.UTC(),
		Scopes:  oauth.ConsentScopes(a.client, a.request.Scopes, a.claims),
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
const maxMaxAge = kernel.MaxAge * time.Second

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
// the sub that the claims parameter asks for. A hint that we do not believe is none
// (OpenID Connect Core 3.1.2.1 lets requests succeed without one), and is named in
// the log. Without pages nobody would see who answers instead of whom the client
// meant: it hears login_required, and asks again with pages.
func (p *Provider) readHints(ask *flow.Ask, a *authorization) error {
	subjects := a.claims.Subjects()
	if len(subjects) == 1 {
		ask.HintUser = id.User(subjects[0])
	}
	token := a.params.get("id_token_hint")
	if token == "" {
		return nil
	}
	h, err := p.readHint(token)
	if err != nil && ask.None {
		return refusalFor("login_required").because(err)
	}
	if err != nil {
		a.badHint = err
		return nil
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
