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
// since e was read, so look again. It joins the transaction of ctx.
func (s *Service) Finish(ctx context.Context, e Entry) error {
	i := e.Interaction
	if i.Finished.IsZero() {
		now := clock.Now()
		i.Finished, i.Expires = now, now.Add(FinishedLife)
		i.Progress.User, i.Progress.Session = e.Decision.User, e.Decision.Session
	}
	err := s.Store.UpdateInteraction(ctx, i)
	if fault.Is(err, fault.NotFound) {
		err = gone(err)
	}
	if err != nil {
		return fmt.Errorf("finish sign-in: %w", err)
	}
	return nil
}

// reopen makes a finished sign-in go on, as if it had not been answered.
func (i *Interaction) reopen(ttl time.Duration) {
	if i.Finished.IsZero() {
		return
	}
	i.Finished, i.Expires = time.Time{}, i.Created.Add(ttl)
}

// over says why nothing of the sign-in can be shown any more, nil if something
// can: it took too long, or it was answered, and not to who is here now.
func (i *Interaction) over(d Decision, now time.Time) error {
	finished, late := !i.Finished.IsZero(), !now.Before(i.Expires)
	switch {
	case finished && (late || !i.answers(d)):
		return gone(nil)
	case late:
		return fault.New(fault.Conflict, "flow.expired", "This sign-in took too long. Please begin again.")
	}
	return nil
}

// answers reports whether d is about whom the sign-in was answered for.
func (i *Interaction) answers(d Decision) bool {
	return (d.Step == StepIssue || d.Step == StepRefuse) && d.User == i.Progress.User && d.Session == i.Progress.Session
}
