package store

import "strings"

// statement is one SQL text that runs on both databases. There is one for each
// question, made at start and kept in statements, so that a test can prepare
// every one of them and connections can keep them prepared.
type statement struct {
	number int
	text   string
	writes bool
	locks  bool // within a transaction on Postgres, the rows that are read stay locked until it ends
	hot    bool // readers of SQLite keep it prepared
}

var statements []*statement

func newStatement(text string) *statement {
	text = strings.TrimSpace(text)
	st := &statement{number: len(statements), text: text, writes: !strings.HasPrefix(text, "SELECT")}
	statements = append(statements, st)
	return st
}

// hotStatement is for the reads that nearly every request makes.
func hotStatement(text string) *statement {
	st := newStatement(text)
	st.hot = true
	return st
}

// lockStatement is a SELECT whose rows, within InTx, nobody else may change
// until the transaction ends: who reads a row there to write it back loses
// nobody's change. SQLite has one writer, so there it is a plain SELECT, and so
// it is on Postgres outside of a transaction.
func lockStatement(text string) *statement {
	st := newStatement(text)
	st.locks = true
	return st
}

// hotLockStatement is a lockStatement that nearly every request uses outside of
// a transaction.
func hotLockStatement(text string) *statement {
	st := lockStatement(text)
	st.hot = true
	return st
}

// locking returns the text for a transaction on Postgres. The lock leaves those
// alone who only refer to the row by a foreign key.
func (st *statement) locking() string {
	if st.locks {
		return st.text + "\nFOR NO KEY UPDATE"
	}
	return st.text
}
