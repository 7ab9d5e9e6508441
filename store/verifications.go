package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
)

const verificationColumns = "id, state, actor, done_rows, total, runs, good, verdict, mac, created_at, ended_at"

// There are no more verifications than audit.KeptVerifications.
var (
	insertVerification = newStatement(`
INSERT INTO verifications (` + verificationColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)

	selectVerification = newStatement(`
SELECT ` + verificationColumns + `
FROM verifications
WHERE id = $1`)

	selectVerifications = newStatement(`
SELECT ` + verificationColumns + `
FROM verifications
ORDER BY created_at DESC, id DESC
LIMIT $1`)

	// Index verifications_one_runs.
	selectRunningVerification = newStatement(`
SELECT ` + verificationColumns + `
FROM verifications
WHERE state = 'running'`)

	updateVerification = newStatement(`
UPDATE verifications
SET state = $2, done_rows = $3, total = $4, runs = $5, good = $6, verdict = $7, mac = $8, ended_at = $9
WHERE id = $1 AND state = 'running'`)

	dropVerifications = newStatement(`
DELETE FROM verifications
WHERE state <> 'running'
  AND id NOT IN (
    SELECT id
    FROM verifications
    ORDER BY created_at DESC, id DESC
    LIMIT $1)`)
)

// InsertVerification implements audit.VerificationStore.
func (s *Store) InsertVerification(ctx context.Context, v audit.Verification) error {
	_, err := s.exec(ctx, insertVerification, string(v.ID), string(v.State), document(v.By), v.Done, v.Total, int64(v.Runs), v.Good, string(v.Verdict), blob(v.MAC), micros(v.Created), when(v.Ended))
	return doing("store a verification", taken(err, "verification.running", "A verification of the audit log runs already."))
}

// Verification implements audit.VerificationStore.
func (s *Store) Verification(ctx context.Context, name id.Verification) (audit.Verification, error) {
	return s.oneVerification(ctx, selectVerification, string(name))
}

// RunningVerification implements audit.VerificationStore.
func (s *Store) RunningVerification(ctx context.Context) (audit.Verification, error) {
	return s.oneVerification(ctx, selectRunningVerification)
}

func (s *Store) oneVerification(ctx context.Context, st *statement, args ...any) (v audit.Verification, err error) {
	err = s.one(ctx, "verification", st, args, func(rows *sql.Rows) error {
		v, err = scanVerification(rows)
		return err
	})
	return v, doing("read a verification", err)
}

// Verifications implements audit.VerificationStore.
func (s *Store) Verifications(ctx context.Context, limit int) ([]audit.Verification, error) {
	all, err := list(ctx, s, selectVerifications, []any{int64(limit)}, scanVerification)
	return all, doing("list verifications", err)
}

func scanVerification(rows *sql.Rows) (v audit.Verification, err error) {
	var verdict string
	err = rows.Scan(&v.ID, &v.State, documentIn{&v.By}, &v.Done, &v.Total, &v.Runs, &v.Good, &verdict, &v.MAC, instant{&v.Created}, instant{&v.Ended})
	v.Verdict = json.RawMessage(verdict)
	return v, err
}

// UpdateVerification implements audit.VerificationStore.
func (s *Store) UpdateVerification(ctx context.Context, v audit.Verification) error {
	ok, err := s.changed(ctx, updateVerification, string(v.ID), string(v.State), v.Done, v.Total, int64(v.Runs), v.Good, string(v.Verdict), blob(v.MAC), when(v.Ended))
	if err == nil && !ok {
		err = fault.Missing("verification")
	}
	return doing("update a verification", err)
}

// DropVerifications implements audit.VerificationStore.
func (s *Store) DropVerifications(ctx context.Context, leave int) error {
	_, err := s.exec(ctx, dropVerifications, int64(leave))
	return doing("make room for a verification", err)
}

var verificationsTable = table{statements: []*statement{
	insertVerification, selectVerification, selectVerifications, selectRunningVerification, updateVerification, dropVerifications,
}}
