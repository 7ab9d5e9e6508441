package intake

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
)

// Begin looks at the rows of a file, whose numbers and lines are set, and keeps what each
// comes to; run makes those who are new, in the background. Invalid "import.rows": there are
// none, or too many. TooMany "import.full": there are MaxKept already.
func (s *Service) Begin(ctx context.Context, o Owner, file string, rows []Row, run bool) (Import, error) {
	switch {
	case len(rows) == 0:
		return Import{}, badRows("has nobody in it")
	case len(rows) > MaxRows:
		return Import{}, badRows(fmt.Sprintf("has more than %d rows", MaxRows))
	}
	if err := s.check(ctx, rows); err != nil {
		return Import{}, fmt.Errorf("look at a file of people: %w", err)
	}
	now := clock.Now()
	im := Import{ID: id.NewImport(), State: Checked, Owner: o, File: called(file), Total: len(rows), Created: now, Over: now.Add(KeptFor), Rev: 1}
	for i := range rows {
		im.Wrong += count(rows[i].Kind == Wrong)
		im.Known += count(rows[i].Kind == Known)
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		full, err := s.Store.KeepsImports(ctx, MaxKept-1)
		if err != nil {
			return err
		}
		if full {
			return &fault.Error{Kind: fault.TooMany, Code: "import.full", Detail: fmt.Sprintf("There are %d imports, and there can be no more. Each goes a week after its end.", MaxKept), RetryAfter: time.Hour}
		}
		if run {
			im.State, im.Began = Running, now
			if err := s.begun(ctx, o, &im); err != nil {
				return err
			}
		}
		return s.Store.InsertImport(ctx, im, rows)
	})
	if err != nil {
		return Import{}, fmt.Errorf("begin an import: %w", err)
	}
	return im, nil
}

// Run makes those of an import who are new, in the background, in the name of o. rev is the
// revision that was seen, 0 for whatever it is. Conflict "import.changed": it is another.
// Conflict "import.state": it was run already.
func (s *Service) Run(ctx context.Context, o Owner, name id.Import, rev int64) (Import, error) {
	return s.change(ctx, name, rev, func(ctx context.Context, im *Import) error {
		now := clock.Now()
		if im.State != Checked {
			return fault.New(fault.Conflict, "import.state", "This was done already. Look at what came of it.")
		}
		im.State, im.Owner, im.Began, im.Over = Running, o, now, now.Add(KeptFor)
		return s.begun(ctx, o, im)
	})
}

// Stop ends an import that is not done; who was made stays. Faults as of Run.
func (s *Service) Stop(ctx context.Context, by audit.Actor, name id.Import, rev int64) (Import, error) {
	return s.change(ctx, name, rev, func(ctx context.Context, im *Import) error {
		if im.State != Checked && im.State != Running {
			return fault.New(fault.Conflict, "import.state", "This was done already. Look at what came of it.")
		}
		im.stop(WhyAsked)
		return s.record(ctx, by, ActionStop, im, "")
	})
}

func (im *Import) stop(why string) {
	now := clock.Now()
	im.State, im.Why, im.Ended, im.Over = Stopped, why, now, now.Add(KeptFor)
}

// change writes what f makes of an import that stays as it is meanwhile.
func (s *Service) change(ctx context.Context, name id.Import, rev int64, f func(ctx context.Context, im *Import) error) (im Import, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if im, err = s.Store.HoldImport(ctx, name); err != nil {
			return err
		}
		if rev != 0 && rev != im.Rev {
			return fault.New(fault.Conflict, "import.changed", "This import went on meanwhile. Look at it again.")
		}
		if err := f(ctx, &im); err != nil {
			return err
		}
		err := s.Store.UpdateImport(ctx, im)
		im.Rev++
		return err
	})
	if err != nil {
		return Import{}, fmt.Errorf("change an import: %w", err)
	}
	return im, nil
}

// begun records that an import began, and tells who does it.
func (s *Service) begun(ctx context.Context, o Owner, im *Import) error {
	if err := s.record(ctx, o.By, ActionBegin, im, ""); err != nil {
		return err
	}
	s.Store.AfterCommit(ctx, s.tell)
	return nil
}

func (s *Service) tell() {
	select {
	case s.News <- struct{}{}:
	default: // somebody hears of it already, or nobody listens
	}
}

// check finds out what each row comes to.
func (s *Service) check(ctx context.Context, rows []Row) error {
	seen := map[string]bool{}
	var emails []string
	for i := range rows {
		r := &rows[i]
		if len(r.Problems) == 0 {
			r.Problems = wrong(s.People.CheckPerson(&r.Person))
		}
		email := identity.Canonical(r.Person.Email)
		if len(r.Problems) == 0 && seen[email] {
			r.Problems = []fault.Field{{Name: "email", Problem: "is in an earlier row, too"}}
		}
		if r.Kind = New; len(r.Problems) > 0 {
			r.settle(Wrong, "")
			continue
		}
		seen[email] = true
		emails = append(emails, email)
	}
	taken, err := s.Store.IDsByEmail(ctx, emails)
	if err != nil {
		return err
	}
	for i := range rows {
		if who := taken[identity.Canonical(rows[i].Person.Email)]; rows[i].Kind == New && who != "" {
			rows[i].Kind, rows[i].User = Known, who
		}
	}
	return nil
}

// settle says what came of a row. What it said of a person is kept no longer: who was made
// has it, and nobody else is to.
func (r *Row) settle(k Kind, who id.User) {
	r.Kind, r.User, r.Person = k, who, identity.User{Email: short(r.Person.Email)}
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

func badRows(problem string) error {
	return &fault.Error{Kind: fault.Invalid, Code: "import.rows", Detail: "The file cannot be used.", Fields: []fault.Field{{Name: "content", Problem: problem}}}
}

// called is the name of a file as it is kept.
func called(file string) string {
	file = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, strings.ToValidUTF8(file, ""))
	return cut(file, maxFile)
}

// short is an address as a report tells of it, be it one or not.
func short(email string) string { return called(cut(email, 320)) }

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
