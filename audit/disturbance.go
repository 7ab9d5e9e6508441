package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gatehouse/clock"
)

// ActionDisturb is that somebody else wrote into the tables of the audit log, and was
// noticed while Gatehouse went on.
const ActionDisturb Action = "audit.disturb"

// What was noticed.
const (
	ReasonAdded      Reason = "added"              // something waits that this house did not record
	ReasonAgain      Reason = "waits_again"        // something waits that is sealed
	ReasonLeaf       Reason = "foreign_leaf"       // there is a leaf that this house did not seal
	ReasonCheckpoint Reason = "foreign_checkpoint" // there is a checkpoint that this house did not sign
	ReasonTree       Reason = "tree_changed"       // the tree was not the one that was signed, and was made anew of its leaves
	ReasonNotOld     Reason = "not_as_sealed"      // what was to be removed for its age is not what was sealed
)

// Disturbance is something in the tables of the audit log that Gatehouse did not write,
// and that keeps nothing from being sealed.
type Disturbance struct {
	Reason Reason `json:"-"`
	Rows   int    `json:"rows"`
	First  string `json:"first"` // the id of an event, or which entry or checkpoint
}

// String says what it is.
func (d Disturbance) String() string {
	what := map[Reason]string{
		ReasonAdded:      "something waits to be sealed that Gatehouse did not record",
		ReasonAgain:      "something waits to be sealed that is sealed",
		ReasonLeaf:       "there is a leaf that Gatehouse did not seal",
		ReasonCheckpoint: "there is a checkpoint that Gatehouse did not sign",
		ReasonTree:       "the tree was not the one that was signed, and was made anew of its leaves",
		ReasonNotOld:     "what was to be removed for its age is not what was sealed, and stays",
	}[d.Reason]
	return fmt.Sprintf("%s (rows: %d, first: %s)", what, d.Rows, d.First)
}

// Disturbed is an error that says what was noticed. It is ErrForged.
type Disturbed []Disturbance

// Error implements error.
func (d Disturbed) Error() string {
	all := make([]string, len(d))
	for i, one := range d {
		all[i] = one.String()
	}
	return ErrForged.Error() + ": " + strings.Join(all, "; ")
}

// Is reports whether target is ErrForged.
func (d Disturbed) Is(target error) bool { return target == ErrForged }

// WhetherSealed is nil for what a Sealer noticed while all was sealed, and err for what kept it from that.
func WhetherSealed(err error) error {
	if _, noticed := errors.AsType[Disturbed](err); noticed {
		return nil
	}
	return err
}

// sightings is what was noticed at one time.
type sightings map[Reason]*foreign

func (s sightings) sight(why Reason, name string) {
	if s[why] == nil {
		s[why] = &foreign{}
	}
	s[why].add(name)
}

// sightAll is sight for what was counted already; it replaces what was said before.
func (s sightings) sightAll(why Reason, f foreign) {
	if f.rows > 0 {
		s[why] = &f
	}
}

func (s sightings) all() (all Disturbed) {
	for why, f := range s {
		all = append(all, Disturbance{Reason: why, Rows: f.rows, First: f.first})
	}
	slices.SortFunc(all, func(a, b Disturbance) int { return strings.Compare(string(a.Reason), string(b.Reason)) })
	return all
}

// How often the same is told: at once when it is new, then when there is more of it, and
// each day while it lasts. So nobody fills the log with it.
const (
	tellMore  = 10 * time.Minute
	tellAgain = 24 * time.Hour
)

// teller tells of disturbances as events, and not of each again and again. Those who seal
// at once, in the background and for a request, share one.
type teller struct {
	mu   sync.Mutex
	told map[Reason]toldOf
}

type toldOf struct {
	Disturbance
	at time.Time
}

// tell records what was noticed, and returns whether there was anything to tell. Of several
// at once who noticed the same, one records it.
func (t *teller) tell(ctx context.Context, log Recorder, all Disturbed, now time.Time) (told bool, err error) {
	if log == nil || len(all) == 0 {
		return false, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, d := range all {
		was, known := t.told[d.Reason]
		if since := now.Sub(was.at); known && since < tellAgain && (d == was.Disturbance || since < tellMore) {
			continue
		}
		e := Event{At: clock.Cut(now), Actor: Actor{Kind: House}, Action: ActionDisturb, Target: Itself(), Reason: d.Reason, After: Doc(d)}
		if one := log.Record(ctx, e); one != nil {
			err = errors.Join(err, one)
			continue
		}
		if t.told == nil {
			t.told = map[Reason]toldOf{}
		}
		t.told[d.Reason], told = toldOf{d, now}, true
	}
	return told, err
}

// longestName is how much of a name that somebody else wrote is repeated, in bytes.
const longestName = 64

// cut is a name that somebody else wrote, as text of a length.
func cut(name string) string { return plain(name[:min(len(name), longestName)]) }

func nameOf(c Checkpoint) string { return fmt.Sprintf("the checkpoint of %d entries", c.Size) }

func nameOfLeaf(l *Leaf) string { return fmt.Sprintf("entry %d, %s", l.Seq, cut(string(l.Event))) }
