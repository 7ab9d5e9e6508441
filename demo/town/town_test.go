package town_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/demo/town"
	"gatehouse/house"
	"gatehouse/internal/testconfig"
)

// small has more than one batch of what there is most of.
var small = town.Size{People: 1200, Roles: 60, Groups: 30, Members: 600, Services: 5, Grants: 2500, Sessions: 20, Days: 3, SignIns: 1000}

func empty(t *testing.T) *house.House {
	t.Helper()
	h, err := house.Open(t.Context(), testconfig.New(t), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// Whoever is interrupted goes on; what is there is neither made twice nor forgotten, and all
// of it is in a log that nobody could have written otherwise.
func TestATownIsFilledOnceHoweverOftenItIsInterrupted(t *testing.T) {
	t.Parallel()
	h := empty(t)
	stopped := errors.New("stopped")
	for after := 3; ; after += 4 {
		ctx, stop := context.WithCancelCause(t.Context())
		steps := 0
		err := town.Fill(ctx, h, small, func(string, int, int) {
			if steps++; steps > after {
				stop(stopped)
			}
		})
		if err == nil {
			stop(nil)
			break
		}
		if context.Cause(ctx) != stopped {
			t.Fatalf("stopped after %d steps: %v", after, err)
		}
	}
	made := map[audit.Action]int{}
	for after := (audit.Cursor{}); ; {
		events, _, err := h.Store.FindEvents(t.Context(), audit.Query{After: after}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for i := range events {
			made[events[i].Action]++
		}
		if len(events) == 0 {
			break
		}
		after = audit.CursorOf(events[len(events)-1])
	}
	for action, n := range map[audit.Action]int{
		"user.create": small.People, access.ActionGrantCreate: small.Grants, "session.create": small.Sessions,
		"member.add": small.Members, "role.create": small.Roles,
	} {
		if made[action] != n {
			t.Errorf("%d times %s, want %d", made[action], action, n)
		}
	}
	if made["signin.complete"] == 0 || made["signin.refuse"] == 0 {
		t.Errorf("there is no past: %v", made)
	}
	verifier, _, err := h.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	verdict, err := verifier.Verify(t.Context())
	if err != nil || len(verdict.Findings) > 0 {
		t.Errorf("the log does not hold: %v %v", verdict.Findings, err)
	}
}
