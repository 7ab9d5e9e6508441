package intake

import (
	"context"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
)

const (
	// batchRows is how many rows one transaction deals with: for its time nobody else writes
	// to SQLite. longestRest is how long the house has for others between two of them.
	batchRows   = 25
	longestRest = time.Second

	// lease is what one replica at a time goes on under, and leaseFor how long others wait for
	// one that vanished. It is renewed when half of it is over.
	lease    = "import"
	leaseFor = 20 * time.Second
)

// Step goes on with what is running, until nothing is. Where another replica does, it does
// nothing.
func (s *Service) Step(ctx context.Context, _ time.Time) error {
	var ours time.Time // until when this process has the lease
	defer func() {
		if !ours.IsZero() {
			s.leave(ctx)
		}
	}()
	for ctx.Err() == nil {
		im, err := s.Store.NextImport(ctx)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		begun := time.Now()
		if ours.Sub(begun) < leaseFor/2 {
			mine, err := s.Store.Lease(ctx, lease, s.Holder, begun, begun.Add(leaseFor))
			if err != nil || !mine {
				return err
			}
			ours = begun.Add(leaseFor)
		}
		if err := s.goOn(ctx, im); err != nil {
			return fmt.Errorf("go on with an import: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(time.Since(begun), longestRest)):
		}
	}
	return ctx.Err()
}

// leave lets another replica go on at once.
func (s *Service) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	now := time.Now()
	_, _ = s.Store.Lease(ctx, lease, s.Holder, now, now) // else it waits for leaseFor
}

// goOn deals with the next rows of an import, if who began it still may.
func (s *Service) goOn(ctx context.Context, im Import) error {
	if may, err := s.may(ctx, im); err != nil || !may {
		return err
	}
	if _, err := s.batch(ctx, im.ID, batchRows); !ofRow(err) {
		return err
	}
	// Somebody has come by the address of one of them meanwhile, or the rules are others now:
	// each by itself.
	for range batchRows {
		if may, err := s.may(ctx, im); err != nil || !may {
			return err
		}
		if err := s.single(ctx, im.ID); err != nil {
			return err
		}
	}
	return nil
}

// may reports whether who began an import still may make people, and stops it where not. An error
// says that nobody knows: it waits.
func (s *Service) may(ctx context.Context, im Import) (bool, error) {
	err := s.Rights.MayTakeIn(ctx, im.Owner)
	if fault.Is(err, fault.Forbidden) {
		return false, s.lost(ctx, im.ID)
	}
	return err == nil, err
}

// single deals with the next row by itself. Who came by its address between the look for who
// has it and the making is found at the second look.
func (s *Service) single(ctx context.Context, name id.Import) error {
	n, err := s.batch(ctx, name, 1)
	if taken(err) {
		n, err = s.batch(ctx, name, 1)
	}
	if ofRow(err) {
		return s.refuse(ctx, name, n, err)
	}
	return err
}

// lost stops an import whose owner lost the right to it.
func (s *Service) lost(ctx context.Context, name id.Import) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		im, err := s.Store.HoldImport(ctx, name)
		if err != nil || im.State != Running {
			return err
		}
		return s.giveUp(ctx, &im, WhyRight, ReasonRight)
	})
}

// giveUp stops an import because nobody could go on with it.
func (s *Service) giveUp(ctx context.Context, im *Import, why string, reason audit.Reason) error {
	if err := s.stop(ctx, audit.Actor{Kind: audit.House}, im, why, reason); err != nil {
		return err
	}
	return s.Store.UpdateImport(ctx, *im)
}

// ofRow reports whether an error is about a person, and not about the house.
func ofRow(err error) bool {
	return fault.Is(err, fault.Invalid) || taken(err)
}

// taken reports whether an error says that somebody has the address of a row.
func taken(err error) bool {
	return fault.Is(err, fault.Conflict) && fault.CodeOf(err) == "user.email_taken"
}

// batch deals with so many of the next rows in one transaction: all of it, or nothing. It
// returns how many were done before it.
func (s *Service) batch(ctx context.Context, name id.Import, rows int) (done int, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		im, err := s.Store.HoldImport(ctx, name)
		if done = im.Done; err != nil || im.State != Running {
			return err
		}
		if im.Done == im.Total {
			return s.finish(ctx, &im)
		}
		next, err := s.Store.RowsBehind(ctx, name, im.Done, rows)
		if err != nil {
			return err
		}
		if !follow(next, im.Done) {
			return s.giveUp(ctx, &im, WhyRows, ReasonRows)
		}
		err = audit.Together(ctx, func(ctx context.Context) error { return s.takeIn(ctx, &im, next) })
		if err != nil {
			return err
		}
		return s.Store.UpdateImport(ctx, im)
	})
	return done, err
}

// follow reports whether rows are there, and are those behind the first done: what was not dealt
// with goes with nobody and for no age, and an import that lost some of it is not done.
func follow(rows []Row, done int) bool {
	for i := range rows {
		if rows[i].N != done+1+i {
			return false
		}
	}
	return len(rows) > 0
}

func (s *Service) finish(ctx context.Context, im *Import) error {
	now := clock.Now()
	im.State, im.Ended, im.Over = Finished, now, now.Add(KeptFor)
	if err := s.record(ctx, im.Owner.By, ActionEnd, im, ""); err != nil {
		return err
	}
	return s.Store.UpdateImport(ctx, *im)
}

// takeIn makes the people of rows, but those who are there.
func (s *Service) takeIn(ctx context.Context, im *Import, rows []Row) error {
	var emails []string
	for _, r := range rows {
		if r.Kind != Wrong {
			emails = append(emails, identity.Canonical(r.Person.Email))
		}
	}
	taken, err := s.Store.IDsByEmail(ctx, emails)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		im.Done = r.N
		if r.Kind == Wrong {
			continue
		}
		im.Known -= count(r.Kind == Known) // as it was when the file was looked at
		if who := taken[identity.Canonical(r.Person.Email)]; who != "" {
			im.Known++
			r.settle(Known, who)
		} else {
			made, err := s.People.Create(ctx, im.Owner.By, r.Person, "")
			if err != nil {
				return err
			}
			im.Made++
			r.settle(New, made.ID)
		}
		if err := s.Store.PutRow(ctx, im.ID, *r); err != nil {
			return err
		}
	}
	return nil
}

// refuse says of the row behind the first done that it is wrong, as an error tells.
func (s *Service) refuse(ctx context.Context, name id.Import, done int, no error) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		im, err := s.Store.HoldImport(ctx, name)
		if err != nil || im.State != Running || im.Done != done {
			return err // another replica went on
		}
		rows, err := s.Store.RowsBehind(ctx, name, im.Done, 1)
		if err != nil {
			return err
		}
		if !follow(rows, done) {
			return nil // the next batch says so
		}
		r := &rows[0]
		im.Known -= count(r.Kind == Known)
		im.Done, im.Wrong = r.N, im.Wrong+1
		r.Problems = wrong(no)
		r.settle(Wrong, "")
		if err := s.Store.PutRow(ctx, im.ID, *r); err != nil {
			return err
		}
		return s.Store.UpdateImport(ctx, im)
	})
}
