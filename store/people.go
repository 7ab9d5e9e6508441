package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"gatehouse/id"
	"gatehouse/identity"
)

// severalPeople is how many are looked for by one question.
const severalPeople = 50

var (
	// Index users_email.
	selectIDsByEmail = newStatement(`
SELECT id, email_key
FROM users
WHERE email_key IN ` + places(severalPeople))

	// The primary key.
	selectEmailsByID = newStatement(`
SELECT id, email
FROM users
WHERE id IN ` + places(severalPeople))
)

func places(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", i+1)
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// IDsByEmail returns who has which of the addresses, by these as identity.Canonical
// writes them. What nobody has is left out.
func (s *Store) IDsByEmail(ctx context.Context, emails []string) (map[string]id.User, error) {
	found := map[string]id.User{}
	keys := make([]string, len(emails))
	for i, email := range emails {
		keys[i] = identity.Canonical(email)
	}
	err := s.people(ctx, selectIDsByEmail, keys, func(name id.User, key string) { found[key] = name })
	return found, doing("look for people by their addresses", err)
}

// EmailsByID returns the addresses of people. Who is not there is left out.
func (s *Store) EmailsByID(ctx context.Context, ids []string) (map[id.User]string, error) {
	found := map[id.User]string{}
	err := s.people(ctx, selectEmailsByID, ids, func(name id.User, email string) { found[name] = email })
	return found, doing("look for addresses of people", err)
}

func (s *Store) people(ctx context.Context, st *statement, by []string, found func(name id.User, text string)) error {
	for len(by) > 0 {
		args := make([]any, severalPeople)
		for i := range args {
			args[i] = by[min(i, len(by)-1)] // the last one stands for what is missing
		}
		err := s.each(ctx, st, args, func(rows *sql.Rows) error {
			var name id.User
			var text string
			err := rows.Scan(&name, &text)
			found(name, text)
			return err
		})
		if err != nil {
			return err
		}
		by = by[min(severalPeople, len(by)):]
	}
	return nil
}

var peopleTable = table{
	statements: []*statement{selectIDsByEmail, selectEmailsByID},
}
