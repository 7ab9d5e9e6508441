package intake

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// Begin keeps what a file was looked at for; run makes those who are new, in the background.
// Where as many imports are kept as may be, the one that would go first makes room, of those
// that do not run. TooMany "import.full": all of them do.
func (s *Service) Begin(ctx context.Context, o Owner, file string, l Looked, run bool) (Import, error) {
	now := clock.Now()
	im := Import{ID: id.NewImport(), State: Checked, Owner: o, File: NameOf(file), Tally: l.Tally, Created: now, Over: now.Add(KeptFor), Rev: 1}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.makeRoom(ctx); err != nil {
			return err
		}
		if run {
			im.State, im.Began = Running, now
			if err := s.begun(ctx, o, &im); err != nil {
				return err
			}
		}
		return s.Store.InsertImport(ctx, im, l.rows)
	})
	if err != nil {
		return Import{}, fmt.Errorf("begin an import: %w", err)
	}
	return im, nil
}

// makeRoom makes room for one more.
func (s *Service) makeRoom(ctx context.Context) error {
	for missed := 0; missed < 3; {
		full, err := s.Store.KeepsImports(ctx, MaxKept-1)
		if err != nil || !full {
			return err
		}
		dropped, err := s.Store.DropImport(ctx)
		if err != nil {
			return err
		}
		if !dropped { // all of them run, or somebody else took that one to make room
			missed++
		}
	}
	return &fault.Error{Kind: fault.TooMany, Code: "import.full", Detail: fmt.Sprintf("%d imports run, and there can be no more at once. Each makes room when it is done.", MaxKept), RetryAfter: time.Minute}
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
