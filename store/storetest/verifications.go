package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/store"
)

func testVerifications(t *testing.T, s *store.Store) {
	ctx := t.Context()
	is := func(err error, kind fault.Kind) {
		t.Helper()
		if !fault.Is(err, kind) {
			t.Errorf("%v, want %v", err, kind)
		}
	}
	running := audit.Verification{ID: id.NewVerification(), State: audit.VerificationRuns, By: audit.Actor{Kind: audit.Person, ID: "usr_a", Client: "web"}, Created: now}
	_, err := s.RunningVerification(ctx)
	is(err, fault.NotFound)
	ok(t, s.InsertVerification(ctx, running))
	second := audit.Verification{ID: id.NewVerification(), State: audit.VerificationRuns, Created: now.Add(time.Second)}
	is(s.InsertVerification(ctx, second), fault.Conflict)
	got := must[audit.Verification](t)(s.RunningVerification(ctx))
	got.Verdict = nil
	same(t, got, running)

	done := running
	done.State, done.Done, done.Total, done.Runs, done.Good, done.Verdict, done.MAC, done.Ended = audit.VerificationDone, 8, 9, 2, true, json.RawMessage(`{"good":true}`), []byte("mac"), now.Add(time.Minute)
	ok(t, s.UpdateVerification(ctx, done))
	same(t, must[audit.Verification](t)(s.Verification(ctx, done.ID)), done)
	is(s.UpdateVerification(ctx, done), fault.NotFound) // it runs no more

	ok(t, s.InsertVerification(ctx, second))
	for i := range 3 {
		ok(t, s.InsertVerification(ctx, audit.Verification{ID: id.NewVerification(), State: audit.VerificationStopped, Created: now.Add(time.Duration(i+2) * time.Second)}))
	}
	ok(t, s.DropVerifications(ctx, 2))
	all := must[[]audit.Verification](t)(s.Verifications(ctx, 10))
	same(t, len(all), 3) // the newest two, and the one that runs
	same(t, all[2].ID, second.ID)
	_, err = s.Verification(ctx, done.ID)
	is(err, fault.NotFound)
}
