package provider

import (
	"context"
	"errors"
	"net/http"
	"time"

	"gatehouse/fault"
	"gatehouse/oauth"
)

// revoke ends a token at the wish of the client that it was given to (RFC
// 7009). A refresh token ends its whole grant, access tokens included; an
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
	if err := p.revokeToken(r.Context(), client, token); err != nil {
		return err
	}
	noStore(w.Header())
	w.WriteHeader(http.StatusOK)
	return nil
}

func (p *Provider) revokeToken(ctx context.Context, client *oauth.Client, token string) error {
	if refresh, err := p.Refresh.Parse(token); err == nil {
		return p.revokeFamily(ctx, client, refresh)
	}
	t, err := p.verifier.verify(token)
	if errors.Is(err, errBadToken) {
		return nil
	}
	if err != nil {
		return err
	}
	if t.claims.ClientID != string(client.ID) {
		return nil
	}
	if err := p.Protocol.EndToken(ctx, t.claims.ID, t.expires.UTC()); err != nil {
		return unavailable(err)
	}
	return nil
}

// revokeFamily ends the grant of a refresh token, be it the current one or an
// older one of the family: both prove that the client once held the grant.
func (p *Provider) revokeFamily(ctx context.Context, client *oauth.Client, token oauth.RefreshToken) error {
	family, _, err := p.Store.Family(ctx, token.Family, time.Now().UTC())
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return unavailable(err)
	}
	if family.Client != client.ID || !family.RevokedAt.IsZero() {
		return nil
	}
	if err := p.Protocol.EndGrant(ctx, family.Grant, "token.revoke"); err != nil {
		return unavailable(err)
	}
	return nil
}
