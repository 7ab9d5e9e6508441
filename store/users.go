package store

import (
	"context"
	"database/sql"
	"math"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
)

const userColumns = `id, email, email_verified, name, claims, disabled, created_at, updated_at, rev,
    (SELECT NULLIF(l.at, 0) FROM last_sign_ins l WHERE l.user_id = users.id)`

var (
	// Index users_email.
	insertUser = newStatement(`
INSERT INTO users (id, email, email_key, email_verified, name, name_key, claims, disabled, created_at, updated_at, rev)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`)

	// Nobody is put back to an earlier time.
	putLastSignIn = newStatement(`
INSERT INTO last_sign_ins (user_id, at)
VALUES ($1, $2)
ON CONFLICT (user_id) DO UPDATE
SET at = excluded.at
WHERE last_sign_ins.at < excluded.at`)

	updateUser = newStatement(`
UPDATE users
SET email = $2, email_key = $3, email_verified = $4, name = $5, name_key = $6, claims = $7,
    disabled = $8, updated_at = $9, rev = rev + 1
WHERE id = $1 AND ($10 = 0 OR rev = $10)`)

	// Passwords, factors, recovery codes, sessions and consents go with it.
	deleteUser = newStatement(`
DELETE FROM users
WHERE id = $1`)

	selectUser = hotStatement(`
SELECT ` + userColumns + `
FROM users
WHERE id = $1`)

	// Index users_email.
	selectUserByEmail = newStatement(`
SELECT ` + userColumns + `
FROM users
WHERE email_key = $1`)

	// Index users_email, walked from the last page's end.
	selectUsers = newStatement(`
SELECT ` + userColumns + `
FROM users
WHERE email_key > $1
ORDER BY email_key
LIMIT $2`)

	// Likewise, from the other end.
	selectUsersBackwards = newStatement(`
SELECT ` + userColumns + `
FROM users
WHERE email_key < $1
ORDER BY email_key DESC
LIMIT $2`)

	// Index users_kept_out.
	selectKeptOut = newStatement(`
SELECT ` + userColumns + `
FROM users
WHERE disabled AND email_key > $1
ORDER BY email_key
LIMIT $2`)

	selectKeptOutBackwards = newStatement(`
SELECT ` + userColumns + `
FROM users
WHERE disabled AND email_key < $1
ORDER BY email_key DESC
LIMIT $2`)

	// Index users_created.
	selectUsersCreated = newStatement(`
SELECT ` + userColumns + `
FROM users
WHERE (created_at, id) > ($1, $2)
ORDER BY created_at, id
LIMIT $3`)

	selectUsersCreatedBackwards = newStatement(`
SELECT ` + userColumns + `
FROM users
WHERE (created_at, id) < ($1, $2)
ORDER BY created_at DESC, id DESC
LIMIT $3`)

	// Index last_sign_ins_at. Whoever never signed in has the earliest time.
	selectUsersSignedIn = newStatement(`
SELECT ` + userColumns + `
FROM last_sign_ins o
JOIN users ON users.id = o.user_id
WHERE (o.at, o.user_id) > ($1, $2)
ORDER BY o.at, o.user_id
LIMIT $3`)

	selectUsersSignedInBackwards = newStatement(`
SELECT ` + userColumns + `
FROM last_sign_ins o
JOIN users ON users.id = o.user_id
WHERE (o.at, o.user_id) < ($1, $2)
ORDER BY o.at DESC, o.user_id DESC
LIMIT $3`)

	// Index users_email: from what is searched for, or the last page's end, to the last
	// text that begins with it. A column has one lower bound: of two SQLite takes the
	// first, and walks from there.
	searchEmails = newStatement(`
SELECT ` + userColumns + `
FROM users
WHERE email_key >= $1 AND email_key <> $2 AND email_key < $3
ORDER BY email_key
LIMIT $4`)

	// Index users_name, without those whom searchEmails found: the index knows
	// their emails.
	searchNames = newStatement(`
SELECT ` + userColumns + `
FROM users
WHERE (name_key, email_key) > ($1, $2) AND name_key < $3
    AND NOT (email_key >= $4 AND email_key < $5)
ORDER BY name_key, email_key
LIMIT $6`)

	// The primary key of user_words, and index user_words_user: whoever was found by their email
	// or name is left out, and of several words counts the first.
	searchWords = newStatement(`
SELECT ` + userColumns + `
FROM user_words w
JOIN users ON users.id = w.user_id
WHERE (w.word, w.user_id) > ($1, $2) AND w.word < $3
    AND NOT (email_key >= $4 AND email_key < $5) AND NOT (name_key >= $6 AND name_key < $3)
    AND NOT EXISTS (SELECT 1 FROM user_words o WHERE o.user_id = w.user_id AND o.word >= $6 AND o.word < w.word)
ORDER BY w.word, w.user_id
LIMIT $7`)

	// Index user_words_user.
	deleteWords = newStatement(`
DELETE FROM user_words
WHERE user_id = $1`)

	// As many as there can be; who has fewer says the last one again.
	insertWords = newStatement(`
INSERT INTO user_words (user_id, word)
VALUES ($1, $2), ($1, $3), ($1, $4), ($1, $5), ($1, $6), ($1, $7), ($1, $8), ($1, $9)
ON CONFLICT (word, user_id) DO NOTHING`)

	// The primary keys: the members of one group or organisation, and each of them.
	selectUsersIn = newStatement(`
SELECT ` + userColumns + `
FROM (SELECT member_id FROM memberships WHERE of_kind = $1 AND of_id = $2 AND member_kind = 'user' AND member_id > $3) AS m
JOIN users ON users.id = m.member_id
ORDER BY m.member_id
LIMIT $4`)

	// Index users_disabled.
	selectDisabledUsers = newStatement(`
SELECT id
FROM users
WHERE disabled AND id > $1
ORDER BY id
LIMIT $2`)

	lockUser = lockStatement(`
SELECT ` + userColumns + `
FROM users
WHERE id = $1`)
)

// InsertUser stores u as revision 1. Conflict: the email is taken.
func (s *Store) InsertUser(ctx context.Context, u identity.User) error {
	err := s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.exec(ctx, insertUser, string(u.ID), u.Email, identity.Canonical(u.Email), u.EmailVerified, u.Name, identity.FoldedName(u.Name),
			document(u.Claims), u.Disabled, micros(u.Created), micros(u.Updated))
		if err == nil {
			_, err = s.exec(ctx, putLastSignIn, string(u.ID), int64(0))
		}
		if err != nil {
			return err
		}
		return s.putWords(ctx, u)
	})
	return doing("insert user", emailTaken(err))
}

// putWords keeps by what a search finds somebody besides.
func (s *Store) putWords(ctx context.Context, u identity.User) error {
	words := identity.WordsOf(u)
	if len(words) == 0 {
		return nil
	}
	args := []any{string(u.ID)}
	for i := range identity.MaxWords {
		args = append(args, words[min(i, len(words)-1)])
	}
	_, err := s.exec(ctx, insertWords, args...)
	return err
}

// UpdateUser writes everything but ID and Created where the revision is still
// u.Rev (0: whatever it is), and raises it: of several who name one revision
// exactly one succeeds. NotFound: there is no such person. Conflict: the email is
// taken ("user.email_taken"), or somebody else changed the person
// ("user.changed").
func (s *Store) UpdateUser(ctx context.Context, u identity.User) error {
	ok := false
	err := s.InTx(ctx, func(ctx context.Context) (err error) {
		ok, err = s.changed(ctx, updateUser, string(u.ID), u.Email, identity.Canonical(u.Email), u.EmailVerified, u.Name, identity.FoldedName(u.Name),
			document(u.Claims), u.Disabled, micros(u.Updated), u.Rev)
		if err != nil || !ok {
			return err
		}
		if _, err := s.exec(ctx, deleteWords, string(u.ID)); err != nil {
			return err
		}
		return s.putWords(ctx, u)
	})
	if err != nil {
		return doing("update user", emailTaken(err))
	}
	if ok {
		return nil
	}
	if _, err := s.User(ctx, u.ID); err != nil {
		return err
	}
	return fault.New(fault.Conflict, "user.changed", "Somebody else changed this person meanwhile. Look at them again.")
}

func emailTaken(err error) error {
	return taken(err, "user.email_taken", "Somebody else has this email address.")
}

// DeleteUser removes the person with their password, factors, codes, sessions
// and consents, and with the answers to requests and the rows of imports that tell of them. Refresh families
// stay, and refuse to be refreshed.
func (s *Store) DeleteUser(ctx context.Context, user id.User) error {
	return doing("delete user", s.InTx(ctx, func(ctx context.Context) error {
		u, err := s.HoldUser(ctx, user)
		if err != nil {
			return err
		}
		if _, err := s.exec(ctx, deleteUser, string(user)); err != nil {
			return err
		}
		if err := s.forgetInImports(ctx, u.Email); err != nil {
			return err
		}
		return s.forgetPerson(ctx, user)
	}))
}

// User answers NotFound for nobody.
func (s *Store) User(ctx context.Context, user id.User) (identity.User, error) {
	return s.user(ctx, selectUser, string(user))
}

// HoldUser is User; in a transaction the person also stays as they are until it
// ends, so that who writes them back loses nobody's change.
func (s *Store) HoldUser(ctx context.Context, user id.User) (identity.User, error) {
	return s.user(ctx, lockUser, string(user))
}

// UserByEmail compares without regard to case.
func (s *Store) UserByEmail(ctx context.Context, email string) (identity.User, error) {
	return s.user(ctx, selectUserByEmail, identity.Canonical(email))
}

func (s *Store) user(ctx context.Context, st *statement, by string) (u identity.User, err error) {
	err = s.one(ctx, "user", st, []any{by}, func(rows *sql.Rows) error {
		u, err = scanUser(rows)
		return err
	})
	return u, doing("read user", err)
}

// Users lists people as identity.UserFilter says: at most f.Limit, 100 where that
// is zero. Where no index has their state, those of the other one are among them.
func (s *Store) Users(ctx context.Context, f identity.UserFilter) ([]identity.User, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	users, err := s.users(ctx, f)
	return users, doing("list users", err)
}

func (s *Store) users(ctx context.Context, f identity.UserFilter) (found []identity.User, err error) {
	if f.Search == "" {
		st, args := orderedUsers(&f)
		return list(ctx, s, st, args, scanUser)
	}
	if email, _ := identity.SearchKeys(f.Search); email == "" {
		return nil, nil
	}
	for _, next := range []func(context.Context, *identity.UserFilter) ([]identity.User, error){s.byEmail, s.byName, s.byWord} {
		more, err := next(ctx, &f)
		if found = append(found, more...); err != nil || len(more) == f.Limit {
			return found, err
		}
		f.Limit -= len(more)
	}
	return found, nil
}

// byEmail, byName and byWord are the three parts of a search, each from its place on where the
// page begins in it or before.
func (s *Store) byEmail(ctx context.Context, f *identity.UserFilter) ([]identity.User, error) {
	if f.After.Name != "" || f.After.Word != "" {
		return nil, nil
	}
	email, _ := identity.SearchKeys(f.Search)
	return list(ctx, s, searchEmails, []any{max(f.After.Email, email), f.After.Email, email + lastRune, int64(f.Limit)}, scanUser)
}

func (s *Store) byName(ctx context.Context, f *identity.UserFilter) ([]identity.User, error) {
	if f.After.Word != "" {
		return nil, nil
	}
	email, name := identity.SearchKeys(f.Search)
	from, behind := name, ""
	if f.After.Name >= name {
		from, behind = f.After.Name, f.After.Email
	}
	return list(ctx, s, searchNames, []any{from, behind, name + lastRune, email, email + lastRune, int64(f.Limit)}, scanUser)
}

func (s *Store) byWord(ctx context.Context, f *identity.UserFilter) ([]identity.User, error) {
	email, name := identity.SearchKeys(f.Search)
	from, behind := name, ""
	if f.After.Word >= name {
		from, behind = f.After.Word, string(f.After.ID)
	}
	return list(ctx, s, searchWords, []any{from, behind, name + lastRune, email, email + lastRune, name, int64(f.Limit)}, scanUser)
}

// orderedUsers is the list without a search, and its arguments.
func orderedUsers(f *identity.UserFilter) (*statement, []any) {
	email := f.After.Email
	if f.Backwards && email == "" {
		email = lastRune
	}
	switch {
	case f.SignedIn && f.Backwards:
		return selectUsersSignedInBackwards, behind(f)
	case f.SignedIn:
		return selectUsersSignedIn, behind(f)
	case f.Created && f.Backwards:
		return selectUsersCreatedBackwards, behind(f)
	case f.Created:
		return selectUsersCreated, behind(f)
	case f.State == identity.UserDisabled && f.Backwards:
		return selectKeptOutBackwards, []any{email, int64(f.Limit)}
	case f.State == identity.UserDisabled:
		return selectKeptOut, []any{email, int64(f.Limit)}
	case f.Backwards:
		return selectUsersBackwards, []any{email, int64(f.Limit)}
	}
	return selectUsers, []any{email, int64(f.Limit)}
}

// behind is the place in an order of times from which on f asks.
func behind(f *identity.UserFilter) []any {
	switch {
	case f.After.ID == "" && f.Backwards:
		return []any{int64(math.MaxInt64), "", int64(f.Limit)}
	case f.After.ID == "":
		return []any{int64(math.MinInt64), "", int64(f.Limit)}
	}
	return []any{micros(f.After.At), string(f.After.ID), int64(f.Limit)}
}

// lastRune sorts behind all others: what begins with a text lies between that and
// the text with lastRune behind it.
const lastRune = "\U0010FFFF"

func scanUser(rows *sql.Rows) (identity.User, error) { return scanUserAnd(rows) }

// scanUserAnd scans what follows the columns of a person, too.
func scanUserAnd(rows *sql.Rows, more ...any) (u identity.User, err error) {
	err = rows.Scan(append([]any{
		&u.ID, &u.Email, &u.EmailVerified, &u.Name,
		documentIn{&u.Claims},
		&u.Disabled,
		instant{&u.Created},
		instant{&u.Updated},
		&u.Rev,
		instant{&u.LastSignIn},
	}, more...)...)
	return u, err
}

// UsersIn returns people who were put into a group or an organisation, behind one in the
// order of their ids, at most limit.
func (s *Store) UsersIn(ctx context.Context, c identity.Circle, after id.User, limit int) ([]identity.User, error) {
	found, err := list(ctx, s, selectUsersIn, []any{c.Kind, c.ID, string(after), int64(limit)}, scanUser)
	return found, doing("list people in something", err)
}

// DisabledUsers returns the ids of people who are disabled, behind after in their
// order, at most limit.
func (s *Store) DisabledUsers(ctx context.Context, after string, limit int) ([]string, error) {
	found, err := list(ctx, s, selectDisabledUsers, []any{after, int64(limit)}, oneText)
	return found, doing("list disabled people", err)
}

// oneText scans a row of one text.
func oneText(rows *sql.Rows) (text string, err error) {
	err = rows.Scan(&text)
	return text, err
}

var usersTable = table{
	statements: []*statement{
		insertUser, updateUser, deleteUser, selectUser, selectUserByEmail, selectUsers, selectUsersBackwards, selectKeptOut, selectKeptOutBackwards,
		selectUsersCreated, selectUsersCreatedBackwards, putLastSignIn, selectUsersSignedIn, selectUsersSignedInBackwards, searchEmails, searchNames, searchWords, deleteWords, insertWords,
		selectUsersIn, selectDisabledUsers, lockUser,
	},
}
