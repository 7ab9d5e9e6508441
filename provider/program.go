package provider

import (
	"net/http"

	"gatehouse/audit"
	"gatehouse/oauth"
	"gatehouse/web"
)

// answer serves an endpoint for programs: its errors become the protocol's.
func (p *Provider) answer(h web.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			p.writeRefusal(w, r, err)
		}
	}
}

// clientActor is the client as whoever did what the request asks for.
func clientActor(r *http.Request, c *oauth.Client) audit.Actor {
	by := web.Actor(r)
	by.Kind, by.ID = audit.Client, string(c.ID)
	return by
}

// tokenRequest reads what introspection and revocation share: a client that
// proves who it is, and one token, both in the body. The token_type_hint is
// not needed: our tokens tell their kind.
func (p *Provider) tokenRequest(w http.ResponseWriter, r *http.Request) (*oauth.Client, string, error) {
	form, err := readForm(w, r)
	if err != nil {
		return nil, "", err
	}
	client, err := p.authenticateClient(r, form)
	if err != nil {
		return nil, "", err
	}
	token := form.Get("token")
	if token == "" {
		return nil, "", refuse("invalid_request", "The parameter token is missing.")
	}
	return client, token, nil
}

// Shared values spare an allocation for each header of each answer; nobody may
// append to them.
var (
	jsonType     = []string{"application/json"}
	noStoreValue = []string{"no-store"}
	noCacheValue = []string{"no-cache"}
)
