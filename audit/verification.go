package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// Verification is a look at all of the log that is kept: how far it is, and what it found.
type Verification struct {
	ID    id.Verification
	State VerificationState
	By    Actor // who began it, without from where
	// Done of Total rows were looked at; a Total of 0: nobody knows yet how many there are.
	Done, Total    int64
	Runs           int // how often it was begun: a process that ended amid it left it to another one
	Good           bool
	Verdict        json.RawMessage // what a finished one found, as Looker tells it
	Created, Ended time.Time
	// MAC says that this house found what a finished one says: its row lies in the database that it
	// is about.
	MAC []byte
}

// VerificationState is how far a verification is.
type VerificationState string

// The states. Foreign is in no row.
const (
	VerificationRuns        VerificationState = "running"
	VerificationDone        VerificationState = "done"
	VerificationStopped     VerificationState = "stopped"     // by somebody
	VerificationInterrupted VerificationState = "interrupted" // as often as it was begun it came to no end
	VerificationForeign     VerificationState = "foreign"     // this house did not write what it says
)

// The bounds of what is kept.
const (
	// KeptVerifications is how many there are; the oldest makes room for another.
	KeptVerifications = 20
	// mostRuns is how often one is begun: what ends the process each time is not tried for ever. An
	// outage of the store and a process that is told to stop are no tries.
	mostRuns = 3
	// verifyLease is under what one replica at a time looks, and verifyLeaseFor how long others wait
	// for one that vanished. progressEvery is how often it is told how far one is.
	verifyLease    = "verify"
	verifyLeaseFor = 20 * time.Second
	progressEvery  = time.Second
	// giveBackWithin is how long a process that stops takes to say that it does not go on.
	giveBackWithin = 5 * time.Second
)

// What is recorded of verifications.
const (
	KindVerification Kind = "verification"

	ActionVerifyBegin Action = "verification.begin"
	ActionVerifyStop  Action = "verification.stop"
	ActionVerifyEnd   Action = "verification.end"
)

// VerificationStore keeps verifications; *store.Store does. Methods join the transaction of ctx; what
// is not there is a NotFound fault.
type VerificationStore interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	AfterCommit(ctx context.Context, f func())
	Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)

	// InsertVerification stores one. Conflict "verification.running": one runs already.
	InsertVerification(ctx context.Context, v Verification) error
	Verification(ctx context.Context, name id.Verification) (Verification, error)
	// Verifications returns the newest, the newest first.
	Verifications(ctx context.Context, limit int) ([]Verification, error)
	// RunningVerification returns the one that runs.
	RunningVerification(ctx context.Context) (Verification, error)
	// UpdateVerification writes everything of one that runs but ID, By and Created. NotFound: it runs
	// no more.
	UpdateVerification(ctx context.Context, v Verification) error
	// DropVerifications removes all but the newest that do not run, and leaves so many.
	DropVerifications(ctx context.Context, leave int) error
}

// Looked is what a look at all of the log came to.
type Looked struct {
	Good     bool
	Sealed   int64 // how many events are sealed
	Findings int
	Verdict  json.RawMessage
}

// Looker looks at all of the log. went is told how far it is; an error of it ends the look.
type Looker func(ctx context.Context, went func(done, total int64) error) (Looked, error)

// Verifications begins looks at all of the log, and does them in the background, one at a time. All
// fields but News are needed.
type Verifications struct {
	Store VerificationStore
	Audit Recorder
	Keys  Keys
	Look  Looker
	// Holder names this process in the lease.
	Holder string
	// News hears, in this process, that one began; nil: nobody does.
	News chan struct{}
}

// Begin begins one. Conflict "verification.running": one runs already.
func (s *Verifications) Begin(ctx context.Context, by Actor) (Verification, error) {
	by.Request, by.IP, by.Agent = "", "", "" // where somebody was is for events, which forget it with them
	v := Verification{ID: id.NewVerification(), State: VerificationRuns, By: by, Created: clock.Now()}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.DropVerifications(ctx, KeptVerifications-1); err != nil {
			return err
		}
		if err := s.Store.InsertVerification(ctx, v); err != nil {
			return err
		}
		if err := s.record(ctx, &v, by, ActionVerifyBegin, nil); err != nil {
			return err
		}
		s.Store.AfterCommit(ctx, s.tell)
		return nil
	})
	if err != nil {
		return Verification{}, fmt.Errorf("begin a verification: %w", err)
	}
	return v, nil
}

func (s *Verifications) tell() {
	select {
	case s.News <- struct{}{}:
	default: // somebody hears of it already, or nobody listens
	}
}

// Get returns one; NotFound for none.
func (s *Verifications) Get(ctx context.Context, name id.Verification) (Verification, error) {
	v, err := s.Store.Verification(ctx, name)
	return s.held(v), err
}

// List returns those that are kept, the newest first.
func (s *Verifications) List(ctx context.Context) ([]Verification, error) {
	all, err := s.Store.Verifications(ctx, KeptVerifications)
	for i := range all {
		all[i] = s.held(all[i])
	}
	return all, err
}

// held is v without what this house did not find: whoever owns the database could write that the log
// is as it was recorded.
func (s *Verifications) held(v Verification) Verification {
	if v.State == VerificationDone && !sameMAC(v.MAC, s.Keys.verificationMAC(&v)) {
		v.State, v.Good, v.Verdict = VerificationForeign, false, nil
	}
	return v
}

// Stop ends one that runs. Conflict "verification.state": it does not.
func (s *Verifications) Stop(ctx context.Context, by Actor, name id.Verification) (v Verification, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if v, err = s.Store.Verification(ctx, name); err != nil {
			return err
		}
		v.State, v.Ended = VerificationStopped, clock.Now()
		if err := s.Store.UpdateVerification(ctx, v); err != nil {
			if fault.Is(err, fault.NotFound) {
				err = fault.New(fault.Conflict, "verification.state", "This verification does not run any more. Look at what came of it.")
			}
			return err
		}
		return s.record(ctx, &v, by, ActionVerifyStop, nil)
	})
	if err != nil {
		return Verification{}, fmt.Errorf("stop a verification: %w", err)
	}
	return v, nil
}

// Step does the one that runs, if no other replica does. When the house ends amid it, it goes on
// from the beginning with the next process: the tree is built anew.
func (s *Verifications) Step(ctx context.Context, _ time.Time) error {
	v, err := s.Store.RunningVerification(ctx)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r := &verifying{Verifications: s, Verification: v}
	if mine, err := r.lease(ctx, time.Now()); err != nil || !mine {
		return err
	}
	defer r.leave(ctx)
	if err := r.do(ctx); err != nil {
		return fmt.Errorf("do a verification: %w", err)
	}
	return nil
}

// verifying is a verification that this process does.
type verifying struct {
	*Verifications
	Verification
	until, told time.Time
}

func (r *verifying) lease(ctx context.Context, now time.Time) (mine bool, err error) {
	if mine, err = r.Store.Lease(ctx, verifyLease, r.Holder, now, now.Add(verifyLeaseFor)); mine {
		r.until = now.Add(verifyLeaseFor)
	}
	return mine, err
}

// leave lets another replica go on at once.
func (r *verifying) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackWithin)
	defer cancel()
	now := time.Now()
	_, _ = r.Store.Lease(ctx, verifyLease, r.Holder, now, now) // else it waits for verifyLeaseFor
}

// errNotOurs ends a look that somebody stopped, or another replica took over.
var errNotOurs = errors.New("the verification is not this process's any more")

func (r *verifying) do(ctx context.Context) error {
	if r.Runs >= mostRuns {
		return r.end(ctx, VerificationInterrupted, Looked{})
	}
	r.Runs, r.Done, r.Total = r.Runs+1, 0, 0
	if err := r.Store.UpdateVerification(ctx, r.Verification); err != nil {
		return unlessOver(err)
	}
	found, err := r.Look(ctx, func(done, total int64) error { return r.went(ctx, done, total) })
	if errors.Is(err, errNotOurs) {
		return nil
	}
	if err != nil {
		return errors.Join(err, r.untry(ctx, err))
	}
	r.Done = r.Total
	return r.end(ctx, VerificationDone, found)
}

// untry takes back a try that came to no end for a reason that will pass: the store is away, or the
// process stops as it was told to. Where that cannot be written the try counts.
func (r *verifying) untry(ctx context.Context, why error) error {
	if !fault.Is(why, fault.Unavailable) && ctx.Err() == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackWithin)
	defer cancel()
	r.Runs--
	return unlessOver(r.Store.UpdateVerification(ctx, r.Verification))
}

// went writes how far it is, and keeps the lease.
func (r *verifying) went(ctx context.Context, done, total int64) error {
	now := time.Now()
	r.Done, r.Total = done, total
	if now.Sub(r.told) < progressEvery {
		return nil
	}
	if r.until.Sub(now) < verifyLeaseFor/2 {
		mine, err := r.lease(ctx, now)
		if err != nil {
			return err
		}
		if !mine {
			return errNotOurs
		}
	}
	r.told = now
	err := r.Store.UpdateVerification(ctx, r.Verification)
	if fault.Is(err, fault.NotFound) {
		return errNotOurs
	}
	return err
}

// unlessOver is err, and nil where it says that somebody stopped it.
func unlessOver(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (r *verifying) end(ctx context.Context, state VerificationState, found Looked) error {
	r.State, r.Ended, r.Good, r.Verdict = state, clock.Now(), found.Good, found.Verdict
	r.MAC = r.Keys.verificationMAC(&r.Verification)
	return unlessOver(r.Store.InTx(ctx, func(ctx context.Context) error {
		if err := r.Store.UpdateVerification(ctx, r.Verification); err != nil {
			return err
		}
		if state == VerificationInterrupted {
			return r.record(ctx, &r.Verification, Actor{Kind: House}, ActionVerifyStop, nil)
		}
		return r.record(ctx, &r.Verification, r.By, ActionVerifyEnd, map[string]any{"good": found.Good, "sealed": found.Sealed, "findings": found.Findings})
	}))
}

func (s *Verifications) record(ctx context.Context, v *Verification, by Actor, action Action, after map[string]any) error {
	e := Event{Actor: by, Action: action, Target: Target{Kind: KindVerification, ID: string(v.ID)}}
	if after != nil {
		e.After = Doc(after)
	}
	return s.Audit.Record(ctx, e)
}

// verificationMAC says that this house found what a verification says.
func (k Keys) verificationMAC(v *Verification) []byte {
	said := strings.Join([]string{string(v.ID), string(v.State), v.Created.UTC().Format(time.RFC3339Nano), v.Ended.UTC().Format(time.RFC3339Nano), fmt.Sprint(v.Good), string(v.Verdict)}, "\x00")
	return k.macOfText("verification", said)
}
