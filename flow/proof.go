package flow

import (
	"time"

	"gatehouse/clock"
	"gatehouse/id"
	"gatehouse/proof"
)

// given is a proof and where it was given.
type given struct {
	proof.Proof
	here bool // within this interaction, not merely in the session
}

// proven is what counts for the person: of each kind the later of what the
// interaction and the session hold.
type proven struct {
	password, factor given
}

// subject is the person that an interaction is about: whom it proved or chose,
// else the one who is signed in, unless the browser said "somebody else".
func (p Progress) subject(session *SessionView) id.User {
	if p.User != "" || p.Chosen || session == nil {
		return p.User
	}
	return session.User
}

// HasFactor reports whether the person has a confirmed second factor.
func (p *Person) HasFactor() bool { return len(p.Second) > 0 }

// living are the proofs of the list whose factor the person still has.
func (p *Person) living(l proof.List) proof.List {
	return l.Of(append([]id.Factor{p.Password}, p.Second...)...)
}

// countable are the person's living proofs of the list. One that lies ahead was
// dated by a clock that had jumped, and would be fresh until then.
func (s State) countable(l proof.List) proof.List {
	return s.Person.living(l).Until(s.Now.Add(clock.Bound))
}

// brought are the person's countable proofs in the session, and given those in the
// interaction.
func (s State) brought() proof.List {
	if s.Session == nil || s.Session.User != s.Person.ID {
		return nil
	}
	return s.countable(s.Session.Proofs)
}

func (s State) given() proof.List {
	if !s.proofsCount() {
		return nil
	}
	return s.countable(s.Progress.Proofs)
}

// proven merges the proofs of the interaction and of the session.
func (s State) proven() proven {
	brought, here := s.brought(), s.given()
	later := func(k proof.Kind) given {
		if p := here.Last(k); !p.At.IsZero() && !p.At.Before(brought.Last(k).At) {
			return given{p, true}
		}
		return given{brought.Last(k), false}
	}
	return proven{later(proof.Knowledge), later(proof.Possession)}
}

// proofsCount reports whether the interaction's own proofs are alive: those that
// went into a session end with it.
func (s State) proofsCount() bool {
	if s.Progress.User != s.Person.ID {
		return false
	}
	return s.Progress.Session == "" || s.Session != nil && s.Session.ID == s.Progress.Session
}

// fresh reports whether the proof is recent enough for ask. Where a new proof is
// asked for (prompt=login, max_age=0), one that a session brings along must be
// from a later second than the request: within the same second it may well have
// been there before. Proofs are cut to seconds, as `auth_time` is; with max_age
// the arrival of the request is not, or a proof could be a second too old.
func (p given) fresh(ask Ask) bool {
	if p.At.IsZero() {
		return false
	}
	at, asked := seconds(p.At), seconds(ask.RequestedAt)
	if ask.Login || ask.MaxAge != nil && *ask.MaxAge <= 0 {
		return at.After(asked) || p.here && at.Equal(asked)
	}
	if ask.MaxAge != nil {
		return !at.Before(ask.RequestedAt.Add(-*ask.MaxAge))
	}
	return true
}

// seconds cuts t to seconds, in UTC.
func seconds(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}
