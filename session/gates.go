package session

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/secret"
)

// Visitor is the person of a browser at the gate, by what they proved and still have.
type Visitor struct {
	Session  id.Session
	User     id.User
	Level    proof.Level
	AuthTime time.Time
	Methods  []string  // of the proofs, as the amr claim has them
	Expires  time.Time // when the browser's session ends, whatever it does
	Read     time.Time // when all this was so
}

// Standings says how well the person of a session is proved.
type Standings interface {
	// Visitor answers by what a sign-in would ask for now, and notes the visit, at most
	// once a minute. A session that is over, suspended, or of which more is asked by now
	// is Unauthenticated.
	Visitor(ctx context.Context, session id.Session, ip string) (Visitor, error)
}

// Endings says what was ended.
type Endings interface {
	// Over reports whether something that the visitor rests on was ended or suspended
	// since it was read. It answers from memory, of a second ago at most; Unavailable:
	// nobody can know.
	Over(ctx context.Context, v Visitor) (bool, error)
}

// Gates lets browsers in at the hosts behind the gate, each by the session that it has at
// the issuer: a cookie of that host's alone stands for it there, and dies with it. Fill in
// all exported fields; any number may ask at once.
type Gates struct {
	Store     GateStore
	Manager   *Manager
	Standings Standings
	Endings   Endings
	Seals     Sealer

	known visitors
}

// Enter returns a code for the browser of session s, which asked to be let in by e.
// "session.none" (Unauthenticated): s ended this very moment.
func (g *Gates) Enter(ctx context.Context, e Entrance, s id.Session) (code string, err error) {
	now := clock.Now()
	code = secret.Token(tokenBytes)
	stored, err := g.Store.InsertGateCode(ctx, GateCode{
		Hash: secret.Hash(code), Session: s, Host: e.Host, Nonce: e.Nonce, Path: e.Path, Created: now, Expires: now.Add(gateCodeLife),
	}, MaxGateSessions)
	if err != nil {
		return "", fmt.Errorf("let a browser in at the gate: %w", err)
	}
	if !stored {
		return "", none()
	}
	return code, nil
}

// Redeem takes a code at a host from the browser that has the nonce, and returns the token
// of its cookie there, which is new, and where it wanted to go. before is the token that
// the browser had, which is forgotten; it may be empty. A code that is not good, for
// whatever reason, is "gate.code" (Malformed).
func (g *Gates) Redeem(ctx context.Context, host, nonce, code, before string) (token, path string, err error) {
	if len(code) != tokenLength || len(nonce) != tokenLength {
		return "", "", badCode(nil)
	}
	token = secret.Token(tokenBytes)
	use := GateUse{Code: secret.Hash(code), Nonce: secret.Hash(nonce), Host: host, Token: secret.Hash(token)}
	path, err = g.Store.RedeemGateCode(ctx, use, clock.Now())
	if fault.Is(err, fault.NotFound) {
		return "", "", badCode(err)
	}
	if err != nil {
		return "", "", fmt.Errorf("redeem a code at the gate: %w", err)
	}
	if len(before) == tokenLength {
		if err := g.forget(ctx, before, host); err != nil {
			return "", "", err
		}
	}
	return token, path, nil
}

// CodeGateCode is the code of a refusal to a browser that comes back with no good code.
const CodeGateCode = "gate.code"

func badCode(err error) error {
	return fault.Wrap(err, fault.Malformed, CodeGateCode, "This sign-in was used already, took too long, or was begun in another browser.")
}

// again is for how long what was read of a session is believed, but for what is ended.
// It is no longer than a session may lie idle from one visit to the next.
func (g *Gates) again() time.Duration { return min(touchEvery, g.Manager.Config().Idle/2) }

// Visitor returns whose browser has the token at a host. What is none is the fault
// "session.none", what was one and is over "session.ended", both Unauthenticated. A
// failing store is neither.
func (g *Gates) Visitor(ctx context.Context, token, host, ip string) (Visitor, error) {
	if len(token) != tokenLength {
		return Visitor{}, none()
	}
	v, known := g.known.get(keyOf(token, host))
	if now := time.Now(); !known || now.Sub(v.Read) >= g.again() || !now.Before(v.Expires) {
		return g.Fresh(ctx, token, host, ip)
	}
	over, err := g.Endings.Over(ctx, v)
	if err != nil {
		return Visitor{}, err
	}
	if over {
		return g.Fresh(ctx, token, host, ip)
	}
	return v, nil
}

// freshIn is how long the store may take to say whose browser it is. Whoever waits longer
// is told that nobody knows: requests that wait for a store that hangs would pile up.
const freshIn = 2 * time.Second

// Fresh is Visitor of this moment, as the store has it.
func (g *Gates) Fresh(ctx context.Context, token, host, ip string) (Visitor, error) {
	if len(token) != tokenLength {
		return Visitor{}, none()
	}
	ctx, cancel := context.WithTimeout(ctx, freshIn)
	defer cancel()
	read, key := time.Now(), keyOf(token, host)
	s, err := g.Store.GateSession(ctx, secret.Hash(token), host, clock.Now())
	if fault.Is(err, fault.NotFound) {
		g.known.drop(key)
		return Visitor{}, none()
	}
	if err != nil {
		return Visitor{}, fmt.Errorf("find a session at the gate: %w", err)
	}
	v, err := g.Standings.Visitor(ctx, s, ip)
	if fault.Is(err, fault.Unauthenticated) {
		g.known.drop(key)
		return Visitor{}, fault.Wrap(err, fault.Unauthenticated, "session.ended", "You are not signed in any more.")
	}
	if err != nil {
		return Visitor{}, fmt.Errorf("find a session at the gate: %w", err)
	}
	v.Read = read
	g.known.put(key, v)
	return v, nil
}

// Knows reports whether the token was found to be one lately. It does not say that its
// session is still alive.
func (g *Gates) Knows(token, host string) bool {
	_, known := g.known.get(keyOf(token, host))
	return known
}

// SignOut ends the session that the token at a host stands for, at the issuer and so
// everywhere. A token that is none ends nothing; one that is suspended is ended too.
func (g *Gates) SignOut(ctx context.Context, from audit.Actor, token, host string) error {
	if len(token) != tokenLength {
		return nil
	}
	name, err := g.Store.GateSession(ctx, secret.Hash(token), host, clock.Now())
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sign out at the gate: %w", err)
	}
	s, err := g.Manager.Store.Session(ctx, name)
	if err != nil {
		return fmt.Errorf("sign out at the gate: %w", err)
	}
	from.Kind, from.ID, from.Session = audit.Person, string(s.User), s.ID
	if err := g.Manager.End(ctx, from, s.ID, ReasonSignedOut); err != nil {
		return err
	}
	return g.forget(ctx, token, host)
}

func (g *Gates) forget(ctx context.Context, token, host string) error {
	g.known.drop(keyOf(token, host))
	if err := g.Store.DeleteGateSession(ctx, secret.Hash(token), host); err != nil {
		return fmt.Errorf("forget a session at the gate: %w", err)
	}
	return nil
}
