package store

import "gatehouse/store/engine"

// statement is one SQL text. Each is listed in the table of its noun; the
// database refuses one that is not.
type statement = engine.Statement

func newStatement(text string) *statement { return engine.NewStatement(text, 0) }

// hotStatement is for the reads that nearly every request makes.
func hotStatement(text string) *statement { return engine.NewStatement(text, engine.Hot) }

// lockStatement is a SELECT, or an INSERT from one, whose rows, within InTx,
// nobody else may change until the transaction ends.
func lockStatement(text string) *statement { return engine.NewStatement(text, engine.Locks) }

// hotLockStatement is a lockStatement that nearly every request uses outside of
// a transaction.
func hotLockStatement(text string) *statement {
	return engine.NewStatement(text, engine.Hot|engine.Locks)
}

// postgresStatement is for what only Postgres understands.
func postgresStatement(text string) *statement { return engine.NewStatement(text, engine.OnlyPostgres) }

// sqliteStatement is a hotStatement that only SQLite understands.
func sqliteStatement(text string) *statement {
	return engine.NewStatement(text, engine.OnlySQLite|engine.Hot)
}
