package audit

import (
	"context"
	"log/slog"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
)

// ActionRefuse is that somebody was kept from what they lack the right to.
const ActionRefuse Action = "access.refuse"

// Why somebody was refused.
const (
	ReasonForbidden Reason = "forbidden" // they lack a permission
	ReasonNotHeld   Reason = "not_held"  // they would hand on what they do not hold
)

// Refusals records who was refused what, each in a transaction of its own: the one
// that was refused leaves nothing behind.
type Refusals struct {
	Audit Recorder
	// AfterEnd runs f once the transaction of ctx is over, or at once.
	AfterEnd func(ctx context.Context, f func(ctx context.Context))
	// Take counts one event of key, and returns how long its sender has to wait: a
	// flood of refusals fills no table.
	Take func(ctx context.Context, key string) time.Duration
	Log  *slog.Logger

	backlog backlog
}

// Tell records e, whose outcome is Refused, once the transaction of ctx is over, and
// as a rule before whoever began that one gets the answer. While the database hangs or is
// away it returns after a quarter of a second, and e is recorded when the database can take
// it: a refusal stays one whatever comes of it. What cannot be recorded is logged and
// counted. Of one actor, and of one address, so many are recorded and no more. A nil
// Refusals records nothing.
func (r *Refusals) Tell(ctx context.Context, e Event) {
	if r == nil {
		return
	}
	r.AfterEnd(ctx, func(ctx context.Context) { r.tell(ctx, e) })
}

// Waiting is how many refusals are still to be recorded.
func (r *Refusals) Waiting() int { return r.backlog.len() }

// Lost is how many refusals could not be recorded, by this process.
func (r *Refusals) Lost() uint64 { return r.backlog.lost.Load() }

// closeWithin is how long the end of a process waits for what is still to be recorded.
const closeWithin = 2 * time.Second

// Close records what waits, or counts it as lost, and takes no more. A nil Refusals has
// nothing to do.
func (r *Refusals) Close() {
	if r != nil {
		r.backlog.close(closeWithin)
	}
}

// Refused is Tell for a door that knows which permission was needed, and on what. What
// the guard of what is handed on refused it has told of by itself. It returns nil.
func (r *Refusals) Refused(ctx context.Context, by Actor, permission string, on Target, why error) error {
	if fault.CodeOf(why) == codeNotHeld {
		return nil
	}
	if on == (Target{}) {
		on = Itself()
	}
	r.Tell(ctx, Event{Actor: by, Action: ActionRefuse, Target: on, Reason: ReasonForbidden, After: Doc(map[string]any{"permission": permission})})
	return nil
}

// codeNotHeld is the answer of access to who would hand on what they do not hold.
const codeNotHeld = "access.not_held"

func (r *Refusals) tell(ctx context.Context, e Event) {
	for _, key := range []string{"actor " + string(e.Actor.Kind) + " " + e.Actor.ID, "address " + id.Network(e.Actor.IP)} {
		if r.Take(context.WithoutCancel(ctx), key) > 0 {
			return // the log of requests has it
		}
	}
	e.Outcome, e.ID, e.At = Refused, id.NewEvent(), time.Now() // of now, and not of when it is written
	if len(e.Target.ID) > longestID {                          // what nothing is called
		e.Target = Itself()
	}
	n := &late{event: e, record: r.Audit.Record, failed: func(err error) { r.lost(e, err) }, ended: make(chan struct{})}
	r.backlog.put(n)
	patience := time.NewTimer(answerWithin)
	defer patience.Stop()
	select {
	case <-n.ended:
	case <-patience.C:
	}
}

func (r *Refusals) lost(e Event, err error) {
	r.Log.Error("a refusal could not be recorded", "action", string(e.Action), "actor", string(e.Actor.Kind)+":"+e.Actor.ID,
		"request_id", string(e.Actor.Request), "err", err)
}
