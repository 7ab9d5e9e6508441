package store

import "strings"

// statement is one SQL text that runs on both databases. There is one for each
// question, made at start and kept in statements, so that a test can prepare
// every one of them and connections can keep them prepared.
type statement struct {
	number int
	text   string
	writes bool
	locks  bool // on Postgres the rows that are read stay locked until the transaction ends
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

// lockStatement is a SELECT inside InTx whose rows nobody else may change until
// the transaction ends. SQLite has one writer, so there it is a plain SELECT.
func lockStatement(text string) *statement {
	st := newStatement(text)
	st.locks = true
	return st
}

// postgres returns the text for Postgres.
func (st *statement) postgres() string {
	if st.locks {
		return st.text + "\nFOR UPDATE"
	}
	return st.text
}
