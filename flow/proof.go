package flow

import (
	"slices"
	"time"

	"gatehouse/id"
)

// given is one thing that was proved.
type given struct {
	at     time.Time
	here   bool     // within this interaction, not merely in the session
	detail []string // its methods
}

// proven is what counts for the person: the later of what the interaction and
// the session hold.
type proven struct {
	password, factor given
}

// subject is the person that an interaction is about: whom it proved or chose,
// else the one who is signed in, unless the browser said "somebody else".
func (p Proof) subject(session *SessionView) id.User {
	if p.User != "" || p.Chosen || session == nil {
		return p.User
	}
	return session.User
}

// proven merges the proofs of the interaction and of the session. A second
// factor counts only while the person has one.
func (s State) proven() proven {
	var p proven
	if v := s.Session; v != nil && v.User == s.Person.ID {
		p.password = given{at: v.PasswordAt}
		p.factor = given{at: v.FactorAt, detail: v.Methods}
	}
	if s.proofCounts() {
		p.password = p.password.later(given{at: s.Proof.PasswordAt, here: true}, s.Person.PasswordChanged)
		p.factor = p.factor.later(given{at: s.Proof.FactorAt, here: true, detail: s.Proof.Methods}, s.Person.FactorConfirmed)
	}
	if !s.Person.HasFactor {
		p.factor = given{}
	}
	return p
}

// proofCounts reports whether the interaction's own proofs are alive: those that
// went into a session end with it.
func (s State) proofCounts() bool {
	if s.Proof.User != s.Person.ID {
		return false
	}
	return s.Proof.Session == "" || s.Session != nil && s.Session.ID == s.Proof.Session
}

// later returns the later of two proofs; q does not count before since.
func (p given) later(q given, since time.Time) given {
	if q.at.IsZero() || q.at.Before(since) || q.at.Before(p.at) {
		return p
	}
	return q
}

// fresh reports whether the proof is recent enough for ask. Where a new proof is
// asked for (prompt=login, max_age=0), one that a session brings along must be
// from a later second than the request: within the same second it may well have
// been there before. Proofs are cut to seconds, as `auth_time` is; with max_age
// the arrival of the request is not, or a proof could be a second too old.
func (p given) fresh(ask Ask) bool {
	if p.at.IsZero() {
		return false
	}
	at, asked := seconds(p.at), seconds(ask.RequestedAt)
	if ask.Login || ask.MaxAge != nil && *ask.MaxAge <= 0 {
		return at.After(asked) || p.here && at.Equal(asked)
	}
	if ask.MaxAge != nil {
		return !at.Before(ask.RequestedAt.Add(-*ask.MaxAge))
	}
	return true
}

// methods are those of RFC 8176 for a password and a second factor.
func (p proven) methods() []string {
	all := []string{"pwd"}
	for _, m := range p.factor.detail {
		if !slices.Contains(all, m) && m != "mfa" {
			all = append(all, m)
		}
	}
	return append(all, "mfa")
}

// seconds cuts t to seconds, in UTC.
func seconds(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

func older(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
