package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"gatehouse/store/engine"
)

// severalRows is how many rows a statement of several writes.
const severalRows = 100

var placeholder = regexp.MustCompile(`\$(\d+)`)

// several is an INSERT of one row, for severalRows of them at once. Its VALUES are one
// list without brackets within it; what comes behind them stays.
func several(one *statement) *statement {
	head, rest, ok := strings.Cut(one.Text(), "VALUES (")
	row, tail, closed := strings.Cut(rest, ")")
	if !ok || !closed {
		panic("store: this inserts no rows: " + one.Text()) // a programmer's mistake
	}
	columns := len(placeholder.FindAllString(row, -1))
	rows := make([]string, severalRows)
	for i := range rows {
		rows[i] = "(" + placeholder.ReplaceAllStringFunc(row, func(p string) string {
			var n int
			_, _ = fmt.Sscanf(p, "$%d", &n) // it is one by the expression
			return fmt.Sprintf("$%d", i*columns+n)
		}) + ")"
	}
	return engine.NewStatement(head+"VALUES "+strings.Join(rows, ", ")+tail, engine.Rows)
}

// insertAll writes a list by as few statements as there can be, in one transaction.
func insertAll[T any](ctx context.Context, s *Store, one, many *statement, list []T, args func(T) []any) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		for len(list) >= severalRows {
			var all []any
			for _, v := range list[:severalRows] {
				all = append(all, args(v)...)
			}
			if _, err := s.exec(ctx, many, all...); err != nil {
				return err
			}
			list = list[severalRows:]
		}
		for _, v := range list {
			if _, err := s.exec(ctx, one, args(v)...); err != nil {
				return err
			}
		}
		return nil
	})
}
