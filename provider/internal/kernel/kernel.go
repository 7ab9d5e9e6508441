// Package kernel checks authorization requests by the rules that fosite knows,
// and is the only package that knows fosite. What goes in and comes out are
// values: a Question that names a client and its parameters, a Request that is
// in order, a Refusal by a registered code.
//
// The kernel keeps nothing and issues nothing. Which client and which redirect
// URI a request is about is decided before it, what the request brings after it.
package kernel

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ory/fosite"

	"gatehouse/id"
	"gatehouse/oauth"
)

// Kernel checks requests. All methods may be called at once.
type Kernel struct {
	endpoint string
	config   *fosite.Config
}

// New returns the kernel of the authorization endpoint at that path.
func New(issuer, endpoint string) *Kernel {
	return &Kernel{endpoint: endpoint, config: configOf(issuer)}
}

// Question is an authorization request whose client and redirect URI are known
// to belong together.
type Question struct {
	Client      *oauth.Client
	RedirectURI string
	Parameters  url.Values // each once
}

// Request is an authorization request that is in order.
type Request struct {
	Scopes []string
	asked  fosite.AuthorizeRequester
}

// SignIn is who answers a Request, since when they are proved, and when the
// request first came.
type SignIn struct {
	User                  id.User
	AuthTime, RequestedAt time.Time
}

// parameters are those that the kernel has a say in. It sees no others: what it
// would do with request objects or pushed requests is not wanted.
var parameters = []string{"response_type", "client_id", "redirect_uri", "scope", "response_mode", "nonce", "prompt", "max_age"}

// Read checks what can be said without knowing the person. A *Refusal says why
// not; any other error is the server's.
func (k *Kernel) Read(ctx context.Context, q Question) (Request, error) {
	// Fosite insists on a state, which is optional here. This one goes nowhere.
	form := url.Values{"state": {"kept outside"}}
	for _, name := range parameters {
		if value := q.Parameters.Get(name); value != "" {
			form.Set(name, value)
		}
	}
	// Fosite's own look at max_age overflows; beyond the bound nothing is asked.
	if age, err := strconv.ParseUint(form.Get("max_age"), 10, 64); err != nil || age > MaxAge {
		form.Del("max_age")
	}
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: k.endpoint}, Header: http.Header{}, Form: form, PostForm: url.Values{}}
	asked, err := k.about(q).NewAuthorizeRequest(ctx, r)
	if err != nil {
		return Request{}, refusalOf(err)
	}
	return Request{Scopes: asked.GetRequestedScopes(), asked: asked}, nil
}

// MaxAge is the greatest max_age that asks for something, in seconds: a hundred
// years, longer than any session.
const MaxAge = 100 * 365 * 24 * 60 * 60

// Confirm holds the sign-in against what the request asks of it (OpenID Connect
// Core 3.1.2.1: prompt, max_age). Flow decided that already; this is a second
// pair of eyes before a code is made. A request is confirmed once.
func (k *Kernel) Confirm(ctx context.Context, r Request, s SignIn) error {
	for _, scope := range r.Scopes {
		r.asked.GrantScope(scope)
	}
	// Fosite compares whole seconds, as tokens say them.
	s.RequestedAt = s.RequestedAt.Truncate(time.Second)
	if _, err := k.about(Question{}).NewAuthorizeResponse(ctx, r.asked, &session{SignIn: s}); err != nil {
		return refusalOf(err)
	}
	return nil
}

// about returns a fosite that knows one client, the question's.
func (k *Kernel) about(q Question) *fosite.Fosite {
	return &fosite.Fosite{Store: &asked{q}, Config: k.config}
}
