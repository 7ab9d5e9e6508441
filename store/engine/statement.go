package engine

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/fault"
)

// Statement is one SQL text that runs on both databases, with placeholders $1,
// $2 and so on. It is a value of whoever wrote it: a database knows the
// statements that it was opened with, and no others.
type Statement struct {
	text   string
	sqlite string // the text as SQLite is given it
	traits Trait
	writes bool
}

// Trait says how a statement is used.
type Trait uint8

const (
	// Hot is for the reads that nearly every request makes: readers of SQLite
	// keep them prepared.
	Hot Trait = 1 << iota
	// Locks is for a SELECT whose rows, within InTx, nobody else may change until
	// the transaction ends: who reads a row there to write it back loses nobody's
	// change. SQLite has one writer, so there it is a plain SELECT, and so it is
	// on Postgres outside of InTx. It is also for an INSERT from such a SELECT,
	// which locks wherever it runs.
	Locks
	// Rows is for an INSERT of many rows, whose placeholders come in their order, once
	// each. SQLite is given them without numbers: to find the argument of a numbered one
	// it looks at all that came before.
	Rows
	// OnlyPostgres is for a text that SQLite does not understand.
	OnlyPostgres
	// OnlySQLite is for a text that Postgres does not understand.
	OnlySQLite
)

// NewStatement makes a statement of text. One that does not begin with SELECT
// writes.
func NewStatement(text string, traits Trait) *Statement {
	text = strings.TrimSpace(text)
	st := &Statement{text: text, sqlite: text, traits: traits, writes: !strings.HasPrefix(text, "SELECT")}
	if st.Has(Rows) {
		st.sqlite = withoutNumbers(text)
	}
	return st
}

// withoutNumbers makes ? of each placeholder. There are some thousands of them, each start
// comes by here, and with expressions here and in package store it took 9 ms instead of 2.
func withoutNumbers(text string) string {
	parts := strings.Split(text, "$")
	for i, part := range parts[1:] {
		parts[i+1] = "?" + strings.TrimLeft(part, "0123456789")
	}
	return strings.Join(parts, "")
}

// Text returns the SQL.
func (st *Statement) Text() string { return st.text }

// Has reports whether st has all of traits.
func (st *Statement) Has(traits Trait) bool { return st.traits&traits == traits }

// locking returns the text for a transaction on Postgres. The lock leaves those
// alone who only refer to the row by a foreign key.
func (st *Statement) locking() string {
	if st.Has(Locks) {
		return st.text + "\nFOR NO KEY UPDATE"
	}
	return st.text
}

// set is the statements of one database. Each has a number, under which
// connections keep it prepared.
type set struct {
	all     []*Statement
	numbers map[*Statement]int
}

func newSet(all []*Statement) *set {
	s := &set{all: append(slices.Clone(all), schemaVersion)}
	s.numbers = make(map[*Statement]int, len(s.all))
	for i, st := range s.all {
		s.numbers[st] = i
	}
	return s
}

// number returns the number of st. A statement of nobody's list is a
// programmer's mistake: no test would have prepared it.
func (s *set) number(st *Statement) (int, error) {
	n, ok := s.numbers[st]
	if !ok {
		return 0, fault.Wrap(fmt.Errorf("a statement is missing in the list of its table: %s", st.text), fault.Internal, "store.stranger", "")
	}
	return n, nil
}
