package provider

import (
	"encoding/base64"
	"net/url"
	"strings"

	"gatehouse/id"
	"gatehouse/oauth"
)

// presented is how a client authenticates itself, before anything is checked.
type presented struct {
	method    string // one of the oauth.Auth constants
	client    id.Client
	secret    string
	assertion string
}

// presentedBy finds the one method that a request uses, by its Authorization
// headers and its form.
func presentedBy(headers []string, form url.Values) (presented, error) {
	asserts := form.Get("client_assertion") != "" || form.Get("client_assertion_type") != ""
	how := presented{method: oauth.AuthNone, client: id.Client(form.Get("client_id")), secret: form.Get("client_secret")}
	if how.secret != "" {
		how.method = oauth.AuthPost
	}
	if len(headers) > 1 || moreThanOne(len(headers) == 1, asserts, how.secret != "") {
		return how, refuse("invalid_request", "More than one way of client authentication was used.")
	}
	named := how.client
	var err error
	if len(headers) == 1 {
		how, err = basicOf(headers[0])
	}
	if asserts {
		how, err = assertionOf(form)
	}
	switch {
	case err != nil:
		return how, err
	case how.client == "":
		return how, badClient("no client is named")
	case named != "" && named != how.client:
		return how, refuse("invalid_request", "The parameter client_id names another client.")
	}
	return how, nil
}

func moreThanOne(facts ...bool) bool {
	n := 0
	for _, fact := range facts {
		if fact {
			n++
		}
	}
	return n > 1
}

// basicOf reads HTTP Basic credentials; both halves are form-encoded (RFC 6749
// section 2.3.1).
func basicOf(header string) (presented, error) {
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return presented{}, badClient("unknown authorization scheme")
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimLeft(encoded, " "))
	if err != nil {
		return presented{}, badClient("Basic credentials are not base64")
	}
	name, password, ok := strings.Cut(string(raw), ":")
	client, err1 := url.QueryUnescape(name)
	secret, err2 := url.QueryUnescape(password)
	if !ok || err1 != nil || err2 != nil {
		return presented{}, badClient("Basic credentials cannot be read")
	}
	if secret == "" { // what libraries send for a public client (RFC 6749 section 2.3.1)
		return presented{method: oauth.AuthNone, client: id.Client(client)}, nil
	}
	return presented{method: oauth.AuthBasic, client: id.Client(client), secret: secret}, nil
}
