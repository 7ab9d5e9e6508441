// Package intake takes in people by the file: it looks at every row by the very rules by
// which one person is made, keeps what it found, and makes those who are new in the
// background.
//
// Where an import stands is in the database and nowhere else. A batch of rows is one
// transaction, in which the people, what is recorded of them, the outcome of their rows and
// the place in the file are written together: whoever is killed amid it leaves nothing of
// it, and nobody is made twice. Of several replicas one goes on, under a lease; that two do
// is prevented by the row of the import, which each batch holds.
//
// An import goes on in the name of who began it, and asks before each batch whether they
// still may.
package intake

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/proof"
)

// The bounds of one file, and of what is kept.
const (
	MaxBytes = 4 << 20
	MaxRows  = 10_000
	// MaxKept is how many imports there are at once, and KeptFor how long one is kept that
	// does not run, after it was looked at, stopped or done.
	MaxKept = 50
	KeptFor = 7 * 24 * time.Hour
	// MaxFile is how long the name of a file may be, in characters.
	MaxFile = 200
	// maxAddress is as much as a report tells of what stands where an address should.
	maxAddress = 320
)

// State is how far an import is.
type State string

// The states.
const (
	Checked  State = "checked" // it was looked at, and nobody was made
	Running  State = "running"
	Finished State = "done"
	Stopped  State = "stopped"
)

// Why an import was stopped.
const (
	WhyAsked = "asked" // somebody stopped it
	WhyRight = "right" // who began it may make people no more
	WhyRows  = "rows"  // rows that nobody had dealt with are gone
)

// Import is a file of people on its way.
type Import struct {
	ID    id.Import
	State State
	Owner Owner
	File  string // the name of the file; may be empty
	Tally

	Why                   string // it was stopped
	Created, Began, Ended time.Time
	Over                  time.Time // from then on it is not there, unless it runs
	Rev                   int64
}

// Tally counts rows: Total is how many there are, and Done how many were dealt with. Of all,
// Made is how many people were made, Known how many were there already, and Wrong how many are
// none: the rest is still to be made.
type Tally struct{ Total, Done, Made, Known, Wrong int }

// New is how many people are still to be made.
func (t *Tally) New() int { return t.Total - t.Made - t.Known - t.Wrong }

// over reports whether an import is not there any more, though it was not swept yet.
func (im *Import) over() bool { return im.State != Running && !im.Over.After(clock.Now()) }

// there is an import that was read, if it is not over.
func there(im Import, err error) (Import, error) {
	if err == nil && im.over() {
		return Import{}, fault.Missing("import")
	}
	return im, err
}

// Owner is in whose name an import goes on, and as how well proved: how long a proof was ago
// counts from when the import began.
type Owner struct {
	By        audit.Actor
	Level     proof.Level
	Ago       time.Duration // since the last proof, when it began; negative: there was none
	Delegated bool
	Scopes    []string
	Until     time.Time // when the key that they came with ends, zero for never
}

// Kind is what a row comes to.
type Kind int

// The kinds, in the order in which rows are told of.
const (
	Wrong Kind = iota // it is nobody
	Known             // somebody has the address already
	New               // a person is made, or was
)

// Row is a row of a file.
type Row struct {
	N, Line  int // which it is of the rows, from 1 on, and where in the file it begins
	Kind     Kind
	Person   identity.User // as the file has them; what was dealt with has the address alone
	Problems []fault.Field // what is wrong with it
	User     id.User       // who has the address, or was made; kept of what was dealt with alone
}

// Place is where a list of rows goes on: behind the row of that kind and number.
type Place struct {
	Kind Kind
	N    int
}

// Cursor is where a list of imports goes on, the newest first.
type Cursor struct {
	At time.Time
	ID id.Import
}

// Store keeps imports; *store.Store does. Methods join the transaction of ctx; what is not
// there is a NotFound fault.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	AfterCommit(ctx context.Context, f func())
	Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)

	InsertImport(ctx context.Context, im Import, rows []Row) error
	Import(ctx context.Context, name id.Import) (Import, error)
	// HoldImport is Import; in a transaction it stays as it is until that ends.
	HoldImport(ctx context.Context, name id.Import) (Import, error)
	// UpdateImport writes everything but ID, File, Total and Created, and raises the revision.
	UpdateImport(ctx context.Context, im Import) error
	// Imports returns imports behind a place, the newest first: those that run, and those that
	// are not over at now.
	Imports(ctx context.Context, after Cursor, now time.Time, limit int) ([]Import, error)
	// KeepsImports reports whether more than n imports are kept.
	KeepsImports(ctx context.Context, n int) (bool, error)
	// DeleteImport removes one, with its rows.
	DeleteImport(ctx context.Context, name id.Import) error
	// NextImport returns the running one that began first.
	NextImport(ctx context.Context) (Import, error)
	// ImportRows returns rows behind a place, by their kinds and numbers, none of a kind behind last.
	ImportRows(ctx context.Context, of id.Import, after Place, last Kind, limit int) ([]Row, error)
	// RowsBehind returns rows behind the one with a number.
	RowsBehind(ctx context.Context, of id.Import, n, limit int) ([]Row, error)
	// PutRow writes what came of a row, and forgets all of the person but the address.
	PutRow(ctx context.Context, of id.Import, r Row) error
	// ForgetRows forgets all but the addresses of the people of the rows behind the one with a
	// number.
	ForgetRows(ctx context.Context, of id.Import, n int) error
	// IDsByEmail returns who has which of the addresses, by identity.Canonical of these.
	IDsByEmail(ctx context.Context, emails []string) (map[string]id.User, error)
}

// Rights knows what somebody may still do.
type Rights interface {
	// MayTakeIn answers Forbidden where the owner of an import may make people no more. Any
	// other error says that nobody knows now.
	MayTakeIn(ctx context.Context, o Owner) error
}

// Service takes in people. All fields but Holder and News are needed.
type Service struct {
	Store  Store
	Audit  audit.Recorder
	People *identity.Service
	Rights Rights
	// Holder names this process in the lease.
	Holder string
	// News hears, in this process, that an import began; nil: nobody does.
	News chan struct{}
}

// Import answers NotFound for what is not there, or is over.
func (s *Service) Import(ctx context.Context, name id.Import) (Import, error) {
	return there(s.Store.Import(ctx, name))
}

// Made returns whom an import made and who are there still. NotFound: it is not there, or is over.
func (s *Service) Made(ctx context.Context, name id.Import) (made []id.User, err error) {
	if _, err := s.Import(ctx, name); err != nil {
		return nil, err
	}
	for at := (Place{Kind: New}); ; {
		rows, err := s.Store.ImportRows(ctx, name, at, New, madeAtOnce)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if at.N = r.N; r.User != "" {
				made = append(made, r.User)
			}
		}
		if len(rows) < madeAtOnce {
			return made, nil
		}
	}
}

// madeAtOnce is how many rows Made reads at once.
const madeAtOnce = 1000

// Imports lists imports, the newest first.
func (s *Service) Imports(ctx context.Context, after Cursor, limit int) ([]Import, Cursor, error) {
	found, err := s.Store.Imports(ctx, after, clock.Now(), limit+1)
	if err != nil || len(found) <= limit {
		return found, Cursor{}, err
	}
	last := found[limit-1]
	return found[:limit], Cursor{last.Created, last.ID}, nil
}

// Rows lists the rows of an import: those that are wrong first, then those who are there
// already. last is the kind of the last ones that are wanted.
func (s *Service) Rows(ctx context.Context, of id.Import, after Place, last Kind, limit int) ([]Row, Place, error) {
	found, err := s.Store.ImportRows(ctx, of, after, last, limit+1)
	if err != nil {
		return nil, Place{}, err
	}
	var next Place
	if len(found) > limit {
		found, next = found[:limit], Place{found[limit-1].Kind, found[limit-1].N}
	}
	return found, next, s.name(ctx, found)
}

// name says who has the address of rows that nobody dealt with yet. That is not kept of these:
// a row goes with its person, and one that is still to be dealt with must not.
func (s *Service) name(ctx context.Context, rows []Row) error {
	open := map[string]*Row{}
	for i := range rows {
		if r := &rows[i]; r.Kind == Known && r.User == "" {
			open[identity.Canonical(r.Person.Email)] = r
		}
	}
	if len(open) == 0 {
		return nil
	}
	return s.know(ctx, open)
}

// With is the row with something that is wrong with it: in a field, or as a whole.
func (r Row) With(field, problem string) Row {
	r.Problems = append(r.Problems, fault.Field{Name: field, Problem: problem})
	return r
}
