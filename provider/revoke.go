package provider

import (
	"context"
	"errors"
	"net/http"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

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
	if refresh, err := p.Refresh.Parse(token); err == nil {
		return p.revokeFamily(r, client, refresh)
	}
	t, err := p.verifier.verify(r.Context(), token)
	if errors.Is(err, errBadToken) {
		return nil
	}
	if err != nil {
		return err
	}
	if t.claims.ClientID != string(client.ID) {
		return nil
	}
	return p.endFor(r, client, aboutToken(&t.claims), func(ctx context.Context) error {
		return p.Protocol.EndToken(ctx, t.claims.ID, t.expires.UTC())
	})
}

// revokeFamily ends the authorization of a refresh token, be it the current one or an
// older one of the family: both prove that the client once held it.
func (p *Provider) revokeFamily(r *http.Request, client *oauth.Client, token oauth.RefreshToken) error {
	family, _, err := p.Store.Family(r.Context(), token.Family, time.Now().UTC())
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return unavailable(err)
	}
	if family.Client != client.ID || !family.RevokedAt.IsZero() {
		return nil
	}
	e := audit.Event{Target: oauth.OfAuthorization(family.Authorization.ID), User: family.Authorization.User}
	return p.endFor(r, client, e, func(ctx context.Context) error {
		return p.Protocol.EndAuthorization(ctx, family.Authorization.ID, oauth.ReasonRevoked)
	})
}

// aboutToken is the event that an access token was ended.
func aboutToken(c *accessClaims) audit.Event {
	e := audit.Event{Target: audit.Target{Kind: oauth.KindToken, ID: c.ID}}
	if c.ofPerson() {
		e.User = id.User(c.Subject)
	}
	return e
}

// endFor runs end and records it in e as the client's doing, in one transaction.
func (p *Provider) endFor(r *http.Request, client *oauth.Client, e audit.Event, end func(ctx context.Context) error) error {
	e.Actor = web.Actor(r)
	e.Actor.Kind, e.Actor.ID = audit.Client, string(client.ID)
	e.Action, e.Client = oauth.ActionTokenRevoke, client.ID
	err := p.Store.InTx(r.Context(), func(ctx context.Context) error {
		if err := end(ctx); err != nil {
			return err
		}
		return p.Audit.Record(ctx, e)
	})
	if err != nil {
		return unavailable(err)
	}
	return nil
}
