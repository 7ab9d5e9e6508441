package store

import (
	"context"
	"database/sql"
	"math"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/proof"
)

// A policy is read whole, by every process that starts and every command that asks:
// only what decides leaves the database.
var (
	// Index grants_ends. In the order of the index, or SQLite would walk the table, with all that
	// were over years ago.
	selectPolicyGrants = newStatement(`
SELECT id, subject_kind, subject_id, effect, role, permission, org, place, NULLIF(resource_ids, '[]'), expression,
    not_before, ends_at, require_level, require_age, revoked_at
FROM grants
WHERE ends_at >= $1 AND created_at <= $2
ORDER BY ends_at`)

	// Index memberships_member.
	selectPolicyMemberships = newStatement(`
SELECT of_kind, of_id, member_kind, member_id, not_before, expires_at
FROM memberships
ORDER BY member_kind, member_id, of_kind, of_id`)
)

// PolicyGrants calls each for the grants that were over at since at the earliest and
// made at by at the latest (zero: whenever), as a policy has them, in no order.
func (s *Store) PolicyGrants(ctx context.Context, since, by time.Time, each func(*access.Grant)) error {
	row := newGrantRow()
	err := s.each(ctx, selectPolicyGrants, []any{micros(since), endMicros(by)}, func(rows *sql.Rows) error {
		g, err := row.scan(rows)
		if err == nil {
			each(&g)
		}
		return err
	})
	return doing("read grants", err)
}

// PolicyMemberships calls each for all memberships, in no order.
func (s *Store) PolicyMemberships(ctx context.Context, each func(*access.Membership)) error {
	var m access.Membership
	var container, kind string
	to := []any{&container, &m.Of.ID, &kind, &m.Member.ID, instant{&m.NotBefore}, instant{&m.ExpiresAt}}
	err := s.each(ctx, selectPolicyMemberships, nil, func(rows *sql.Rows) error {
		if err := rows.Scan(to...); err != nil {
			return err
		}
		m.Of.Kind, m.Member.Kind = access.Kind(container), access.Kind(kind)
		each(&m)
		return nil
	})
	return doing("read memberships", err)
}

// grantRow is a row of selectPolicyGrants. The next one is scanned into the same
// place: of a hundred thousand, each would cost a dozen pieces of memory.
type grantRow struct {
	patterns map[string]access.Pattern

	name, kind, subject, effect, role, pattern, org, place, expression, level string
	ids                                                                       sql.NullString
	from, revoked                                                             time.Time
	ends, age                                                                 int64

	to []any
}

func newGrantRow() *grantRow {
	r := &grantRow{patterns: map[string]access.Pattern{"": {}}}
	r.to = []any{
		&r.name, &r.kind, &r.subject, &r.effect, &r.role, &r.pattern, &r.org, &r.place, &r.ids, &r.expression,
		instant{&r.from},
		&r.ends, &r.level, &r.age,
		instant{&r.revoked},
	}
	return r
}

func (r *grantRow) scan(rows *sql.Rows) (g access.Grant, err error) {
	if err := rows.Scan(r.to...); err != nil {
		return g, err
	}
	g = access.Grant{
		ID: id.Grant(r.name), Subject: access.Subject{Kind: access.Kind(r.kind), ID: r.subject},
		Effect: access.Effect(r.effect), Role: r.role, Org: r.org,
		Where:    access.Where{Place: access.Place(r.place), Expression: r.expression},
		Window:   access.Window{NotBefore: r.from},
		Requires: access.Requirement{MaxAge: time.Duration(r.age) * time.Microsecond}, Withdrawn: !r.revoked.IsZero(),
	}
	if r.ends != math.MaxInt64 {
		g.ExpiresAt = time.UnixMicro(r.ends).UTC()
	}
	if g.Permission, err = r.matches(r.pattern); err != nil {
		return g, err
	}
	if g.Requires.Level, err = proof.ParseLevel(r.level); err != nil || !r.ids.Valid {
		return g, err
	}
	return g, wordsIn{&g.Where.IDs}.read(r.ids.String)
}

// matches reads a pattern, and each text once.
func (r *grantRow) matches(text string) (p access.Pattern, err error) {
	p, ok := r.patterns[text]
	if !ok {
		err = patternIn{&p}.read(text)
		r.patterns[text] = p
	}
	return p, err
}

var policyTable = table{
	statements: []*statement{
		selectPolicyGrants, selectPolicyMemberships,
	},
}
