package store

import (
	"context"
	"database/sql"
	"math"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/identity/intake"
)

const (
	importColumns    = "id, state, owner, file, total, done_rows, made, known, wrong, why, created_at, began_at, ended_at, over_at, rev"
	importRowColumns = "n, line, kind, email, email_verified, name, claims, problems, COALESCE(user_id, '')"
)

// importOver is true of what is not there any more: what runs is, however old it is.
const importOver = "state <> 'running' AND over_at <= $1"

var (
	insertImport = newStatement(`
INSERT INTO imports (` + importColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`)

	updateImport = newStatement(`
UPDATE imports
SET state = $2, owner = $3, done_rows = $4, made = $5, known = $6, wrong = $7, why = $8, began_at = $9, ended_at = $10, over_at = $11, rev = rev + 1
WHERE id = $1`)

	selectImport = newStatement(`
SELECT ` + importColumns + `
FROM imports
WHERE id = $1`)

	lockImport = lockStatement(`
SELECT ` + importColumns + `
FROM imports
WHERE id = $1`)

	// Index imports_created, from its end. There are no more than intake.MaxKept.
	selectImports = newStatement(`
SELECT ` + importColumns + `
FROM imports
WHERE (created_at, id) < ($1, $2) AND (state = 'running' OR over_at > $3)
ORDER BY created_at DESC, id DESC
LIMIT $4`)

	// Index imports_created.
	selectImportBehind = newStatement(`
SELECT id
FROM imports
ORDER BY created_at, id
LIMIT 1 OFFSET $1`)

	deleteImport = newStatement(`
DELETE FROM imports
WHERE id = $1`)

	// Index imports_running.
	selectNextImport = newStatement(`
SELECT ` + importColumns + `
FROM imports
WHERE state = 'running'
ORDER BY began_at, id
LIMIT 1`)

	insertImportRow = newStatement(`
INSERT INTO import_rows (import_id, n, line, kind, email, email_key, email_verified, name, claims, problems)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)

	insertImportRows = several(insertImportRow)

	// The primary key.
	putImportRow = newStatement(`
UPDATE import_rows
SET kind = $3, email = $4, email_verified = FALSE, name = '', claims = '{}', problems = $5, user_id = $6
WHERE import_id = $1 AND n = $2`)

	// The primary key, of one slice.
	forgetImportRows = newStatement(`
UPDATE import_rows
SET email_verified = FALSE, name = '', claims = '{}'
WHERE import_id = $1 AND n > $2 AND n <= $3`)

	// Index import_rows_email: nobody is in a file of their own twice.
	countOutOfImports = newStatement(`
UPDATE imports
SET rev = rev + 1,
    known = known - (
        SELECT COUNT(*)
        FROM import_rows r
        WHERE r.email_key = $1 AND r.user_id IS NULL AND r.import_id = imports.id AND r.kind = 1),
    wrong = wrong + (
        SELECT COUNT(*)
        FROM import_rows r
        WHERE r.email_key = $1 AND r.user_id IS NULL AND r.import_id = imports.id AND r.kind > 0)
WHERE id IN (
    SELECT import_id
    FROM import_rows
    WHERE email_key = $1 AND user_id IS NULL)`)

	// Index import_rows_email.
	emptyImportRows = newStatement(`
UPDATE import_rows
SET kind = 0, email = '', email_key = '', email_verified = FALSE, name = '', claims = '{}', problems = $2
WHERE email_key = $1 AND user_id IS NULL`)

	// The primary key, walked from the row before.
	selectImportRowsBehind = newStatement(`
SELECT ` + importRowColumns + `
FROM import_rows
WHERE import_id = $1 AND n > $2
ORDER BY n
LIMIT $3`)

	// Index import_rows_kind, walked from the last page's end.
	selectImportRows = newStatement(`
SELECT ` + importRowColumns + `
FROM import_rows
WHERE import_id = $1 AND (kind, n) > ($2, $3) AND kind <= $4
ORDER BY kind, n
LIMIT $5`)
)

// InsertImport stores an import with its rows. Who has the address of a row is kept once it was
// dealt with, and no earlier: a row goes with its person.
func (s *Store) InsertImport(ctx context.Context, im intake.Import, rows []intake.Row) error {
	return doing("store an import", s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.exec(ctx, insertImport, string(im.ID), string(im.State), document(im.Owner), im.File, int64(im.Total), int64(im.Done), int64(im.Made), int64(im.Known),
			int64(im.Wrong), im.Why, micros(im.Created), when(im.Began), when(im.Ended), micros(im.Over), im.Rev)
		if err != nil {
			return err
		}
		return insertAll(ctx, s, insertImportRow, insertImportRows, rows, func(r intake.Row) []any {
			p := &r.Person
			return []any{string(im.ID), int64(r.N), int64(r.Line), int64(r.Kind), p.Email, identity.Canonical(p.Email), p.EmailVerified, p.Name, document(p.Claims), document(r.Problems)}
		})
	}))
}

// UpdateImport writes everything but ID, File, Total and Created, and raises the revision.
func (s *Store) UpdateImport(ctx context.Context, im intake.Import) error {
	ok, err := s.changed(ctx, updateImport, string(im.ID), string(im.State), document(im.Owner), int64(im.Done), int64(im.Made), int64(im.Known), int64(im.Wrong),
		im.Why, when(im.Began), when(im.Ended), micros(im.Over))
	if err == nil && !ok {
		err = fault.Missing("import")
	}
	return doing("update an import", err)
}

// Import answers NotFound for what is not there.
func (s *Store) Import(ctx context.Context, name id.Import) (intake.Import, error) {
	return s.oneImport(ctx, selectImport, string(name))
}

// HoldImport is Import; in a transaction the import also stays as it is until it ends.
func (s *Store) HoldImport(ctx context.Context, name id.Import) (intake.Import, error) {
	return s.oneImport(ctx, lockImport, string(name))
}

// NextImport returns the running one that began first, or NotFound.
func (s *Store) NextImport(ctx context.Context) (intake.Import, error) {
	return s.oneImport(ctx, selectNextImport)
}

func (s *Store) oneImport(ctx context.Context, st *statement, args ...any) (im intake.Import, err error) {
	err = s.one(ctx, "import", st, args, func(rows *sql.Rows) error {
		im, err = scanImport(rows)
		return err
	})
	return im, doing("read an import", err)
}

func scanImport(rows *sql.Rows) (im intake.Import, err error) {
	return im, rows.Scan(&im.ID, &im.State, documentIn{&im.Owner}, &im.File, &im.Total, &im.Done, &im.Made, &im.Known, &im.Wrong, &im.Why,
		instant{&im.Created}, instant{&im.Began}, instant{&im.Ended}, instant{&im.Over}, &im.Rev)
}

// Imports returns imports behind a place, the newest first: those that run, and those that are
// not over at now.
func (s *Store) Imports(ctx context.Context, after intake.Cursor, now time.Time, limit int) ([]intake.Import, error) {
	place := []any{int64(math.MaxInt64), "", micros(now), int64(limit)}
	if after.ID != "" {
		place = []any{micros(after.At), string(after.ID), micros(now), int64(limit)}
	}
	found, err := list(ctx, s, selectImports, place, scanImport)
	return found, doing("list imports", err)
}

// KeepsImports reports whether more than n imports are kept.
func (s *Store) KeepsImports(ctx context.Context, n int) (more bool, err error) {
	err = s.each(ctx, selectImportBehind, []any{int64(n)}, func(*sql.Rows) error { more = true; return nil })
	return more, doing("count imports", err)
}

// DeleteImport removes one, with its rows. NotFound: it is not there.
func (s *Store) DeleteImport(ctx context.Context, name id.Import) error {
	ok, err := s.changed(ctx, deleteImport, string(name))
	if err == nil && !ok {
		err = fault.Missing("import")
	}
	return doing("delete an import", err)
}

// forgottenAtOnce is how many rows a slice of ForgetRows has.
const forgottenAtOnce = 1000

// ForgetRows forgets all but the addresses of the people of the rows behind the one with a
// number, slice by slice: the numbers of an import's rows have no gaps.
func (s *Store) ForgetRows(ctx context.Context, of id.Import, n int) error {
	for from, more := n, true; more; from += forgottenAtOnce {
		var err error
		if more, err = s.changed(ctx, forgetImportRows, string(of), int64(from), int64(from+forgottenAtOnce)); err != nil {
			return doing("forget rows of an import", err)
		}
	}
	return nil
}

// forgetInImports empties what rows that nobody dealt with say of somebody who is deleted: it is not
// kept of them, and they are not made anew by it.
func (s *Store) forgetInImports(ctx context.Context, email string) error {
	key := identity.Canonical(email)
	if key == "" {
		return nil
	}
	if _, err := s.exec(ctx, countOutOfImports, key); err != nil {
		return err
	}
	_, err := s.exec(ctx, emptyImportRows, key, document(intake.Deleted()))
	return err
}

// PutRow writes what came of a row, and forgets all of the person but the address.
func (s *Store) PutRow(ctx context.Context, of id.Import, r intake.Row) error {
	_, err := s.exec(ctx, putImportRow, string(of), int64(r.N), int64(r.Kind), r.Person.Email, document(r.Problems), orNull(string(r.User)))
	return doing("write what came of a row", err)
}

// RowsBehind returns rows behind the one with a number.
func (s *Store) RowsBehind(ctx context.Context, of id.Import, n, limit int) ([]intake.Row, error) {
	found, err := list(ctx, s, selectImportRowsBehind, []any{string(of), int64(n), int64(limit)}, scanImportRow)
	return found, doing("read rows of an import", err)
}

// ImportRows returns rows behind a place, by their kinds and numbers, none of a kind behind
// last.
func (s *Store) ImportRows(ctx context.Context, of id.Import, after intake.Place, last intake.Kind, limit int) ([]intake.Row, error) {
	found, err := list(ctx, s, selectImportRows, []any{string(of), int64(after.Kind), int64(after.N), int64(last), int64(limit)}, scanImportRow)
	return found, doing("list rows of an import", err)
}

func scanImportRow(rows *sql.Rows) (r intake.Row, err error) {
	p := &r.Person
	return r, rows.Scan(&r.N, &r.Line, &r.Kind, &p.Email, &p.EmailVerified, &p.Name, documentIn{&p.Claims}, documentIn{&r.Problems}, &r.User)
}

var importsTable = table{
	statements: []*statement{
		insertImport, updateImport, selectImport, lockImport, selectImports, selectImportBehind, deleteImport, selectNextImport,
		insertImportRow, insertImportRows, putImportRow, forgetImportRows, countOutOfImports, emptyImportRows, selectImportRowsBehind, selectImportRows,
	},
	brooms: []broom{ // index imports_over; the rows go first, of which there are many, and none of what still runs
		{"rows of imports", 0, sweep("import_rows", "import_id, n", "import_id IN (SELECT id FROM imports WHERE "+importOver+")")},
		{"imports", 0, sweep("imports", "id", importOver+" AND NOT EXISTS (SELECT 1 FROM import_rows r WHERE r.import_id = imports.id)")},
	},
}
