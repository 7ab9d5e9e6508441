package store

import (
	"context"
	"database/sql"
	"time"
)

// A live administrator is an enabled, unlocked person whom the built-in role was given
// by name, everywhere, from now on and without an end, and who is denied nothing of
// Gatehouse itself, now or later: nothing but a change takes that away. The names are
// those of package access. Indexes grants_role, grants_subject and the primary keys.
var selectAdministered = newStatement(`
SELECT g.id
FROM grants g
JOIN users u ON u.id = g.subject_id
WHERE g.role <> '' AND g.role = 'gatehouse/administrator' AND g.ends_at = 9223372036854775807
    AND g.subject_kind = 'user' AND g.effect = 'allow' AND g.org = '' AND g.place = 'any'
    AND g.require_level = '' AND g.require_age = 0 AND (g.not_before IS NULL OR g.not_before <= $1)
    AND NOT u.disabled
    AND NOT EXISTS (
        SELECT 1
        FROM locks l
        WHERE l.ends_at > $1
            AND (l.kind = 'role' AND l.name = g.role OR l.kind = 'grant' AND l.name = g.id OR l.kind = 'user' AND l.name = u.id))
    AND NOT EXISTS (
        SELECT 1
        FROM grants d
        WHERE d.subject_kind = 'user' AND d.subject_id = u.id AND d.ends_at > $1 AND d.effect <> 'allow'
            AND (d.api = 'gatehouse' OR d.role LIKE 'gatehouse/%'))
LIMIT 1`)

// Administered reports whether there is a live administrator at now. Whoever takes
// something away asks while they hold the policy (RaisePolicy), after their change.
func (s *Store) Administered(ctx context.Context, now time.Time) (found bool, err error) {
	err = s.each(ctx, selectAdministered, []any{micros(now)}, func(*sql.Rows) error { found = true; return nil })
	return found, doing("look for an administrator", err)
}

var administratorsTable = table{
	statements: []*statement{selectAdministered},
}
