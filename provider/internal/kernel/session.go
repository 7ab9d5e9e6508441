package kernel

import (
	"context"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/token/jwt"
)

// session shows a sign-in to fosite. Nothing in it expires here.
type session struct {
	SignIn
	claims  *jwt.IDTokenClaims
	headers *jwt.Headers
}

func (s *session) SetExpiresAt(fosite.TokenType, time.Time)     {}
func (s *session) GetExpiresAt(fosite.TokenType) (at time.Time) { return at }
func (s *session) GetUsername() string                          { return "" }
func (s *session) GetSubject() string                           { return string(s.User) }

// Clone returns a session of its own: fosite writes into the claims.
func (s *session) Clone() fosite.Session { return &session{SignIn: s.SignIn} }

// IDTokenClaims is what the checks of prompt and max_age look at.
func (s *session) IDTokenClaims() *jwt.IDTokenClaims {
	if s.claims == nil {
		s.claims = &jwt.IDTokenClaims{Subject: string(s.User), AuthTime: s.AuthTime, RequestedAt: s.RequestedAt}
	}
	return s.claims
}

// IDTokenHeaders is empty: ID tokens are made elsewhere.
func (s *session) IDTokenHeaders() *jwt.Headers {
	if s.headers == nil {
		s.headers = jwt.NewHeaders()
	}
	return s.headers
}

// elsewhere says that the code was made: it will be, by the house, once the
// request is confirmed.
type elsewhere struct{}

// HandleAuthorizeEndpointRequest implements fosite.AuthorizeEndpointHandler.
func (elsewhere) HandleAuthorizeEndpointRequest(_ context.Context, r fosite.AuthorizeRequester, response fosite.AuthorizeResponder) error {
	if !r.GetResponseTypes().ExactOne("code") {
		return nil
	}
	r.SetDefaultResponseMode(fosite.ResponseModeQuery)
	response.AddParameter("code", "made elsewhere")
	r.SetResponseTypeHandled("code")
	return nil
}

// kept says that the request was kept: the house keeps what it needs with the code.
type kept struct{}

func (kept) CreateOpenIDConnectSession(context.Context, string, fosite.Requester) error { return nil }

func (kept) GetOpenIDConnectSession(context.Context, string, fosite.Requester) (fosite.Requester, error) {
	return nil, fosite.ErrNotFound
}

func (kept) DeleteOpenIDConnectSession(context.Context, string) error { return nil }
