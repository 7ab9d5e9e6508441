package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
)

// Looked is a file of people that was looked at.
type Looked struct {
	Tally
	rows []Row
}

// Rows are the rows with what each would come to, in the order in which rows are told of.
func (l *Looked) Rows() []Row {
	return slices.SortedFunc(slices.Values(l.rows), func(a, b Row) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.N, b.N)) })
}

// Look finds out what each row of a file comes to, whose numbers and lines are set. It writes
// nothing, and takes as long as there are rows: it is for outside of every transaction, and
// Begin for within one. Invalid "import.rows": there are none, or too many.
func (s *Service) Look(ctx context.Context, rows []Row) (Looked, error) {
	switch {
	case len(rows) == 0:
		return Looked{}, badRows("has nobody in it")
	case len(rows) > MaxRows:
		return Looked{}, badRows(fmt.Sprintf("has more than %d rows", MaxRows))
	}
	if err := s.know(ctx, s.check(rows)); err != nil {
		return Looked{}, fmt.Errorf("look at a file of people: %w", err)
	}
	return Looked{tallyOf(rows), rows}, nil
}

// tallyOf counts the rows of a file that nobody dealt with.
func tallyOf(rows []Row) Tally {
	t := Tally{Total: len(rows)}
	for i := range rows {
		t.Wrong += count(rows[i].Kind == Wrong)
		t.Known += count(rows[i].Kind == Known)
	}
	return t
}

// stillKnown are the rows without what those say of people who were there when they were looked at, and
// are not now: in the transaction that stores them, so that who is deleted from then on is found.
func (s *Service) stillKnown(ctx context.Context, rows []Row) ([]Row, error) {
	known := map[string]*Row{}
	rows = slices.Clone(rows)
	for i := range rows {
		if r := &rows[i]; r.Kind == Known {
			known[identity.Canonical(r.Person.Email)] = r
		}
	}
	there, err := s.Store.IDsByEmail(ctx, slices.Collect(maps.Keys(known)))
	for email, r := range known {
		if there[email] == "" {
			r.Kind, r.User, r.Person, r.Problems = Wrong, "", identity.User{}, Deleted()
		}
	}
	return rows, err
}

// check settles the rows that are wrong, and returns the others by their addresses.
func (s *Service) check(rows []Row) map[string]*Row {
	all := make(map[string]*Row, len(rows))
	for i := range rows {
		r := &rows[i]
		if len(r.Problems) == 0 {
			r.Problems = wrong(s.People.CheckPerson(&r.Person))
		}
		email := identity.Canonical(r.Person.Email)
		if len(r.Problems) == 0 && all[email] != nil {
			r.Problems = []fault.Field{{Name: "email", Problem: "is in an earlier row, too"}}
		}
		if len(r.Problems) > 0 {
			r.settle(Wrong, "")
			continue
		}
		r.Kind, all[email] = New, r
	}
	return all
}

// know marks the rows whose address somebody has.
func (s *Service) know(ctx context.Context, rows map[string]*Row) error {
	emails := make([]string, 0, len(rows))
	for email := range rows {
		emails = append(emails, email)
	}
	taken, err := s.Store.IDsByEmail(ctx, emails)
	for email, r := range rows {
		if who := taken[email]; who != "" {
			r.Kind, r.User = Known, who
		}
	}
	return err
}

// settle says what came of a row. What it said of a person is kept no longer: who was made
// has it, and nobody else is to.
func (r *Row) settle(k Kind, who id.User) {
	r.Kind, r.User, r.Person = k, who, identity.User{Email: address(r.Person.Email)}
}

// wrong is what a fault says of the person of a row, nil where it says nothing.
func wrong(err error) []fault.Field {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		return nil
	case len(f.Fields) == 0:
		return []fault.Field{{Problem: f.Detail}}
	}
	return f.Fields
}

// Deleted is what is wrong with a row of somebody who was deleted before it was dealt with.
func Deleted() []fault.Field {
	return []fault.Field{{Problem: "is of somebody who was deleted since the file was looked at"}}
}

func badRows(problem string) error {
	return &fault.Error{Kind: fault.Invalid, Code: "import.rows", Detail: "The file cannot be used.", Fields: []fault.Field{{Name: "content", Problem: problem}}}
}

// NameOf is the name of a file as it is kept: in MaxFile characters, all of which can be seen.
func NameOf(file string) string { return cut(visible(file), MaxFile) }

// address is an address as a report tells of it, be it one or not.
func address(email string) string { return cut(visible(email), maxAddress) }

func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

func cut(text string, most int) string {
	if all := []rune(text); len(all) > most {
		return string(all[:most-1]) + "…"
	}
	return text
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
