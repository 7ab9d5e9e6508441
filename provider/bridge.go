package provider

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/ory/fosite"

	"gatehouse/fault"
	"gatehouse/oauth"
	"gatehouse/secret"
)

// bridge is the kernel's storage. The house keeps one row for a code with all
// that belongs to it, and none for an access token; so most of this is empty,
// and the rest goes to and from the request's inflight.
type bridge struct{ p *Provider }

// errUnused is what the kernel gets where it asks for something that Gatehouse
// does without it.
var errUnused = errors.New("the kernel does not handle this")

// GetClient returns the client that was validated before the kernel was asked.
func (b *bridge) GetClient(ctx context.Context, name string) (fosite.Client, error) {
	f := inflightOf(ctx)
	if f.client == nil || f.client.Disabled || string(f.client.ID) != name {
		return nil, fosite.ErrNotFound
	}
	return &kernelClient{Client: f.client, redirectURI: f.redirectURI}, nil
}

// ClientAssertionJWTValid is not used: see proveAssertion.
func (b *bridge) ClientAssertionJWTValid(context.Context, string) error { return errUnused }

// SetClientAssertionJWT is not used: see proveAssertion.
func (b *bridge) SetClientAssertionJWT(context.Context, string, time.Time) error { return errUnused }

// codeHash is the key of a code's row; signatureOf is the same as text.
func codeHash(signature string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(signature) }

func signatureOf(code string) string {
	return base64.RawURLEncoding.EncodeToString(secret.Hash(code))
}

// CreateAuthorizeCodeSession prepares the code's row. It is written once every
// handler has agreed, in one transaction with the end of the sign-in.
func (b *bridge) CreateAuthorizeCodeSession(ctx context.Context, signature string, request fosite.Requester) error {
	hash, err := codeHash(signature)
	if err != nil {
		return fmt.Errorf("keep code: %w", err)
	}
	s, form := request.GetSession().(*grantSession), request.GetRequestForm()
	inflightOf(ctx).code = &oauth.Code{
		Hash: hash, Authorization: s.auth,
		RedirectURI: form.Get("redirect_uri"), Challenge: form.Get("code_challenge"),
		Created: s.now, Expires: s.now.Add(b.p.Config.CodeTTL),
	}
	return nil
}

// GetAuthorizeCodeSession returns the code's request. A code that was used is
// reported as such to its own client only, together with the request: another
// client learns nothing and ends nothing. An expired one that was never used is
// not there.
func (b *bridge) GetAuthorizeCodeSession(ctx context.Context, signature string, _ fosite.Session) (fosite.Requester, error) {
	f := inflightOf(ctx)
	code, err := b.code(ctx, f, signature)
	if fault.Is(err, fault.NotFound) {
		return nil, fosite.ErrNotFound
	}
	if err != nil {
		f.failed = fmt.Errorf("read code: %w", err)
		return nil, f.failed
	}
	request := requestOf(code)
	if !code.Claimed.IsZero() {
		// The authorization alone is asked about: other endings may leave its family alive.
		if code.Client != f.client.ID || b.p.Registry.Revoked(oauth.TokenFacts{Authorization: code.Authorization.ID, Issued: code.Created}) {
			return nil, fosite.ErrNotFound
		}
		return request, fosite.ErrInvalidatedAuthorizeCode
	}
	if !time.Now().Before(code.Expires) {
		return nil, fosite.ErrNotFound
	}
	return request, nil
}

// code reads the row once for a request.
func (b *bridge) code(ctx context.Context, f *inflight, signature string) (*oauth.Code, error) {
	if f.code != nil {
		return f.code, nil
	}
	hash, err := codeHash(signature)
	if err != nil {
		return nil, err
	}
	code, err := b.p.Store.Code(ctx, hash)
	if err != nil {
		return nil, err
	}
	f.code = &code
	return f.code, nil
}

// requestOf is the authorization request that the code came from, as far as the
// token endpoint needs it. Each call makes a session of its own.
func requestOf(code *oauth.Code) fosite.Requester {
	form := url.Values{}
	for name, value := range map[string]string{"redirect_uri": code.RedirectURI, "code_challenge": code.Challenge} {
		if value != "" {
			form.Set(name, value)
		}
	}
	if code.Challenge != "" {
		form.Set("code_challenge_method", "S256")
	}
	return &fosite.Request{
		ID: string(code.Authorization.ID), RequestedAt: code.Created, Client: &kernelClient{Client: &oauth.Client{ID: code.Client}},
		RequestedScope: code.Scopes, GrantedScope: code.Scopes, Form: form,
		Session: &grantSession{auth: code.Authorization, requestedAt: code.Created},
	}
}

// InvalidateAuthorizeCodeSession is not used: codeGrant claims the code.
func (b *bridge) InvalidateAuthorizeCodeSession(context.Context, string) error { return errUnused }

// GetPKCERequestSession returns the code's request if it has a challenge.
func (b *bridge) GetPKCERequestSession(ctx context.Context, signature string, _ fosite.Session) (fosite.Requester, error) {
	code, err := b.code(ctx, inflightOf(ctx), signature)
	if err != nil {
		return nil, fmt.Errorf("read code: %w", err)
	}
	if code.Challenge == "" {
		return nil, fosite.ErrNotFound
	}
	return requestOf(code), nil
}

// CreatePKCERequestSession has nothing to do: the code's row has the challenge.
func (b *bridge) CreatePKCERequestSession(context.Context, string, fosite.Requester) error {
	return nil
}

// DeletePKCERequestSession has nothing to do: the code's row has the challenge.
func (b *bridge) DeletePKCERequestSession(context.Context, string) error { return nil }

// CreateOpenIDConnectSession has nothing to do: the code's row has it all.
func (b *bridge) CreateOpenIDConnectSession(context.Context, string, fosite.Requester) error {
	return nil
}

// GetOpenIDConnectSession returns the token request itself, which has the
// code's session, if an ID token is due.
func (b *bridge) GetOpenIDConnectSession(_ context.Context, _ string, r fosite.Requester) (fosite.Requester, error) {
	if !r.GetGrantedScopes().Has(scopeOpenID) {
		return nil, fosite.ErrNotFound
	}
	return r, nil
}

// DeleteOpenIDConnectSession has nothing to do: the code's row has it all.
func (b *bridge) DeleteOpenIDConnectSession(context.Context, string) error { return nil }

// RevokeAccessToken ends the authorization of a code that came a second time: its
// access tokens and its refresh family. The kernel would swallow a failure.
func (b *bridge) RevokeAccessToken(ctx context.Context, _ string) error {
	f := inflightOf(ctx)
	if f.code == nil {
		return errUnused
	}
	if err := b.p.endReplayed(ctx, f, oauth.ActionCodeReplay, &f.code.Authorization); err != nil {
		f.failed = err
		return err
	}
	return nil
}

// RevokeRefreshToken has nothing to do: RevokeAccessToken ended the whole authorization.
func (b *bridge) RevokeRefreshToken(context.Context, string) error { return nil }

// The rest is never asked for: access tokens are not stored, and refresh tokens
// are refreshGrant's.

// CreateAccessTokenSession is not used.
func (b *bridge) CreateAccessTokenSession(context.Context, string, fosite.Requester) error {
	return errUnused
}

// GetAccessTokenSession is not used.
func (b *bridge) GetAccessTokenSession(context.Context, string, fosite.Session) (fosite.Requester, error) {
	return nil, errUnused
}

// DeleteAccessTokenSession is not used.
func (b *bridge) DeleteAccessTokenSession(context.Context, string) error { return errUnused }

// CreateRefreshTokenSession is not used.
func (b *bridge) CreateRefreshTokenSession(context.Context, string, string, fosite.Requester) error {
	return errUnused
}

// GetRefreshTokenSession is not used.
func (b *bridge) GetRefreshTokenSession(context.Context, string, fosite.Session) (fosite.Requester, error) {
	return nil, errUnused
}

// DeleteRefreshTokenSession is not used.
func (b *bridge) DeleteRefreshTokenSession(context.Context, string) error { return errUnused }

// RotateRefreshToken is not used.
func (b *bridge) RotateRefreshToken(context.Context, string, string) error { return errUnused }
