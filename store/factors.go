package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
)

const factorColumns = `id, user_id, kind, name, sealed, last_step, drift, browser, confirmed_at, created_at, last_used_at`

// hasSecond is whether the person of the row u has a confirmed second factor.
// Index factors_user.
const hasSecond = `EXISTS (SELECT 1 FROM factors x WHERE x.user_id = u.id AND x.confirmed_at IS NOT NULL)`

var (
	putPassword = newStatement(`
INSERT INTO passwords (user_id, id, hash, changed_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id) DO UPDATE
SET id = excluded.id, hash = excluded.hash, changed_at = excluded.changed_at`)

	selectPassword = newStatement(`
SELECT user_id, id, hash, changed_at
FROM passwords
WHERE user_id = $1`)

	// The primary key.
	selectHashFrom = newStatement(`
SELECT hash
FROM passwords
WHERE user_id >= $1
ORDER BY user_id
LIMIT 1`)

	// Index factors_pending.
	putPendingFactor = newStatement(`
INSERT INTO factors (` + factorColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, NULL)
ON CONFLICT (user_id, browser) WHERE confirmed_at IS NULL DO UPDATE
SET id = excluded.id, kind = excluded.kind, name = excluded.name, sealed = excluded.sealed,
    last_step = excluded.last_step, drift = excluded.drift, created_at = excluded.created_at`)

	// Index factors_user.
	trimPendingFactors = newStatement(`
DELETE FROM factors
WHERE user_id = $1 AND confirmed_at IS NULL AND id NOT IN (
    SELECT id
    FROM factors
    WHERE user_id = $1 AND confirmed_at IS NULL
    ORDER BY created_at DESC, id
    LIMIT $2)`)

	// Index factors_pending.
	selectPendingFactor = newStatement(`
SELECT ` + factorColumns + `
FROM factors
WHERE user_id = $1 AND browser = $2 AND confirmed_at IS NULL`)

	// Index factors_user.
	selectFactorsOf = newStatement(`
SELECT ` + factorColumns + `
FROM factors
WHERE user_id = $1 AND confirmed_at IS NOT NULL
ORDER BY confirmed_at, id`)

	selectPendingUser = newStatement(`
SELECT user_id
FROM factors
WHERE id = $1 AND confirmed_at IS NULL`)

	confirmFactor = newStatement(`
UPDATE factors
SET confirmed_at = $3, last_used_at = $3, last_step = $2, browser = $4
WHERE id = $1 AND confirmed_at IS NULL`)

	spendStep = newStatement(`
UPDATE factors
SET last_step = $2, drift = $3, last_used_at = $4
WHERE id = $1 AND last_step < $2`)

	deleteFactors = newStatement(`
DELETE FROM factors
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

	recoveryCodesMade = newStatement(`
SELECT COALESCE(MAX(created_at), 0)
FROM recovery_codes
WHERE user_id = $1`)
)

// PutPassword stores p in the place of the one before.
func (s *Store) PutPassword(ctx context.Context, p identity.Password) error {
	_, err := s.exec(ctx, putPassword, string(p.User), string(p.ID), p.Hash, micros(p.Changed))
	return doing("put password", err)
}

// Password answers NotFound for a person without one.
func (s *Store) Password(ctx context.Context, user id.User) (p identity.Password, err error) {
	err = s.one(ctx, "password", selectPassword, []any{string(user)}, func(rows *sql.Rows) error {
		return rows.Scan(&p.User, &p.ID, &p.Hash, instant{&p.Changed})
	})
	return p, doing("read password", err)
}

// PasswordHashFrom returns the hash of the first person, by id and from the given
// one on, who has a password; behind the last comes the first. Empty: nobody has
// one.
func (s *Store) PasswordHashFrom(ctx context.Context, user id.User) (hash string, err error) {
	for _, from := range []id.User{user, ""} {
		err = s.each(ctx, selectHashFrom, []any{string(from)}, func(rows *sql.Rows) error { return rows.Scan(&hash) })
		if err != nil || hash != "" {
			break
		}
	}
	return hash, doing("read a password", err)
}

// PutPendingFactor stores a factor that nobody confirmed yet in the place of the
// pending one of the same person and browser. Of the pending ones of a person
// the newest identity.MaxPending stay.
func (s *Store) PutPendingFactor(ctx context.Context, f identity.Factor) error {
	return doing("put pending factor", s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.exec(ctx, putPendingFactor, string(f.ID), string(f.User), string(f.Kind), f.Name, f.Sealed,
			f.LastStep, f.Drift, bytesOf(f.Browser), micros(f.Created))
		if err != nil {
			return err
		}
		_, err = s.exec(ctx, trimPendingFactors, string(f.User), int64(identity.MaxPending))
		return err
	}))
}

// PendingFactor answers NotFound when the person enrols none at the browser.
func (s *Store) PendingFactor(ctx context.Context, user id.User, browser []byte) (f identity.Factor, err error) {
	err = s.one(ctx, "factor", selectPendingFactor, []any{string(user), bytesOf(browser)}, func(rows *sql.Rows) error {
		f, err = scanFactor(rows)
		return err
	})
	return f, doing("read pending factor", err)
}

// FactorsOf returns the person's confirmed factors, the oldest first.
func (s *Store) FactorsOf(ctx context.Context, user id.User) ([]identity.Factor, error) {
	all, err := list(ctx, s, selectFactorsOf, []any{string(user)}, scanFactor)
	return all, doing("list factors", err)
}

// ConfirmFactor confirms the pending factor, uses up step, and removes the other
// pending ones of its person. False: it was not pending; of several concurrent
// calls, also about different factors of one person, exactly one gets true.
func (s *Store) ConfirmFactor(ctx context.Context, factor id.Factor, step int64, now time.Time) (confirmed bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		var user id.User
		err := s.one(ctx, "factor", selectPendingUser, []any{string(factor)}, func(rows *sql.Rows) error { return rows.Scan(&user) })
		if err != nil {
			return err
		}
		if _, err := s.HoldUser(ctx, user); err != nil {
			return err
		}
		confirmed, err = s.changed(ctx, confirmFactor, string(factor), step, micros(now), []byte{})
		if err != nil || !confirmed {
			return err
		}
		_, err = s.exec(ctx, trimPendingFactors, string(user), int64(0))
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

// SpendStep moves LastStep to step and Drift to drift if LastStep is smaller,
// and reports whether it did: of several concurrent calls with one step exactly
// one gets true.
func (s *Store) SpendStep(ctx context.Context, factor id.Factor, step, drift int64, now time.Time) (bool, error) {
	ok, err := s.changed(ctx, spendStep, string(factor), step, drift, micros(now))
	return ok, doing("spend step", err)
}

// DeleteFactors removes the person's factors, pending ones too.
func (s *Store) DeleteFactors(ctx context.Context, user id.User) error {
	_, err := s.exec(ctx, deleteFactors, string(user))
	return doing("delete factors", err)
}

func scanFactor(rows *sql.Rows) (f identity.Factor, err error) {
	err = rows.Scan(&f.ID, &f.User, &f.Kind, &f.Name, &f.Sealed, &f.LastStep, &f.Drift, &f.Browser,
		instant{&f.Confirmed}, instant{&f.Created}, instant{&f.LastUsed})
	if len(f.Browser) == 0 {
		f.Browser = nil
	}
	return f, err
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

// RecoveryCodesMade says when the codes that are left were made; zero when none is.
func (s *Store) RecoveryCodesMade(ctx context.Context, user id.User) (made time.Time, err error) {
	err = s.each(ctx, recoveryCodesMade, []any{string(user)}, func(rows *sql.Rows) error {
		var at int64
		if err := rows.Scan(&at); err != nil || at == 0 {
			return err
		}
		made = time.UnixMicro(at).UTC()
		return nil
	})
	return made, doing("find when recovery codes were made", err)
}

var factorsTable = table{
	statements: []*statement{
		putPassword, selectPassword, selectHashFrom, putPendingFactor, trimPendingFactors, selectPendingFactor, selectFactorsOf,
		selectPendingUser, confirmFactor, spendStep, deleteFactors,
		deleteRecoveryCodes, insertRecoveryCode, spendRecoveryCode, countRecoveryCodes, recoveryCodesMade,
	},
	brooms: []broom{ // index factors_pending_created
		{"factors", identity.PendingLife, sweep("factors", "id", "created_at <= $1 AND confirmed_at IS NULL")},
	},
}
