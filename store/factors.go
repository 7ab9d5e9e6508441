package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
)

const totpColumns = `id, user_id, name, sealed, last_step, drift, confirmed_at, created_at, last_used_at`

var (
	putPassword = newStatement(`
INSERT INTO passwords (user_id, hash, changed_at)
VALUES ($1, $2, $3)
ON CONFLICT (user_id) DO UPDATE
SET hash = excluded.hash, changed_at = excluded.changed_at`)

	selectPassword = newStatement(`
SELECT user_id, hash, changed_at
FROM passwords
WHERE user_id = $1`)

	// Index totp_factors_pending.
	putPendingTOTP = newStatement(`
INSERT INTO totp_factors (` + totpColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (user_id) WHERE confirmed_at IS NULL DO UPDATE
SET id = excluded.id, name = excluded.name, sealed = excluded.sealed, last_step = excluded.last_step,
    drift = excluded.drift, created_at = excluded.created_at, last_used_at = excluded.last_used_at`)

	insertConfirmedTOTP = newStatement(`
INSERT INTO totp_factors (` + totpColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)

	// Indexes totp_factors_confirmed and totp_factors_pending.
	selectConfirmedTOTP = newStatement(`
SELECT ` + totpColumns + `
FROM totp_factors
WHERE user_id = $1 AND confirmed_at IS NOT NULL`)

	selectPendingTOTP = newStatement(`
SELECT ` + totpColumns + `
FROM totp_factors
WHERE user_id = $1 AND confirmed_at IS NULL`)

	lockPendingTOTP = lockStatement(`
SELECT user_id
FROM totp_factors
WHERE id = $1 AND confirmed_at IS NULL`)

	deleteConfirmedTOTP = newStatement(`
DELETE FROM totp_factors
WHERE user_id = $1 AND confirmed_at IS NOT NULL`)

	confirmTOTP = newStatement(`
UPDATE totp_factors
SET confirmed_at = $3, last_used_at = $3, last_step = $2
WHERE id = $1 AND confirmed_at IS NULL`)

	spendTOTPStep = newStatement(`
UPDATE totp_factors
SET last_step = $2, drift = $3, last_used_at = $4
WHERE id = $1 AND last_step < $2`)

	deleteTOTP = newStatement(`
DELETE FROM totp_factors
WHERE user_id = $1`)

	deleteRecoveryCodes = newStatement(`
DELETE FROM recovery_codes
WHERE user_id = $1`)

	insertRecoveryCode = newStatement(`
INSERT INTO recovery_codes (user_id, mac, created_at)
VALUES ($1, $2, $3)`)

	spendRecoveryCode = newStatement(`
DELETE FROM recovery_codes
WHERE user_id = $1 AND mac = $2`)

	countRecoveryCodes = newStatement(`
SELECT COUNT(*)
FROM recovery_codes
WHERE user_id = $1`)
)

// PutPassword stores p in the place of the one before.
func (s *Store) PutPassword(ctx context.Context, p identity.Password) error {
	_, err := s.exec(ctx, putPassword, string(p.User), p.Hash, micros(p.Changed))
	return doing("put password", err)
}

// Password answers NotFound for a person without one.
func (s *Store) Password(ctx context.Context, user id.User) (p identity.Password, err error) {
	err = s.one(ctx, "password", selectPassword, []any{string(user)}, func(rows *sql.Rows) error {
		return rows.Scan(&p.User, &p.Hash, instant{&p.Changed})
	})
	return p, doing("read password", err)
}

// InsertTOTP replaces a pending factor of the same person. Conflict: t is
// confirmed, and there is a confirmed one already.
func (s *Store) InsertTOTP(ctx context.Context, t identity.TOTP) error {
	st := putPendingTOTP
	if !t.Confirmed.IsZero() {
		st = insertConfirmedTOTP
	}
	_, err := s.exec(ctx, st, string(t.ID), string(t.User), t.Name, t.Sealed, t.LastStep, t.Drift,
		when(t.Confirmed), micros(t.Created), when(t.LastUsed))
	return doing("insert factor", taken(err, "factor.exists", "There is a second factor already."))
}

// TOTPOf returns the confirmed factor, or the pending one when pending is true.
func (s *Store) TOTPOf(ctx context.Context, user id.User, pending bool) (t identity.TOTP, err error) {
	st := selectConfirmedTOTP
	if pending {
		st = selectPendingTOTP
	}
	err = s.one(ctx, "factor", st, []any{string(user)}, func(rows *sql.Rows) error {
		return rows.Scan(&t.ID, &t.User, &t.Name, &t.Sealed, &t.LastStep, &t.Drift,
			instant{&t.Confirmed}, instant{&t.Created}, instant{&t.LastUsed})
	})
	return t, doing("read factor", err)
}

// ConfirmTOTP turns the pending factor into the confirmed one, uses up step,
// and removes an older confirmed one. False: it was not pending; of several
// concurrent calls exactly one gets true.
func (s *Store) ConfirmTOTP(ctx context.Context, factor id.Factor, step int64, now time.Time) (confirmed bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		var user string
		err := s.one(ctx, "factor", lockPendingTOTP, []any{string(factor)}, func(rows *sql.Rows) error { return rows.Scan(&user) })
		if confirmed = err == nil; !confirmed {
			return err
		}
		if _, err := s.exec(ctx, deleteConfirmedTOTP, user); err != nil {
			return err
		}
		confirmed, err = s.changed(ctx, confirmTOTP, string(factor), step, micros(now))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, doing("confirm factor", err)
	}
	return confirmed, nil
}

// SpendTOTPStep moves LastStep to step and Drift to drift if LastStep is
// smaller, and reports whether it did: of several concurrent calls with one
// step exactly one gets true.
func (s *Store) SpendTOTPStep(ctx context.Context, factor id.Factor, step, drift int64, now time.Time) (bool, error) {
	ok, err := s.changed(ctx, spendTOTPStep, string(factor), step, drift, micros(now))
	return ok, doing("spend step", err)
}

// DeleteTOTP removes the person's factors, the confirmed and the pending one.
func (s *Store) DeleteTOTP(ctx context.Context, user id.User) error {
	_, err := s.exec(ctx, deleteTOTP, string(user))
	return doing("delete factors", err)
}

// PutRecoveryCodes replaces all codes of the person by these MACs. Of two
// concurrent calls the codes of one remain, never a mixture.
func (s *Store) PutRecoveryCodes(ctx context.Context, user id.User, macs [][]byte, now time.Time) error {
	return doing("put recovery codes", s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.HoldUser(ctx, user); err != nil {
			return err
		}
		if _, err := s.exec(ctx, deleteRecoveryCodes, string(user)); err != nil {
			return err
		}
		for _, mac := range macs {
			if _, err := s.exec(ctx, insertRecoveryCode, string(user), mac, micros(now)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// SpendRecoveryCode deletes the code and reports whether this call did.
func (s *Store) SpendRecoveryCode(ctx context.Context, user id.User, mac []byte) (bool, error) {
	ok, err := s.changed(ctx, spendRecoveryCode, string(user), mac)
	return ok, doing("spend recovery code", err)
}

// CountRecoveryCodes counts the codes that are left.
func (s *Store) CountRecoveryCodes(ctx context.Context, user id.User) (n int, err error) {
	err = s.each(ctx, countRecoveryCodes, []any{string(user)}, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, doing("count recovery codes", err)
}

var factorsTable = table{
	statements: []*statement{
		putPassword, selectPassword, putPendingTOTP, insertConfirmedTOTP, selectConfirmedTOTP,
		selectPendingTOTP, lockPendingTOTP, deleteConfirmedTOTP, confirmTOTP, spendTOTPStep, deleteTOTP,
		deleteRecoveryCodes, insertRecoveryCode, spendRecoveryCode, countRecoveryCodes,
	},
}
