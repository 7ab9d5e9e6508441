package verify

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// Middleware wraps a handler.
type Middleware = func(http.Handler) http.Handler

// rule is what a route asks for besides a good token.
type rule struct {
	permission string // its whole id
	role       string
	level      string
	maxAge     time.Duration
	own        bool
	filtered   bool
	confirmed  bool
}

// Option is one more thing that a route asks for, or allows.
type Option func(*rule)

// levels are the values of acr, weakest first.
var levels = []string{"aal1", "aal2"}

// Level asks for a sign-in of at least that level: "aal2" is one with a second
// factor. Programs that speak for themselves have none, and pass. It panics on a
// level that Gatehouse does not have.
func Level(level string) Option {
	if !slices.Contains(levels, level) {
		panic("verify: there is no level " + level)
	}
	return func(r *rule) { r.level = level }
}

// Fresh asks for a sign-in that is less than maxAge ago. Programs that speak for
// themselves pass.
func Fresh(maxAge time.Duration) Option {
	if maxAge < time.Second {
		panic("verify: Fresh is counted in seconds")
	}
	return func(r *rule) { r.maxAge = maxAge }
}

// OrOwn lets those pass, too, who hold the permission for what is their own. The
// handler must then ask Owner or OnlyOwn: one that answers without is itself
// answered with 500, so that the question cannot be forgotten.
func OrOwn(r *rule) { r.own = true }

// Filtered lets those pass, too, who hold the permission for what a filter lets through, as
// the gate says it of a list. The handler must then ask Only and show nothing else: one that
// answers without is itself answered with 500.
func Filtered(r *rule) { r.filtered = true }

// Confirmed has the issuer asked about the token (RFC 7662) before the handler
// runs, and decides by its rights of now. It is for the few calls that are worth a
// round trip. It needs ClientID and ClientSecret.
func Confirmed(r *rule) { r.confirmed = true }

// RequireToken lets pass whoever has a good token.
func (v *Verifier) RequireToken(options ...Option) Middleware { return v.require(rule{}, options) }

// RequirePermission lets those pass who hold a permission everywhere: "orders:read"
// of this API, or "stock/items:read" in full. It panics on what is no permission.
//
// A sensitive permission that asks for a better sign-in is in the token only once
// that has happened: say the same here by Level and Fresh, and the caller is told
// to sign in again instead of being refused.
func (v *Verifier) RequirePermission(name string, options ...Option) Middleware {
	full, err := fullName(v.config.API, name)
	if err != nil {
		panic(err)
	}
	return v.require(rule{permission: full}, options)
}

// RequireRole lets those pass whose token names a role. Prefer permissions: what a
// role may do is decided at Gatehouse, and changes there.
func (v *Verifier) RequireRole(role string, options ...Option) Middleware {
	if role == "" {
		panic("verify: no role is named")
	}
	return v.require(rule{role: role}, options)
}

// RequireLevel is RequireToken with Level.
func (v *Verifier) RequireLevel(level string) Middleware { return v.RequireToken(Level(level)) }

// RequireFresh is RequireToken with Fresh.
func (v *Verifier) RequireFresh(maxAge time.Duration) Middleware {
	return v.RequireToken(Fresh(maxAge))
}

func (v *Verifier) require(r rule, options []Option) Middleware {
	for _, o := range options {
		o(&r)
	}
	if r.confirmed && v.asking == nil {
		panic("verify: Confirmed needs ClientID and ClientSecret")
	}
	if (r.own || r.filtered) && r.permission == "" {
		panic("verify: OrOwn and Filtered belong to RequirePermission")
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { v.serve(w, req, r, next) })
	}
}

func (v *Verifier) serve(w http.ResponseWriter, req *http.Request, r rule, next http.Handler) {
	c := &call{v: v, rule: r}
	if err := c.enter(req); err != nil {
		v.deny(w, req, c, refusal(err))
		return
	}
	req = req.WithContext(context.WithValue(req.Context(), callKey{}, c))
	if !c.onlyOwn && !c.onlyFiltered {
		next.ServeHTTP(w, req)
		return
	}
	g := &guard{ResponseWriter: w, call: c, request: req}
	next.ServeHTTP(g, req)
	g.end()
}

// call is one request, and what was found about it.
type call struct {
	v       *Verifier
	rule    rule
	outer   *call // of a middleware of the same verifier around this one
	token   string
	claims  *Claims
	onlyOwn bool // the permission is held for what is the caller's own
	// onlyFiltered is that it is held for what the filter of the claims lets through.
	onlyFiltered bool
	asked        atomic.Bool
}

type callKey struct{}

// enter finds out whether the request may pass.
func (c *call) enter(req *http.Request) (err error) {
	ctx := req.Context()
	if outer, ok := ctx.Value(callKey{}).(*call); ok && outer.v == c.v {
		c.outer, c.token, c.claims = outer, outer.token, outer.claims
	} else if err := c.know(req); err != nil {
		return err
	}
	if err := c.claims.meets(c.rule.level, c.rule.maxAge, time.Now()); err != nil {
		return err
	}
	if c.rule.confirmed || c.unsaid() && c.v.asking != nil {
		if c.claims, err = c.v.asking.about(ctx, c.token); err != nil {
			return err
		}
	}
	return c.allowed()
}

// know reads the credential of the request, and what it says.
func (c *call) know(req *http.Request) (err error) {
	if c.v.config.Gate {
		if c.token, err = passedOn(req); err == nil {
			c.claims, err = c.v.VerifyAssertion(req.Context(), c.token)
		}
		return err
	}
	if c.token, err = bearer(req); err == nil {
		c.claims, err = c.v.Verify(req.Context(), c.token)
	}
	return err
}

// unsaid reports whether the token is silent about permissions where one is needed.
// It may be that there are none; or that there are too many for a header, or that
// its client is given none: then the issuer tells.
func (c *call) unsaid() bool {
	return c.rule.permission != "" && c.claims.Permissions == nil && c.claims.PermissionsOwn == nil
}

// allowed asks for permission and role.
func (c *call) allowed() error {
	r := &c.rule
	switch {
	case r.role != "" && !c.claims.HasRole(r.role):
		return &Error{Reason: Forbidden, Needs: "the role " + r.role}
	case r.permission == "" || slices.Contains(c.claims.Permissions, r.permission):
		return nil
	case r.own && slices.Contains(c.claims.PermissionsOwn, r.permission):
		c.onlyOwn = true
		return nil
	case r.filtered && slices.Contains(c.claims.PermissionsFiltered, r.permission):
		c.onlyFiltered = true
		return nil
	default:
		return &Error{Reason: Forbidden, Needs: "the permission " + r.permission}
	}
}

// meets says what of a requirement the sign-in lacks. It binds people: a program
// cannot sign in again.
func (c *Claims) meets(level string, maxAge time.Duration, now time.Time) error {
	if c.OfClient() {
		return nil
	}
	weak := slices.Index(levels, c.Level) < slices.Index(levels, level)
	old := maxAge > 0 && !now.Before(c.AuthTime.Add(maxAge))
	if weak || old {
		return &Error{Reason: StepUp, Detail: "the sign-in is too weak or too old", Level: level, MaxAge: maxAge}
	}
	return nil
}

// FromContext returns the claims of the request that a middleware let pass, or nil.
func FromContext(ctx context.Context) *Claims {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c.claims
	}
	return nil
}
