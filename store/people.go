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

	// The primary key, and index factors_user: one row for each second factor of a
	// person, one row if there is none.
	selectStandings = newStatement(`
SELECT u.id, u.email, u.email_verified, u.name, u.claims, u.disabled, u.created_at, u.updated_at, u.rev,
    (SELECT NULLIF(l.at, 0) FROM last_sign_ins l WHERE l.user_id = u.id), p.id, f.id
FROM users u
LEFT JOIN passwords p ON p.user_id = u.id
LEFT JOIN factors f ON f.user_id = u.id AND f.confirmed_at IS NOT NULL
WHERE u.id IN ` + places(severalPeople))
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

// Standings returns people with what may prove them now, their second factors in no
// order. Who is not there is left out.
func (s *Store) Standings(ctx context.Context, users []id.User) (map[id.User]identity.Standing, error) {
	found := make(map[id.User]identity.Standing, len(users))
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = string(u)
	}
	err := s.several(ctx, selectStandings, ids, func(rows *sql.Rows) error {
		var password, second sql.NullString
		u, err := scanUserAnd(rows, &password, &second)
		st, known := found[u.ID]
		if !known {
			st = identity.Standing{User: u, Password: id.Factor(password.String)}
		}
		if second.Valid {
			st.Second = append(st.Second, id.Factor(second.String))
		}
		found[u.ID] = st
		return err
	})
	return found, doing("read people with their factors", err)
}

func (s *Store) people(ctx context.Context, st *statement, by []string, found func(name id.User, text string)) error {
	return s.several(ctx, st, by, func(rows *sql.Rows) error {
		var name id.User
		var text string
		err := rows.Scan(&name, &text)
		found(name, text)
		return err
	})
}

// several asks a question with severalPeople places about as many things as there are.
func (s *Store) several(ctx context.Context, st *statement, by []string, row func(rows *sql.Rows) error) error {
	for len(by) > 0 {
		args := make([]any, severalPeople)
		for i := range args {
			args[i] = by[min(i, len(by)-1)] // the last one stands for what is missing
		}
		if err := s.each(ctx, st, args, row); err != nil {
			return err
		}
		by = by[min(severalPeople, len(by)):]
	}
	return nil
}

var peopleTable = table{
	statements: []*statement{selectIDsByEmail, selectEmailsByID, selectStandings},
}
