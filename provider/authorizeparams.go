package provider

import (
	"errors"
	"net/http"
	"net/url"

	"gatehouse/web"
)

// keptParams are the parameters of an authorization request that matter later;
// a sign-in under way remembers these and no others. Credentials are not among
// them, and neither are the hints, which are read once: flow.Ask holds what they
// were understood to say.
var keptParams = []string{
	"response_type", "client_id", "redirect_uri", "scope", "state", "response_mode", "nonce", "prompt", "max_age",
	"claims", "code_challenge", "code_challenge_method", "resource", web.ParamFor,
}

// hintParams are those that are read once.
var hintParams = []string{"login_hint", "id_token_hint", "acr_values", "ui_locales", "display"}

// maxKept is how many bytes a sign-in under way remembers of its request: the
// browser carries them, and they are a row once somebody is proved.
const maxKept = 8 << 10

// unsupportedParams are refused by name: to ignore them would be to do
// something else than what was asked (OpenID Connect Core 6 and 7.2.1).
var unsupportedParams = map[string]string{
	"request": "request_not_supported", "request_uri": "request_uri_not_supported", "registration": "registration_not_supported",
}

// readAuthorize reads the parameters of an authorization request from the query
// and, of a POST, from the body too.
func readAuthorize(w http.ResponseWriter, r *http.Request) (parameters, error) {
	malformed := func(err error) error {
		return &pageError{err: err, page: web.ErrorPage{
			Status: http.StatusBadRequest, Code: "authorize.malformed",
			Detail: "The application sent a request that cannot be read.",
		}}
	}
	if len(r.URL.RawQuery) > maxParams {
		return parameters{}, malformed(errors.New("query too long"))
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return parameters{}, malformed(err)
	}
	if r.Method != http.MethodPost {
		return gather(query), nil
	}
	body, err := parseBody(w, r)
	if err != nil {
		return parameters{}, malformed(err)
	}
	return gather(query, body), nil
}

// kept returns what a sign-in under way must remember, and refuses a request of
// which that would be too much.
func (p parameters) kept() (url.Values, error) {
	out, size := url.Values{}, 0
	for _, name := range keptParams {
		if !p.has(name) {
			continue
		}
		out[name] = p.values[name]
		for _, value := range out[name] {
			size += len(name) + len(value)
		}
	}
	if size > maxKept {
		return nil, refuse("invalid_request", "The parameters are longer than 8 KiB together.")
	}
	return out, nil
}
