package flow

import (
	"context"
	"fmt"
	"time"

	"gatehouse/clock"
	"gatehouse/fault"
)

// FinishedLife is how long a sign-in that was answered leads on to the same
// answer: a second click cancels the answer to the first, and nobody should be
// stranded by it.
const FinishedLife = time.Minute

// Finish notes that the sign-in of e was answered as e decided. For FinishedLife
// it may be answered again, for the person and the session of that decision and
// nobody else, and then it is over. "interaction.stale" (Conflict): it went on
// since e was read, so look again. It joins the transaction of ctx. Where nothing is
// stored and nobody is known there is nothing to note.
func (s *Service) Finish(ctx context.Context, e Entry) error {
	i := e.Interaction
	if !i.Stored() && e.Decision.User == "" {
		return nil
	}
	if i.Finished.IsZero() {
		i.Finished = clock.Now()
		i.Progress.User, i.Progress.Session = e.Decision.User, e.Decision.Session
	}
	err := s.keep(ctx, &i)
	if fault.Is(err, fault.NotFound) {
		err = gone(err)
	}
	if err != nil {
		return fmt.Errorf("finish sign-in: %w", err)
	}
	return nil
}

// over says why nothing of the sign-in can be shown any more, nil if something
// can: it took too long, or it was answered, and not to who is here now.
func (i *Interaction) over(d Decision, now time.Time) error {
	switch finished := !i.Finished.IsZero(); {
	case finished && (!now.Before(i.Finished.Add(FinishedLife)) || !i.answers(d)):
		return gone(nil)
	case !now.Before(i.Expires):
		return fault.New(fault.Conflict, "flow.expired", "This sign-in took too long. Please begin again.")
	}
	return nil
}

// answers reports whether d is about whom the sign-in was answered for.
func (i *Interaction) answers(d Decision) bool {
	return (d.Step == StepIssue || d.Step == StepRefuse) && d.User == i.Progress.User && d.Session == i.Progress.Session
}
