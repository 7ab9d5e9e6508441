package caller

import (
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/session"
	"gatehouse/web"
)

// Browsers knows whose browser comes with a cookie of the gate's; *session.Gates does.
type Browsers interface {
	// Visitor answers Unauthenticated for a token that opens nothing at that host now:
	// "session.none" for one that is none.
	Visitor(ctx context.Context, token, host, ip string) (session.Visitor, error)
	// Fresh is Visitor of this moment, and not of up to a minute ago.
	Fresh(ctx context.Context, token, host, ip string) (session.Visitor, error)
	// Knows reports whether the token was found to be one lately.
	Knows(token, host string) bool
}

// browser is a caller that came with the cookie of a browser.
type browser struct {
	session.Visitor
	host string
}

// Browser returns the person whose browser sent r with a token of the gate's at a host.
// There it may ask for all that the person may: no application stands between. What it
// refuses is a *Refusal, or a fault of the kinds TooMany and Unavailable. Guesses are
// bounded by their address.
func (d *Desk) Browser(r *http.Request, token, host string) (*Caller, error) {
	flood, known := addressOf(r), d.Browsers.Knows(token, host)
	if !known {
		if err := d.flooded(r.Context(), flood, fromAddress); err != nil {
			return nil, err
		}
	}
	c, err := d.visitor(r.Context(), token, host, d.Browsers.Visitor)
	if fault.CodeOf(err) == "session.none" && !known {
		d.Flood.Count(r.Context(), flood)
	}
	if fault.Is(err, fault.Unauthenticated) {
		return nil, SignIn(err)
	}
	return c, err
}

// Fresh returns a caller whose browser is known, by what its person proved until now.
func (d *Desk) Fresh(ctx context.Context, c *Caller) (*Caller, error) {
	if c.browser == nil {
		return d.Again(ctx, c)
	}
	return d.visited(ctx, c, d.Browsers.Fresh)
}

// visited is a caller whose browser is known, as it is now.
func (d *Desk) visited(ctx context.Context, c *Caller, find finder) (*Caller, error) {
	again, err := d.visitor(ctx, c.text, c.browser.host, find)
	if fault.Is(err, fault.Unauthenticated) {
		return nil, SignIn(err)
	}
	return again, err
}

type finder = func(ctx context.Context, token, host, ip string) (session.Visitor, error)

func (d *Desk) visitor(ctx context.Context, token, host string, find finder) (*Caller, error) {
	v, err := find(ctx, token, host, web.InfoOf(ctx).IP)
	if err != nil {
		return nil, err
	}
	s, err := d.Policy.Current(ctx)
	if err != nil {
		return nil, err
	}
	who := access.Subject{Kind: access.User, ID: string(v.User)}
	return &Caller{Subject: who, Snapshot: s, text: token, browser: &browser{v, host}, now: time.Now()}, nil
}

// OfBrowser reports whether the caller is the person at a browser, who can be led to sign in.
func (c *Caller) OfBrowser() bool { return c.browser != nil }

// SignIn is the answer to a browser without a session, or whose session is over: its person
// can sign in, and a program in a page tells them so.
func SignIn(err error) *Refusal {
	return &Refusal{Challenge: sessionRealm, Fault: fault.Wrap(err, fault.Unauthenticated, CodeSignIn, "Nobody is signed in here, or not any more. Sign in and try again.")}
}

// CodeSignIn is the code of a refusal to which a sign-in is the answer.
const CodeSignIn = "gate.signed_out"

// sessionRealm is the challenge where a session is wanted: RFC 9110 section 11.6.1 asks for
// one, and no scheme that browsers know would lead anybody to sign in.
const sessionRealm = `Session realm="gatehouse"`
