package store

import (
	"context"
	"regexp"
	"strconv"
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
	between, numbers := placeholders(row)
	var b strings.Builder
	b.WriteString(head + "VALUES ")
	for i := range severalRows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + between[0])
		for k, n := range numbers {
			b.WriteString("$" + strconv.Itoa(i*len(numbers)+n) + between[k+1])
		}
		b.WriteString(")")
	}
	return engine.NewStatement(b.String()+tail, engine.Rows)
}

// placeholders takes a row apart: what stands between its placeholders, and their numbers.
func placeholders(row string) (between []string, numbers []int) {
	from := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(row, -1) {
		n, _ := strconv.Atoi(row[at[2]:at[3]]) // it is one by the expression
		between, numbers = append(between, row[from:at[0]]), append(numbers, n)
		from = at[1]
	}
	return append(between, row[from:]), numbers
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
