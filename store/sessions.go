package store

import (
	"context"
	"database/sql"
	"math"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/session"
)

const sessionColumns = `s.id, s.token_hash, s.user_id, s.proofs, s.created_at, s.seen_at, s.idle_expires_at, s.expires_at, s.revoked_at, s.reason, s.ip, s.agent`

var (
	// The person is held until the session is committed: who disables them waits,
	// and then finds the session.
	insertSession = lockStatement(`
INSERT INTO sessions (id, token_hash, user_id, proofs,
    created_at, seen_at, idle_expires_at, expires_at, revoked_at, reason, ip, agent)
SELECT $1, $2, id, $4, $5, $6, $7, $8, $9, $10, $11, $12
FROM users
WHERE id = $3 AND NOT disabled
    AND (SELECT COUNT(*) FROM sessions s WHERE s.user_id = $3 AND s.revoked_at IS NULL) < $13`)

	// Index sessions_token.
	selectSessionByToken = hotStatement(`
SELECT ` + sessionColumns + `, u.disabled
FROM sessions s
JOIN users u ON u.id = s.user_id
WHERE s.token_hash = $1`)

	selectSession = newStatement(`
SELECT ` + sessionColumns + `
FROM sessions s
WHERE s.id = $1`)

	holdSession = lockStatement(`
SELECT id
FROM sessions
WHERE id = $1 AND revoked_at IS NULL`)

	holdPerson = lockStatement(`
SELECT ` + hasSecond + `
FROM users u
WHERE u.id = $1 AND NOT u.disabled`)

	holdActing = lockStatement(`
SELECT id
FROM sessions
WHERE id = $1 AND token_hash = $2 AND user_id = $3
    AND revoked_at IS NULL AND idle_expires_at > $4 AND expires_at > $4`)

	raiseSession = newStatement(`
UPDATE sessions
SET token_hash = $2, proofs = $3, seen_at = $5, idle_expires_at = $6, ip = $7
WHERE id = $1 AND revoked_at IS NULL AND idle_expires_at > $4 AND expires_at > $4`)

	touchSession = newStatement(`
UPDATE sessions
SET seen_at = $2, idle_expires_at = $3, ip = $4
WHERE id = $1 AND revoked_at IS NULL AND idle_expires_at > $2 AND expires_at > $2`)

	revokeSession = newStatement(`
UPDATE sessions
SET revoked_at = $1, reason = $2
WHERE id = $3 AND ($4 = '' OR user_id = $4) AND id <> $5 AND revoked_at IS NULL
RETURNING id`)

	// Index sessions_user.
	revokeSessionsOf = newStatement(`
UPDATE sessions
SET revoked_at = $1, reason = $2
WHERE user_id = $3 AND id <> $4 AND revoked_at IS NULL
RETURNING id`)

	// Index sessions_user, walked from the newest. What is beyond the limit is for
	// the next sign-in.
	revokeOldestSessions = newStatement(`
UPDATE sessions
SET revoked_at = $1, reason = $2
WHERE revoked_at IS NULL AND id IN (
    SELECT id
    FROM sessions
    WHERE user_id = $3 AND revoked_at IS NULL
    ORDER BY created_at DESC, id
    LIMIT 1000 OFFSET $4)
RETURNING id`)

	// Index sessions_user.
	selectSessionsOf = newStatement(`
SELECT ` + sessionColumns + `
FROM sessions s
WHERE s.user_id = $1 AND s.revoked_at IS NULL AND s.idle_expires_at > $2 AND s.expires_at > $2
ORDER BY s.created_at DESC, s.id
LIMIT $3`)

	// Index sessions_live, walked from the newest or from the last page's end, and
	// not, what SQLite would rather take, that of expires_at with all living
	// sessions to be sorted.
	selectLiveSessions = newStatement(`
SELECT ` + sessionColumns + `
FROM sessions s
WHERE s.revoked_at IS NULL AND (s.created_at, s.id) < ($1, $2) AND s.created_at >= $5
    AND s.idle_expires_at > $3 AND +s.expires_at > $3
ORDER BY s.created_at DESC, s.id DESC
LIMIT $4`)

	// Likewise, from the oldest.
	selectOldestLiveSessions = newStatement(`
SELECT ` + sessionColumns + `
FROM sessions s
WHERE s.revoked_at IS NULL AND (s.created_at, s.id) > ($1, $2) AND s.created_at < $5
    AND s.idle_expires_at > $3 AND +s.expires_at > $3
ORDER BY s.created_at, s.id
LIMIT $4`)
)

// InsertSession stores n, and that its person signed in. Conflict: the person is gone, or
// disabled, or has most sessions or more that were not ended.
func (s *Store) InsertSession(ctx context.Context, n session.Session, most int) error {
	return doing("insert session", s.InTx(ctx, func(ctx context.Context) error {
		ok, err := s.changed(ctx, insertSession, string(n.ID), n.TokenHash, string(n.User), proofs(n.Proofs),
			micros(n.Created), micros(n.Seen), micros(n.IdleExpires), micros(n.Expires),
			when(n.RevokedAt), string(n.Reason), n.IP, n.Agent, int64(most))
		if err == nil && !ok {
			err = fault.New(fault.Conflict, "session.nobody", "The person cannot sign in any more.")
		}
		if err == nil {
			_, err = s.exec(ctx, putLastSignIn, string(n.User), micros(n.Created))
		}
		return err
	}))
}

// SessionByToken returns the session whose token hashes to hash, whatever its
// state, together with whether its person is enabled.
func (s *Store) SessionByToken(ctx context.Context, hash []byte) (found session.Session, userEnabled bool, err error) {
	var disabled bool
	err = s.one(ctx, "session", selectSessionByToken, []any{hash}, func(rows *sql.Rows) error {
		return rows.Scan(append(sessionFields(&found), &disabled)...)
	})
	if err != nil {
		return session.Session{}, false, doing("read session", err)
	}
	return found, !disabled, nil
}

// Session answers NotFound for one that is not there.
func (s *Store) Session(ctx context.Context, session id.Session) (found session.Session, err error) {
	err = s.one(ctx, "session", selectSession, []any{string(session)}, func(rows *sql.Rows) error {
		return rows.Scan(sessionFields(&found)...)
	})
	return found, doing("read session", err)
}

// HoldSession reports whether the session is there and was not ended; its mere
// expiry is no end. In a transaction it stays so until the transaction ends:
// who ends the session waits, and then finds what was given on its ground.
func (s *Store) HoldSession(ctx context.Context, session id.Session) (live bool, err error) {
	err = s.each(ctx, holdSession, []any{string(session)}, func(*sql.Rows) error { live = true; return nil })
	return live, doing("hold session", err)
}

// HoldPerson reports whether the person is there and enabled, and whether they
// have a second factor. In a transaction they stay so until it ends, and
// who ends something of theirs waits.
func (s *Store) HoldPerson(ctx context.Context, user id.User) (who proof.Subject, enabled bool, err error) {
	err = s.each(ctx, holdPerson, []any{string(user)}, func(rows *sql.Rows) error {
		enabled = true
		return rows.Scan(&who.Second)
	})
	return who, enabled, doing("hold a person", err)
}

// HoldActing reports whether n, with the token it has, is live at now and its
// person enabled. In a transaction both stay so until it ends. The person comes
// first, as with all who end something.
func (s *Store) HoldActing(ctx context.Context, n session.Session, now time.Time) (live bool, err error) {
	if _, enabled, err := s.HoldPerson(ctx, n.User); err != nil || !enabled {
		return false, err
	}
	args := []any{string(n.ID), n.TokenHash, string(n.User), micros(now)}
	err = s.each(ctx, holdActing, args, func(*sql.Rows) error { live = true; return nil })
	return live, doing("hold session", err)
}

// RaiseSession replaces token and proofs of a live session and notes the visit,
// in one conditional UPDATE, and reports whether it was live.
func (s *Store) RaiseSession(ctx context.Context, n session.Session, now time.Time) (bool, error) {
	ok, err := s.changed(ctx, raiseSession, string(n.ID), n.TokenHash, proofs(n.Proofs), micros(now),
		micros(n.Seen), micros(n.IdleExpires), n.IP)
	return ok, doing("raise session", err)
}

// TouchSession moves Seen, IdleExpires and IP of a session that is live at
// seen. NotFound: there is no live one. In a transaction the row stays locked,
// so that what is done next happens before the session is revoked, or not.
func (s *Store) TouchSession(ctx context.Context, session id.Session, seen, idle time.Time, ip string) error {
	ok, err := s.changed(ctx, touchSession, string(session), micros(seen), micros(idle), ip)
	if err == nil && !ok {
		return fault.Missing("session")
	}
	return doing("touch session", err)
}

// RevokeSessions ends the sessions that match and were not ended before, and
// returns their ids. An empty filter matches nothing.
func (s *Store) RevokeSessions(ctx context.Context, f session.Filter, reason audit.Reason, now time.Time) ([]id.Session, error) {
	var st *statement
	var args []any
	switch {
	case f.Session != "":
		st, args = revokeSession, []any{micros(now), string(reason), string(f.Session), string(f.User), string(f.Except)}
	case f.User != "":
		st, args = revokeSessionsOf, []any{micros(now), string(reason), string(f.User), string(f.Except)}
	default:
		return nil, nil
	}
	ended, err := list(ctx, s, st, args, func(rows *sql.Rows) (one id.Session, err error) { return one, rows.Scan(&one) })
	return ended, doing("revoke sessions", err)
}

// RevokeOldestSessions ends those of the person's sessions beyond the newest
// keep that were not ended before, and returns their ids.
func (s *Store) RevokeOldestSessions(ctx context.Context, user id.User, keep int, reason audit.Reason, now time.Time) ([]id.Session, error) {
	args := []any{micros(now), string(reason), string(user), int64(keep)}
	ended, err := list(ctx, s, revokeOldestSessions, args, func(rows *sql.Rows) (one id.Session, err error) { return one, rows.Scan(&one) })
	return ended, doing("revoke the oldest sessions", err)
}

// SessionsOf lists the live sessions of a person, newest first, at most limit.
func (s *Store) SessionsOf(ctx context.Context, user id.User, now time.Time, limit int) ([]session.Session, error) {
	found, err := list(ctx, s, selectSessionsOf, []any{string(user), micros(now), int64(limit)}, scanSession)
	return found, doing("list the sessions of a person", err)
}

// LiveSessions lists the live sessions of everybody that l asks for, at most limit.
func (s *Store) LiveSessions(ctx context.Context, now time.Time, l session.Listing, limit int) ([]session.Session, error) {
	since, until := int64(math.MinInt64), int64(math.MaxInt64)
	if !l.Since.IsZero() {
		since = micros(l.Since)
	}
	if !l.Until.IsZero() {
		until = micros(l.Until)
	}
	st, from, to := selectLiveSessions, until, since
	if l.Oldest {
		st, from, to = selectOldestLiveSessions, since, until
	}
	if l.After != (session.Cursor{}) {
		from = micros(l.After.Created)
	}
	found, err := list(ctx, s, st, []any{from, string(l.After.ID), micros(now), int64(limit), to}, scanSession)
	return found, doing("list sessions", err)
}

func scanSession(rows *sql.Rows) (n session.Session, err error) {
	return n, rows.Scan(sessionFields(&n)...)
}

// sessionFields are where sessionColumns go.
func sessionFields(n *session.Session) []any {
	return []any{
		&n.ID, &n.TokenHash, &n.User,
		proofsIn{&n.Proofs},
		instant{&n.Created},
		instant{&n.Seen},
		instant{&n.IdleExpires},
		instant{&n.Expires},
		instant{&n.RevokedAt},
		&n.Reason, &n.IP, &n.Agent,
	}
}

// keepSessions is how long "signed out, and why" can be answered.
const keepSessions = 30 * 24 * time.Hour

var sessionsTable = table{
	statements: []*statement{
		insertSession, selectSessionByToken, selectSession, holdSession, holdPerson, holdActing, raiseSession, touchSession,
		revokeSession, revokeSessionsOf, revokeOldestSessions, selectSessionsOf, selectLiveSessions, selectOldestLiveSessions,
	},
	brooms: []broom{ // indexes sessions_expires and sessions_revoked
		{"sessions", 0, sweep("sessions", "id", "expires_at <= $1 AND revoked_at IS NULL")},
		// A session that was ended is a reason to refuse as long as a family names
		// it: those go first, so that hardly any is met here.
		{"sessions", keepSessions, sweep("sessions", "id", `revoked_at IS NOT NULL AND revoked_at <= $1
        AND NOT EXISTS (SELECT 1 FROM refresh_families f WHERE f.session_id = sessions.id)`)},
	},
}
