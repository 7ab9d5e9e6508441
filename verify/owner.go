package verify

import "net/http"

// Owner reports whether the caller may do what the route requires with a thing of
// that owner: because they hold the permission everywhere, or because they are the
// owner and hold it for what is their own. A route that requires no permission
// lets the owner alone. Answer what is refused with Deny, or with 404 where it must
// not be known that the thing exists.
func Owner(r *http.Request, ownerID string) bool {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		return false
	}
	subject, only := c.ask()
	return !only || ownerID != "" && ownerID == subject
}

// OnlyOwn returns whose things the caller may see, for a handler that lists:
// everybody's if only is false, those of owner alone if it is true.
func OnlyOwn(r *http.Request) (owner string, only bool) {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		return "", true
	}
	return c.ask()
}

// ask answers for all middlewares around the handler, and notes that it was asked. Whoever
// is let in for what a filter lets through need not own that: for them it is nobody's.
func (c *call) ask() (owner string, only bool) {
	everywhere := false
	owner = c.claims.Subject
	for at := c; at != nil; at = at.outer {
		at.asked.Store(true)
		everywhere = everywhere || at.rule.permission != ""
		if only = only || at.onlyOwn || at.onlyFiltered; at.onlyFiltered {
			owner = ""
		}
	}
	return owner, only || !everywhere
}

// Deny answers a request that a handler refuses after a closer look, as the
// middlewares do: 403, and a line in the log.
func Deny(w http.ResponseWriter, r *http.Request, detail string) {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		http.Error(w, "Forbidden", http.StatusForbidden)
		return
	}
	c.ask()
	e := &Error{Reason: Forbidden, Detail: detail}
	if c.rule.permission != "" {
		e.Needs = "the permission " + c.rule.permission
	}
	c.v.deny(w, r, c, e)
}

// guard keeps a handler from answering somebody who may see only what is their own
// before it asked whose the thing is.
type guard struct {
	http.ResponseWriter
	call    *call
	request *http.Request
	wrote   bool
	blocked bool
}

// Unwrap gives http.ResponseController the writer beneath once the question was asked.
func (g *guard) Unwrap() http.ResponseWriter {
	if !g.call.asked.Load() {
		return nil
	}
	return g.ResponseWriter
}

// WriteHeader lets errors pass: they show nothing.
func (g *guard) WriteHeader(status int) {
	if g.blocked {
		return
	}
	if status < http.StatusBadRequest && !g.call.asked.Load() {
		g.block()
		return
	}
	g.wrote = g.wrote || status >= http.StatusOK
	g.ResponseWriter.WriteHeader(status)
}

func (g *guard) Write(b []byte) (int, error) {
	if !g.wrote {
		g.WriteHeader(http.StatusOK)
	}
	if g.blocked {
		return len(b), nil
	}
	return g.ResponseWriter.Write(b)
}

// end is for a handler that wrote nothing at all.
func (g *guard) end() {
	if !g.wrote && !g.blocked && !g.call.asked.Load() {
		g.block()
	}
}

func (g *guard) block() {
	g.blocked = true
	clear(g.Header())
	g.call.v.config.Log.ErrorContext(g.request.Context(), "handler answers without verify.Owner", "route", g.request.Pattern)
	http.Error(g.ResponseWriter, "Internal Server Error", http.StatusInternalServerError)
}
