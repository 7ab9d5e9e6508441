package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// Begin keeps what a file was looked at for; run makes those who are new, in the background.
// Where as many imports are kept as may be, one that does not run makes room (first). TooMany
// "import.full": all of them do.
func (s *Service) Begin(ctx context.Context, o Owner, file string, l Looked, run bool) (Import, error) {
	now := clock.Now()
	im := Import{ID: id.NewImport(), Owner: o, File: NameOf(file), Created: now, Over: now.Add(KeptFor), Rev: 1}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.makeRoom(ctx, o); err != nil {
			return err
		}
		rows, err := s.stillKnown(ctx, l.rows)
		if err != nil {
			return err
		}
		im.State, im.Tally = Checked, tallyOf(rows)
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

// makeRoom makes room for one more of o.
func (s *Service) makeRoom(ctx context.Context, o Owner) error {
	for missed := 0; missed < 3; {
		full, err := s.Store.KeepsImports(ctx, MaxKept-1)
		if err != nil || !full {
			return err
		}
		all, err := s.Store.Imports(ctx, Cursor{}, time.Time{}, MaxKept) // those that are over, too
		if err != nil {
			return err
		}
		dropped, err := s.drop(ctx, first(all, o.By))
		if err != nil {
			return err
		}
		if !dropped { // all of them run, or somebody else took that one to make room
			missed++
		}
	}
	return &fault.Error{Kind: fault.TooMany, Code: "import.full", Detail: fmt.Sprintf("%d imports run, and there can be no more at once. Each makes room when it is done.", MaxKept), RetryAfter: time.Minute}
}

// first is the import that makes room for another one of by, "" where all run: one of their own
// before those of others, so that nobody's files push out anybody else's, and one that was looked at
// before a report of what was done; of these the one that would be over first.
func first(all []Import, by audit.Actor) id.Import {
	idle := slices.DeleteFunc(slices.Clone(all), func(im Import) bool { return im.State == Running })
	if len(idle) == 0 {
		return ""
	}
	rank := func(im *Import) int {
		return count(!im.over())<<2 | count(im.Owner.By.Kind != by.Kind || im.Owner.By.ID != by.ID)<<1 | count(im.State != Checked)
	}
	return slices.MinFunc(idle, func(a, b Import) int { return cmp.Or(rank(&a)-rank(&b), a.Over.Compare(b.Over)) }).ID
}

// drop forgets an import that makes room, and reports whether it was there to do so.
func (s *Service) drop(ctx context.Context, name id.Import) (bool, error) {
	if name == "" {
		return false, nil
	}
	im, err := s.Store.HoldImport(ctx, name)
	if fault.Is(err, fault.NotFound) || err == nil && im.State == Running {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !im.over() {
		if err := s.record(ctx, audit.Actor{Kind: audit.House}, ActionDiscard, &im, ReasonRoom); err != nil {
			return false, err
		}
	}
	return true, s.Store.DeleteImport(ctx, name)
}

// Run makes those of an import who are new, in the background, in the name of o. rev is the
// revision that was seen, 0 for whatever it is. Conflict "import.changed": it is another.
// Conflict "import.state": it was run already.
func (s *Service) Run(ctx context.Context, o Owner, name id.Import, rev int64) (Import, error) {
	return s.change(ctx, name, rev, func(ctx context.Context, im *Import) error {
		now := clock.Now()
		if im.State != Checked {
			return doneAlready()
		}
		im.State, im.Owner, im.Began, im.Over = Running, o, now, now.Add(KeptFor)
		return s.begun(ctx, o, im)
	})
}

// Stop ends an import that is not done; who was made stays. Faults as of Run.
func (s *Service) Stop(ctx context.Context, by audit.Actor, name id.Import, rev int64) (Import, error) {
	return s.change(ctx, name, rev, func(ctx context.Context, im *Import) error {
		if im.State != Checked && im.State != Running {
			return doneAlready()
		}
		return s.stop(ctx, by, im, WhyAsked, "")
	})
}

func doneAlready() error {
	return fault.New(fault.Conflict, "import.state", "This was done already. Look at what came of it.")
}

// stop ends im, and forgets what its rows that nobody will deal with say of people.
func (s *Service) stop(ctx context.Context, by audit.Actor, im *Import, why string, reason audit.Reason) error {
	now := clock.Now()
	im.State, im.Why, im.Ended, im.Over = Stopped, why, now, now.Add(KeptFor)
	if err := s.Store.ForgetRows(ctx, im.ID, im.Done); err != nil {
		return err
	}
	return s.record(ctx, by, ActionStop, im, reason)
}

// Discard forgets an import, and what came of its rows; who was made stays. Faults as of Run;
// Conflict "import.state": it runs.
func (s *Service) Discard(ctx context.Context, by audit.Actor, name id.Import, rev int64) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		im, err := s.hold(ctx, name, rev)
		switch {
		case err != nil:
			return err
		case im.State == Running:
			return fault.New(fault.Conflict, "import.state", "This import runs. Stop it first.")
		}
		if err := s.record(ctx, by, ActionDiscard, &im, ""); err != nil {
			return err
		}
		return s.Store.DeleteImport(ctx, name)
	})
	if err != nil {
		return fmt.Errorf("discard an import: %w", err)
	}
	return nil
}

// change writes what f makes of an import that stays as it is meanwhile.
func (s *Service) change(ctx context.Context, name id.Import, rev int64, f func(ctx context.Context, im *Import) error) (im Import, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if im, err = s.hold(ctx, name, rev); err != nil {
			return err
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

// hold returns an import that is there, and in the revision that was seen.
func (s *Service) hold(ctx context.Context, name id.Import, rev int64) (Import, error) {
	im, err := there(s.Store.HoldImport(ctx, name))
	if err == nil && rev != 0 && rev != im.Rev {
		err = fault.New(fault.Conflict, "import.changed", "This import went on meanwhile. Look at it again.")
	}
	return im, err
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
