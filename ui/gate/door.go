// Package gate is where people meet the gate. A browser without a session at one of its
// hosts comes to the page here, signs in as everywhere, and is led back with a code that
// is good there once. What the gate refuses a person is said by the pages here, on the
// host where it was refused.
package gate

import (
	"context"
	"net/http"
	"net/url"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/session"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Flow says what is missing of a sign-in, and begins one; *flow.Service does.
type Flow interface {
	Begin(ctx context.Context, browser string, ask flow.Ask) (flow.Interaction, error)
	Decide(ctx context.Context, ask flow.Ask, session, ip string) (flow.Entry, error)
}

// Entrances lets browsers in at the gate; *session.Gates does.
type Entrances interface {
	// Open answers Malformed for what the gate did not seal, or too long ago.
	Open(text string) (session.Entrance, error)
	// Enter answers Unauthenticated for a session that ended meanwhile.
	Enter(ctx context.Context, e session.Entrance, s id.Session) (code string, err error)
}

// Door serves the issuer's page. All fields must be set.
type Door struct {
	Flow      Flow
	Entrances Entrances
	Cookies   *web.Cookies
	// Next returns the path where the sign-in of e goes on.
	Next func(e flow.Entry) string
}

// Mount registers the page.
func (d *Door) Mount(m *web.Mux) { m.Route("GET "+web.PathGate, d.enter) }

// enter leads a browser that is signed in as far as the gate asks back to it, and others
// to the sign-in, from which they come here again.
func (d *Door) enter(w http.ResponseWriter, r *http.Request) error {
	sealed := r.URL.Query().Get("t")
	e, err := d.Entrances.Open(sealed)
	if err != nil {
		return err
	}
	ask := flow.Ask{ReturnTo: web.PathGate + "?t=" + sealed, Host: e.Host, Require: e.Level}
	if e.MaxAge > 0 {
		ask.MaxAge = &e.MaxAge
	}
	now, err := d.Flow.Decide(r.Context(), ask, d.Cookies.Session(r), web.InfoOf(r.Context()).IP)
	if err != nil {
		return err
	}
	switch now.Decision.Step {
	case flow.StepIssue:
		code, err := d.Entrances.Enter(r.Context(), e, now.Decision.Session)
		if err != nil {
			return err
		}
		return view.SeeOther(w, r, e.Origin+web.PathGateCallback+"?"+url.Values{"code": {code}}.Encode())
	case flow.StepRefuse:
		return fault.New(fault.Forbidden, "gate.unreachable", "Nobody can sign in as the application wants it.")
	}
	browser, err := d.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return err
	}
	i, err := d.Flow.Begin(r.Context(), browser, ask)
	if err != nil {
		return err
	}
	return view.SeeOther(w, r, d.Next(flow.Entry{Interaction: i, Decision: flow.Decision{Step: flow.StepSignIn}}))
}
