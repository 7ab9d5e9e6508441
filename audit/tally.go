package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/id"
)

// Tally is how many events of a kind there were on a day, or how much there was of
// something when it was counted last on it.
type Tally struct {
	Day     time.Time // its begin, in UTC
	What    string    // the action, or what was counted
	Outcome Outcome   // "" of what is no event
	Detail  string    // of a sign-in its methods, of what was refused the reason
	N       int64
}

// Sum is what is counted of an event.
type Sum struct {
	Leaf    Leaf // that seals it
	There   bool // it was not removed
	At      time.Time
	Action  Action
	Outcome Outcome
	Reason  Reason
	User    id.User         // whom a refusal concerns, if they are there still
	IP      string          // of the two actions that were asked for alone
	After   json.RawMessage // of these alone, too
}

// TallyStore is what Tallier asks; *store.Store does.
type TallyStore interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// Tallied returns up to which place of the tree events are counted.
	Tallied(ctx context.Context) (until int64, err error)
	// HoldTallied is Tallied; in a transaction nobody else counts or forgets what was counted
	// until that ends.
	HoldTallied(ctx context.Context) (until int64, err error)
	// Sums returns what is sealed behind a place, in its order, with the document after
	// and the address of events of two actions, and of the second who it concerns, if they are
	// there still.
	Sums(ctx context.Context, after Place, detailed, refused Action, limit int) ([]Sum, error)
	// AddTallies adds to what was counted before and, by KeepTops, to what was seen most often,
	// and moves the place from one to another. ok is false, and nothing done, when it is
	// another: somebody else counted.
	AddTallies(ctx context.Context, from, to int64, all []Tally, seen []Top) (ok bool, err error)
}

// Tallier counts events by their days, behind the seal: each once, in its order, however
// many replicas there are, and nobody who records one waits for it.
type Tallier struct {
	Store TallyStore
	Keys  Keys
	// SignIns is the action whose document after tells the methods (amr).
	SignIns Action
	// Refused is the action of which it is counted whom it was about and from where it came.
	Refused Action
}

// TallyEvery is how often events are counted.
const TallyEvery = 5 * time.Second

const (
	tallyPage  = 1000 // events that one transaction counts
	tallyPages = 50   // of them in one step: what there is beyond is for the next
)

// Step counts what was sealed since the last one.
func (t *Tallier) Step(ctx context.Context, _ time.Time) error {
	begun, err := t.Store.Tallied(ctx)
	if err != nil {
		return fmt.Errorf("count events: %w", err)
	}
	after := from(begun)
	for range tallyPages {
		n, err := t.page(ctx, &begun, &after)
		if err != nil {
			return fmt.Errorf("count events: %w", err)
		}
		if n < tallyPage {
			return nil
		}
	}
	return nil
}

// page counts what lies behind a place, and moves that on, in one transaction in which nobody is
// erased: who was is not counted again. Leaves that somebody else wrote are passed over.
func (t *Tallier) page(ctx context.Context, begun *int64, after *Place) (n int, err error) {
	if some, err := t.Store.Sums(ctx, *after, t.SignIns, t.Refused, 1); err != nil || len(some) == 0 {
		return 0, err // most often: it costs no transaction
	}
	until, behind := *begun, *after
	err = t.Store.InTx(ctx, func(ctx context.Context) error {
		n, until, behind = 0, *begun, *after
		if held, err := t.Store.HoldTallied(ctx); err != nil || held != until { // somebody else counted
			return err
		}
		sums, err := t.Store.Sums(ctx, behind, t.SignIns, t.Refused, tallyPage)
		if err != nil || len(sums) == 0 {
			return err
		}
		n, behind = len(sums), sums[len(sums)-1].Leaf.place()
		sums = slices.DeleteFunc(sums, func(s Sum) bool { return !t.Keys.sealed(&s.Leaf) })
		if len(sums) == 0 {
			return nil
		}
		until = sums[len(sums)-1].Leaf.Seq + 1
		_, err = t.Store.AddTallies(ctx, *begun, until, t.count(sums), t.tops(sums))
		return err
	})
	if err != nil {
		return 0, err
	}
	*begun, *after = until, behind
	return n, nil
}

// count adds up, in the order of what is counted.
func (t *Tallier) count(sums []Sum) []Tally {
	counted := map[Tally]int64{}
	for i := range sums {
		if s := &sums[i]; s.There {
			counted[Tally{Day: DayOf(s.At), What: string(s.Action), Outcome: s.Outcome, Detail: t.detail(s)}]++
		}
	}
	all := make([]Tally, 0, len(counted))
	for one, n := range counted {
		one.N = n
		all = append(all, one)
	}
	slices.SortFunc(all, compareTallies)
	return all
}

// tops counts whose sign-ins were refused, and from where they came.
func (t *Tallier) tops(sums []Sum) (all []Top) {
	counted := map[Top]int64{}
	for i := range sums {
		s := &sums[i]
		if !s.There || s.Action != t.Refused {
			continue
		}
		for kind, name := range map[TopKind]string{TopAccount: string(s.User), TopAddress: s.IP} {
			if name != "" {
				counted[Top{Day: DayOf(s.At), Kind: kind, Name: name}]++
			}
		}
	}
	for one, n := range counted {
		one.N = n
		all = append(all, one)
	}
	return all
}

func compareTallies(a, b Tally) int {
	if n := a.Day.Compare(b.Day); n != 0 {
		return n
	}
	return strings.Compare(a.What+" "+string(a.Outcome)+" "+a.Detail, b.What+" "+string(b.Outcome)+" "+b.Detail)
}

// DayOf returns the begin of the day of a moment, in UTC.
func DayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

// longestDetail is longer than all methods together, in bytes.
const longestDetail = 64

func (t *Tallier) detail(s *Sum) string {
	if s.Action != t.SignIns {
		return string(s.Reason)
	}
	var after struct {
		Methods []string `json:"amr"`
	}
	_ = json.Unmarshal(s.After, &after) // what was erased meanwhile has none
	slices.Sort(after.Methods)
	if methods := strings.Join(after.Methods, " "); len(methods) <= longestDetail {
		return methods
	}
	return ""
}
