// Package session knows that a browser is still the person who signed in, how
// strongly, and until when. A browser holds an opaque token; the store holds
// its hash. The token is replaced at every rise of trust, the session's id
// (the `sid` of OpenID tokens) is not.
package session

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/proof"
)

// Session is one browser that is signed in.
type Session struct {
	ID        id.Session
	TokenHash []byte // SHA-256 of the cookie's token
	User      id.User
	// Proofs is what was proved at this browser. One counts only while its
	// person has the factor that gave it.
	Proofs proof.List

	Created     time.Time
	Seen        time.Time // moved at most once a minute
	IdleExpires time.Time
	Expires     time.Time    // absolute
	RevokedAt   time.Time    // zero while alive
	Reason      audit.Reason // why it ended

	IP    string // where it was last seen
	Agent string // the User-Agent at sign-in
}

// Live reports whether the session counts at t.
func (s *Session) Live(t time.Time) bool {
	return s.RevokedAt.IsZero() && t.Before(s.IdleExpires) && t.Before(s.Expires)
}

// Store keeps sessions; *store.Store does. Methods join the transaction of ctx;
// what is not there is a NotFound fault.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// InsertSession answers Conflict when the person is gone or disabled, or has
	// most sessions or more that were not ended.
	InsertSession(ctx context.Context, s Session, most int) error
	// SessionByToken returns the session whose token hashes to hash, whatever
	// its state, together with whether its person is enabled.
	SessionByToken(ctx context.Context, hash []byte) (s Session, userEnabled bool, err error)
	Session(ctx context.Context, session id.Session) (Session, error)
	// HoldActing reports whether s, with the token it has, is live at now and its
	// person enabled, and keeps both so until the transaction of ctx is over.
	HoldActing(ctx context.Context, s Session, now time.Time) (live bool, err error)
	// RaiseSession replaces token and proofs, and notes the visit, of a live session in
	// one conditional UPDATE, and reports whether it was live.
	RaiseSession(ctx context.Context, s Session, now time.Time) (bool, error)
	// TouchSession moves Seen, IdleExpires and IP of a live session.
	TouchSession(ctx context.Context, session id.Session, seen, idle time.Time, ip string) error
	// RevokeSessions ends the live sessions that match and returns their ids.
	RevokeSessions(ctx context.Context, f Filter, reason audit.Reason, now time.Time) ([]id.Session, error)
	// DropInteractions forgets sign-ins under way, with what was proved in them.
	DropInteractions(ctx context.Context, now time.Time) error
	// EndEverySession ends all live sessions but except, and returns how many.
	EndEverySession(ctx context.Context, except id.Session, reason audit.Reason, now time.Time) (int64, error)
	// RevokeOldestSessions ends those of the person's sessions beyond the newest
	// keep that were not ended before, and returns their ids.
	RevokeOldestSessions(ctx context.Context, user id.User, keep int, reason audit.Reason, now time.Time) ([]id.Session, error)
	// SessionsOf lists the live sessions of a person, newest first, at most limit.
	SessionsOf(ctx context.Context, user id.User, now time.Time, limit int) ([]Session, error)
	// LiveSessions lists those of everybody that l asks for, at most limit.
	LiveSessions(ctx context.Context, now time.Time, l Listing, limit int) ([]Session, error)
}

// Filter picks sessions; empty fields do not narrow, and an empty filter
// matches nothing.
type Filter struct {
	Session id.Session
	User    id.User
	Except  id.Session // leaves this one alone
}
