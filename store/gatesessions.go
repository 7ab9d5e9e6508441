package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/id"
	"gatehouse/session"
)

// liveOfGate is that the session of a row of gate_sessions lives at $1.
const liveOfGate = `s.revoked_at IS NULL AND s.idle_expires_at > $1 AND s.expires_at > $1`

var (
	// Index gate_sessions_session, walked from the newest. SQLite takes no OFFSET
	// without a LIMIT, and this one bounds what a transaction removes: the rest is for the
	// next code.
	dropOldestOfGate = newStatement(`
DELETE FROM gate_sessions
WHERE hash IN (
    SELECT hash
    FROM gate_sessions
    WHERE session_id = $1
    ORDER BY created_at DESC
    LIMIT 1000 OFFSET $2)`)

	insertGateCode = newStatement(`
INSERT INTO gate_sessions (hash, session_id, host, nonce, path, created_at, expires_at)
SELECT $2, s.id, $4, $5, $6, $1, $7
FROM sessions s
WHERE s.id = $3 AND ` + liveOfGate)

	// Of several at once one finds the code.
	redeemGateCode = newStatement(`
UPDATE gate_sessions
SET hash = $3, nonce = NULL,
    expires_at = (SELECT s.expires_at FROM sessions s WHERE s.id = gate_sessions.session_id)
WHERE hash = $2 AND host = $4 AND nonce = $5 AND expires_at > $1
    AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = gate_sessions.session_id AND ` + liveOfGate + `)
RETURNING path`)

	selectGateSession = hotStatement(`
SELECT session_id
FROM gate_sessions
WHERE hash = $1 AND host = $2 AND nonce IS NULL AND expires_at > $3`)

	deleteGateSession = newStatement(`
DELETE FROM gate_sessions
WHERE hash = $1 AND host = $2`)
)

// InsertGateCode stores c, if its session lives at c.Created, and reports whether it did.
// Beyond most rows of one session the oldest go.
func (s *Store) InsertGateCode(ctx context.Context, c session.GateCode, most int) (bool, error) {
	stored := false
	err := s.InTx(ctx, func(ctx context.Context) (err error) {
		if _, err := s.exec(ctx, dropOldestOfGate, string(c.Session), int64(most-1)); err != nil {
			return err
		}
		stored, err = s.changed(ctx, insertGateCode, micros(c.Created), c.Hash, string(c.Session), c.Host, c.Nonce, c.Path, micros(c.Expires))
		return err
	})
	return stored && err == nil, doing("insert a code of the gate", err)
}

// RedeemGateCode makes the code of u a session of the gate that ends with the browser's,
// and returns where the browser wanted to go. NotFound: there is none for that host and
// nonce, or it was used, is over, or its session is.
func (s *Store) RedeemGateCode(ctx context.Context, u session.GateUse, now time.Time) (path string, err error) {
	args := []any{micros(now), u.Code, u.Token, u.Host, u.Nonce}
	err = s.one(ctx, "gate_code", redeemGateCode, args, func(rows *sql.Rows) error { return rows.Scan(&path) })
	return path, doing("redeem a code of the gate", err)
}

// GateSession returns whose session the token that hashes to hash is of, at that host.
// Whether that session lives it does not say. NotFound: there is no such token.
func (s *Store) GateSession(ctx context.Context, hash []byte, host string, now time.Time) (of id.Session, err error) {
	err = s.one(ctx, "gate_session", selectGateSession, []any{hash, host, micros(now)}, func(rows *sql.Rows) error { return rows.Scan(&of) })
	return of, doing("read a session of the gate", err)
}

// DeleteGateSession forgets a token; one that is not there is no error.
func (s *Store) DeleteGateSession(ctx context.Context, hash []byte, host string) error {
	_, err := s.exec(ctx, deleteGateSession, hash, host)
	return doing("delete a session of the gate", err)
}

var gateSessionsTable = table{
	statements: []*statement{dropOldestOfGate, insertGateCode, redeemGateCode, selectGateSession, deleteGateSession},
	brooms: []broom{ // index gate_sessions_expires; they go with their sessions, too
		{"gate sessions", 0, sweep("gate_sessions", "hash", "expires_at <= $1")},
	},
}
