package store

import (
	"context"
	"database/sql"
	"strings"
)

// The primary key, walked from the last page's end.
var selectPasswordHashes = newStatement(`
SELECT user_id, hash
FROM passwords
WHERE user_id > $1
ORDER BY user_id
LIMIT $2`)

const hashPage = 1000

// PasswordCosts counts the hashes of passwords by what they cost ("m=19456,t=2,p=1"),
// of most people at most. It returns nothing else of them.
func (s *Store) PasswordCosts(ctx context.Context, most int) (map[string]int, error) {
	costs, last, seen := map[string]int{}, "", 0
	for seen < most {
		n := 0
		err := s.each(ctx, selectPasswordHashes, []any{last, int64(min(hashPage, most-seen))}, func(rows *sql.Rows) error {
			var hash string
			err := rows.Scan(&last, &hash)
			costs[costOf(hash)]++
			n++
			return err
		})
		if err != nil {
			return nil, doing("count what passwords cost", err)
		}
		if seen += n; n < hashPage {
			break
		}
	}
	return costs, nil
}

// costOf is the part of a PHC string that says what it cost.
func costOf(hash string) string {
	if parts := strings.Split(hash, "$"); len(parts) == 6 {
		return parts[3]
	}
	return "unreadable"
}

// MayMigrate refuses a role that could not make tables; see Migrate.
func (s *Store) MayMigrate(ctx context.Context) error { return s.db.MayMigrate(ctx) }

var examineTable = table{
	statements: []*statement{
		selectPasswordHashes,
	},
}
