package provider

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
)

// maxParams bounds a request's query and its body, in bytes each.
const maxParams = 64 << 10

// secretParams must not stand in a URL (RFC 6749 section 2.3.1, RFC 9700).
var secretParams = []string{
	"client_id", "client_secret", "client_assertion", "client_assertion_type",
	"code", "code_verifier", "refresh_token", "token", "access_token", "grant_type", "assertion", "password",
}

// parameters are those of one request: one value for each name, none of them
// empty (RFC 6749 section 3.1: an empty one counts as left out).
type parameters struct {
	values url.Values
	// repeated are the names that came more than once, in the order of the
	// alphabet. They have no value.
	repeated []string
}

func (p parameters) get(name string) string { return p.values.Get(name) }

func (p parameters) has(name string) bool { return p.values.Get(name) != "" }

// mayRepeat reports whether a parameter may come several times: resource alone
// (RFC 8707 section 2).
func mayRepeat(name string) bool { return name == "resource" }

// gather puts together what came in several places. A name that comes twice,
// in one place or in two, is repeated, even if one of its values is empty.
func gather(places ...url.Values) parameters {
	p := parameters{values: url.Values{}}
	count := map[string]int{}
	for _, place := range places {
		for name, values := range place {
			if mayRepeat(name) {
				p.addTo(name, values)
				continue
			}
			count[name] += len(values)
			if len(values) > 0 && values[0] != "" {
				p.values[name] = values[:1]
			}
		}
	}
	for name, n := range count {
		if n > 1 {
			p.values.Del(name)
			p.repeated = append(p.repeated, name)
		}
	}
	slices.Sort(p.repeated)
	return p
}

// addTo adds values, each once, and none that is empty.
func (p parameters) addTo(name string, values []string) {
	for _, value := range values {
		if value != "" && !slices.Contains(p.values[name], value) {
			p.values[name] = append(p.values[name], value)
		}
	}
}

// readForm reads the posted parameters of a request by a program: only from the
// body, only as a form, each at most once but for resource. An empty one counts as left out.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	form, err := parseBody(w, r)
	if err != nil {
		return nil, err
	}
	for name, values := range form {
		if mayRepeat(name) {
			form[name] = slices.DeleteFunc(values, func(value string) bool { return value == "" })
			continue
		}
		if len(values) > 1 {
			return nil, refuse("invalid_request", "A parameter came more than once.")
		}
		if values[0] == "" {
			delete(form, name)
		}
	}
	return form, nil
}

func noSecretsIn(u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return refuse("invalid_request", "The query could not be read.").because(err)
	}
	for _, name := range secretParams {
		if query.Has(name) {
			return refuse("invalid_request", "Credentials and tokens must be sent in the body, not in the URL.")
		}
	}
	return nil
}

// parseBody reads a form. Only one media type is allowed, so that no other
// parser ever sees the body.
func parseBody(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind := r.Header.Get("Content-Type")
	if kind != formType {
		var err error
		if kind, _, err = mime.ParseMediaType(kind); err != nil || kind != formType {
			return nil, refuse("invalid_request", "The body must be a form: application/x-www-form-urlencoded.")
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxParams))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return nil, &refusal{code: "invalid_request", description: "The body is too large.", status: http.StatusRequestEntityTooLarge, err: err}
		}
		return nil, refuse("invalid_request", "The body could not be read.").because(err)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, refuse("invalid_request", "The body could not be read as a form.").because(err)
	}
	return form, nil
}

const formType = "application/x-www-form-urlencoded"
