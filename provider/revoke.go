package provider

import (
	"errors"
	"net/http"

	"gatehouse/oauth"
	"gatehouse/web"
)

// mountRevoke registers token revocation.
func (p *Provider) mountRevoke(api *web.Mux) {
	api.HandleFunc("POST "+PathRevoke, p.cors(p.answer(p.revoke)))
	api.HandleFunc("OPTIONS "+PathRevoke, p.preflight("POST"))
}

// revoke ends a token at the wish of the client that it was given to (RFC
// 7009). A refresh token ends its whole authorization, access tokens included; an
// access token ends alone.
//
// What is not a token, or is another client's, is answered with 200 like a
// success: the client wants it dead, and for this client it is. A failure to
// write is never a success (CVE-2020-15223).
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) error {
	client, token, err := p.tokenRequest(w, r)
	if err != nil {
		return err
	}
	if err := p.revokeToken(r, client, token); err != nil {
		return err
	}
	noStore(w.Header())
	w.WriteHeader(http.StatusOK)
	return nil
}

func (p *Provider) revokeToken(r *http.Request, client *oauth.Client, token string) error {
	if refresh, ok := p.Protocol.ReadRefresh(token); ok {
		return orUnavailable(p.Protocol.RevokeRefresh(r.Context(), clientActor(r, client), client, refresh))
	}
	t, err := p.Tokens.Verify(r.Context(), token)
	if errors.Is(err, oauth.ErrBadToken) {
		return nil
	}
	if err != nil {
		return err
	}
	return orUnavailable(p.Protocol.RevokeAccess(r.Context(), clientActor(r, client), client, &t.Claims))
}
