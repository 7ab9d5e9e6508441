package caller

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/caller/foreign"
	"gatehouse/fault"
	"gatehouse/gate"
)

// Elsewhere knows what tokens of other issuers are worth; *foreign.Issuers does.
type Elsewhere interface {
	// Verify and Introspect answer foreign.ErrBad for what is not good here and now,
	// foreign.ErrLater where nobody may be waited for, and Unavailable.
	Verify(ctx context.Context, i *gate.Issuer, token string) (foreign.Token, error)
	Introspect(ctx context.Context, i *gate.Issuer, token string) (foreign.Token, error)
	Known(i *gate.Issuer, token string) bool
}

// OfIssuer returns the service account that the holder of another issuer's token acts as.
// Asked is that the token says nothing by itself, and the issuer is asked about it. What it
// refuses is a *Refusal, or a fault of the kinds TooMany and Unavailable; foreign.ErrLater
// is that somebody would have to be waited for. Guesses are bounded by their address.
func (d *Desk) OfIssuer(r *http.Request, i *gate.Issuer, token string, asked bool) (*Caller, error) {
	if err := inQuery(r); err != nil {
		return nil, err
	}
	flood, known := addressOf(r), d.Elsewhere.Known(i, token)
	if !known {
		if err := d.flooded(r.Context(), flood, fromAddress); err != nil {
			return nil, err
		}
	}
	worth := d.Elsewhere.Verify
	if asked {
		worth = d.Elsewhere.Introspect
	}
	t, err := worth(r.Context(), i, token)
	if errors.Is(err, foreign.ErrBad) {
		if !known && !errors.Is(err, foreign.ErrDead) {
			d.Flood.Count(r.Context(), flood)
		}
		return nil, invalid(err)
	}
	if err != nil {
		return nil, err
	}
	return d.actingAs(r.Context(), t.Service, t.Until, "issuer "+i.ID+" "+t.Subject, invalid)
}

// OfCertificate returns the service account that whoever showed a client certificate acts
// as, the first of those that were shown. What it refuses is a *Refusal, or a fault of the
// kinds TooMany and Unavailable. Guesses are bounded by their address: what nobody trusted
// issued costs many signatures, at each request of a connection.
func (d *Desk) OfCertificate(r *http.Request, a *gate.ClientCA, shown []*x509.Certificate) (*Caller, error) {
	if len(shown) == 0 {
		return nil, NoCertificate(errors.New("none was shown"))
	}
	now := time.Now()
	c, known := a.Known(shown, now)
	if !known {
		var err error
		if c, err = d.certified(r, a, shown, now); err != nil {
			return nil, err
		}
	}
	return d.actingAs(r.Context(), c.Service, c.Until, "certificate "+a.ID+" "+c.Name, NoCertificate)
}

// certified looks at certificates that were not found to be good before, those of an address
// one after the other: each bad one counts before the next is looked at.
func (d *Desk) certified(r *http.Request, a *gate.ClientCA, shown []*x509.Certificate, now time.Time) (gate.Certified, error) {
	flood := addressOf(r)
	give, err := d.certificates.take(r.Context(), flood)
	if err != nil {
		return gate.Certified{}, fmt.Errorf("wait to look at a certificate: %w", err) // who showed it went away
	}
	defer give()
	if c, known := a.Known(shown, now); known { // by who was before
		return c, nil
	}
	if err := d.flooded(r.Context(), flood, fromAddress); err != nil {
		return gate.Certified{}, err
	}
	c, err := a.Verify(shown, now)
	if err == nil {
		return c, nil
	}
	if !errors.Is(err, gate.ErrDeadCertificate) {
		d.Flood.Count(r.Context(), flood)
	}
	return c, NoCertificate(err)
}

// actingAs is a service account, by another credential than a key of its own. It is asked
// about as if it had come with one: a lock is on it, and it can be disabled.
func (d *Desk) actingAs(ctx context.Context, service string, until time.Time, via string, no func(error) *Refusal) (*Caller, error) {
	s, err := d.Policy.Current(ctx)
	if err != nil {
		return nil, err
	}
	who, now := access.Subject{Kind: access.ServiceAccount, ID: service}, time.Now()
	if why, stopped := s.Stopped(&access.Question{Principal: who, Now: now}); stopped {
		return nil, no(fmt.Errorf("the service account %s: %s", service, why))
	}
	return &Caller{Subject: who, Snapshot: s, until: until, via: via, now: now}, nil
}

// Via says by whose word the caller is known, if not by ours: an issuer or an authority by
// its id, and what that calls them; "" for who came with a credential of Gatehouse's.
func (c *Caller) Via() string { return c.via }

// NotTaken is the answer to a token or key of this Gatehouse where only others' are taken.
func NotTaken() *Refusal {
	return invalid(errors.New("the route takes no tokens or keys of this Gatehouse"))
}

// NoCertificate is the answer to who showed no client certificate that is good. There is no
// scheme for them; RFC 9110 section 11.6.1 asks for a challenge all the same.
func NoCertificate(err error) *Refusal {
	return &Refusal{Challenge: `Certificate realm="gatehouse"`, Fault: fault.Wrap(err, fault.Unauthenticated, "caller.certificate", "A client certificate is needed that is good here, and that of the connection is none.")}
}
