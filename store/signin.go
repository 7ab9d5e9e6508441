package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/proof"
)

// What a sign-in stands on is one row for each second factor of its person, one
// row if there is none.
const (
	viewColumns   = `s.id, s.user_id, s.proofs, s.seen_at, s.expires_at`
	personColumns = `u.id, u.email, u.name, u.disabled, p.id, f.id, c.scopes`

	// A session counts while it lives and its person is enabled. Index
	// sessions_token.
	liveSession = `s.revoked_at IS NULL AND s.idle_expires_at > $2 AND s.expires_at > $2
    AND EXISTS (SELECT 1 FROM users o WHERE o.id = s.user_id AND NOT o.disabled)`

	// Index factors_user.
	personJoins = `LEFT JOIN passwords p ON p.user_id = u.id
LEFT JOIN factors f ON f.user_id = u.id AND f.confirmed_at IS NOT NULL
LEFT JOIN consents c ON c.user_id = u.id AND c.client_id = `

	personOrder = `
ORDER BY f.confirmed_at, f.id`
)

var (
	// The person is whom the interaction proved or chose, else the session's,
	// unless the browser said "somebody else"; $4 where that is nobody.
	selectSignIn = hotStatement(`
SELECT ` + interactionColumns + `, ` + viewColumns + `, ` + personColumns + `
FROM interactions i
LEFT JOIN sessions s ON s.token_hash = $3 AND ` + liveSession + `
LEFT JOIN users u ON u.id = CASE
    WHEN i.user_id <> '' THEN i.user_id
    WHEN s.user_id IS NOT NULL AND NOT i.chosen THEN s.user_id
    ELSE $4 END
` + personJoins + `i.client_id
WHERE i.id = $1` + personOrder)

	selectSignedIn = hotStatement(`
SELECT ` + viewColumns + `, ` + personColumns + `
FROM sessions s
JOIN users u ON u.id = s.user_id
` + personJoins + `$3
WHERE s.token_hash = $1 AND ` + liveSession + personOrder)

	// The same by the session's id.
	selectSignedInAs = newStatement(`
SELECT ` + viewColumns + `, ` + personColumns + `
FROM sessions s
JOIN users u ON u.id = s.user_id
` + personJoins + `$3
WHERE s.id = $1 AND ` + liveSession + personOrder)

	selectSignInPerson = newStatement(`
SELECT ` + personColumns + `
FROM users u
` + personJoins + `$2
WHERE u.id = $1` + personOrder)
)

// SignIn reads in one statement what the sign-in q stands on: as committed, or
// as the transaction of ctx sees it. NotFound: there is no such interaction.
// Without an interaction it reads the session and its person.
func (s *Store) SignIn(ctx context.Context, q flow.Query) (flow.Found, error) {
	var found flow.Found
	var err error
	if q.Interaction == "" {
		st, key := selectSignedIn, any(bytesOf(q.Session))
		if q.As != "" {
			st, key = selectSignedInAs, string(q.As)
		}
		err = s.each(ctx, st, []any{key, micros(q.Now), string(q.Client)}, func(rows *sql.Rows) error {
			return scanSignIn(rows, &found, nil)
		})
	} else {
		args := []any{string(q.Interaction), micros(q.Now), bytesOf(q.Session), string(q.Person)}
		err = s.one(ctx, "interaction", selectSignIn, args, func(rows *sql.Rows) error {
			return scanSignIn(rows, &found, interactionFields(&found.Interaction))
		})
	}
	return found, doing("read sign-in", err)
}

// SignInPerson reads a person with what may prove them and what they allowed the
// client. NotFound: there is no such person.
func (s *Store) SignInPerson(ctx context.Context, user id.User, client id.Client) (flow.Person, []string, error) {
	var found flow.Found
	err := s.each(ctx, selectSignInPerson, []any{string(user), string(client)}, func(rows *sql.Rows) error {
		var person personRow
		if err := rows.Scan(person.fields()...); err != nil {
			return err
		}
		return person.into(&found)
	})
	if err == nil && found.Person == nil {
		err = fault.Missing("user")
	}
	if err != nil {
		return flow.Person{}, nil, doing("read person of sign-in", err)
	}
	return *found.Person, found.Consented, nil
}

// scanSignIn scans one row; more are where what comes before the session goes.
func scanSignIn(rows *sql.Rows, found *flow.Found, more []any) error {
	var view viewRow
	var person personRow
	if err := rows.Scan(append(append(more, view.fields()...), person.fields()...)...); err != nil {
		return err
	}
	if err := view.into(found); err != nil {
		return err
	}
	return person.into(found)
}

// viewRow is a session that may not be there.
type viewRow struct {
	id, user, proofs sql.NullString
	seen, expires    time.Time
}

func (r *viewRow) fields() []any {
	return []any{&r.id, &r.user, &r.proofs, instant{&r.seen}, instant{&r.expires}}
}

func (r *viewRow) into(found *flow.Found) error {
	if !r.id.Valid {
		return nil
	}
	var list proof.List
	if err := (proofsIn{&list}).Scan(r.proofs.String); err != nil {
		return err
	}
	found.Session = &flow.SessionView{ID: id.Session(r.id.String), User: id.User(r.user.String), Proofs: list, Seen: r.seen, Expires: r.expires}
	return nil
}

// personRow is a person who may not be there, with one of their second factors.
type personRow struct {
	id, email, name, password, factor, scopes sql.NullString
	disabled                                  sql.NullBool
}

func (r *personRow) fields() []any {
	return []any{&r.id, &r.email, &r.name, &r.disabled, &r.password, &r.factor, &r.scopes}
}

func (r *personRow) into(found *flow.Found) error {
	if !r.id.Valid {
		return nil
	}
	if found.Person == nil {
		found.Person = &flow.Person{
			ID: id.User(r.id.String), Email: r.email.String, Name: r.name.String,
			Enabled: !r.disabled.Bool, Password: id.Factor(r.password.String),
		}
	}
	if r.factor.Valid {
		found.Person.Second = append(found.Person.Second, id.Factor(r.factor.String))
	}
	if !r.scopes.Valid {
		return nil
	}
	return wordsIn{&found.Consented}.Scan(r.scopes.String)
}

var signInTable = table{
	statements: []*statement{selectSignIn, selectSignedIn, selectSignedInAs, selectSignInPerson},
}
