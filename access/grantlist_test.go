package access_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/id"
)

// endless is a store of grants that come to no end, each a minute behind the one before.
type endless struct {
	Store
	shown int
}

func (e *endless) GrantsBy(_ context.Context, _ GrantKey, at GrantCursor, _ bool, most int) ([]GrantRecord, error) {
	if e.shown > 100_000 {
		return nil, errors.New("somebody looks at all of them")
	}
	page := make([]GrantRecord, most)
	for i := range page {
		e.shown++
		page[i] = GrantRecord{Grant: Grant{
			ID: id.Grant(fmt.Sprintf("gra_%09d", e.shown)), Subject: Subject{Group, "desk"}, Effect: Allow, Role: "support",
			Window: Window{ExpiresAt: at.Ends.Add(time.Duration(i+1) * time.Minute)},
		}}
	}
	return page, nil
}

// One question for a list looks at so many grants and no more, however few of them are for
// whoever asks; it says where it goes on, and the next one does go on from there.
func TestOneQuestionForGrantsLooksAtSoMany(t *testing.T) {
	t.Parallel()
	const most, page = 2000, 500
	store := &endless{}
	s := &Service{Store: store}
	f, asked := GrantFilter{Limit: 10}, 0
	for i := range 3 {
		before := store.shown
		found, next, err := s.FindGrants(t.Context(), f, func(*GrantRecord) bool { asked++; return false })
		if err != nil || len(found) > 0 || next == (GrantCursor{}) {
			t.Fatalf("question %d: %d grants, goes on at %v, %v", i+1, len(found), next, err)
		}
		if looked := store.shown - before; looked < most || looked > most+page {
			t.Errorf("question %d looked at %d grants", i+1, looked)
		}
		if !next.Ends.After(f.After.Ends) {
			t.Errorf("question %d goes on at %v, and began at %v", i+1, next, f.After)
		}
		f.After = next
	}
	if asked != store.shown {
		t.Errorf("of %d grants, %d were put before who asks", store.shown, asked)
	}
	found, next, err := s.FindGrants(t.Context(), f, func(*GrantRecord) bool { return true })
	if err != nil || len(found) != f.Limit || next.ID != found[f.Limit-1].ID {
		t.Errorf("who sees them gets %d, and goes on at %v: %v", len(found), next, err)
	}
}
