// Package web is the little that the doors share about HTTP: handlers that
// return errors, who is asking and from where, cookies, security headers, and
// the pages that a door without pages of its own must show.
package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
)

// Info is what the outermost layer learned about a request. There is one for
// every request that passed Wrap; once the handler runs, only Locales, Own, Theirs and
// Rejected change.
type Info struct {
	ID    id.Request
	IP    string // the client's address, from trusted proxies only
	Start time.Time
	// Locales are the languages that an application asked for (ui_locales), best
	// first. Whoever learns for which sign-in a request is sets them, so that
	// every page of the answer speaks the same, one about an error too.
	Locales []string
	// Own is the locale of the person who is signed in, as the account has it; empty: it
	// has none, or nobody is known.
	Own string
	// Theirs is what a program that sent an id along calls the request, so that the log
	// here is found by the one there; empty: it sent none.
	Theirs string
	// Rejected is why the page comes back, where one shows what the visitor can
	// mend: the line in the log says it.
	Rejected Rejected
}

// Rejected is a form that was refused, for the log.
type Rejected struct {
	Err    error
	Client id.Client // the application that sent the person here; empty: none
	User   id.User   // whom the page is about; empty: not known
}

type infoKey struct{}

// InfoOf returns what is known of the request that ctx belongs to, an empty
// Info outside a request.
func InfoOf(ctx context.Context) *Info {
	if i, ok := ctx.Value(infoKey{}).(*Info); ok {
		return i
	}
	return &Info{}
}

// WithInfo returns ctx carrying i; Wrap and tests call it.
func WithInfo(ctx context.Context, i *Info) context.Context {
	return context.WithValue(ctx, infoKey{}, i)
}

// Actor returns the actor of a request before anybody is known: Nobody, with
// the address, the request id and the User-Agent, which is made text: a database
// would refuse other bytes, and the change of which the actor is a part with them.
func Actor(r *http.Request) audit.Actor {
	i := InfoOf(r.Context())
	agent := r.UserAgent()
	if len(agent) > 256 {
		agent = agent[:256]
	}
	return audit.Actor{Kind: audit.Nobody, Request: i.ID, IP: i.IP, Agent: strings.ToValidUTF8(agent, "?")}
}

// PersonActor returns the actor of a request by a signed-in person.
func PersonActor(r *http.Request, user id.User, session id.Session) audit.Actor {
	a := Actor(r)
	a.Kind, a.ID, a.Session = audit.Person, string(user), session
	return a
}
