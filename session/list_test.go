package session_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/id"
	"gatehouse/session"
)

// asked is a store that notes how many sessions it is asked for.
type asked struct {
	*memory
	most int
}

func (a *asked) LiveSessions(ctx context.Context, now time.Time, l session.Listing, limit int) ([]session.Session, error) {
	a.most = max(a.most, limit)
	return a.memory.LiveSessions(ctx, now, l, limit)
}

// Page by page everybody comes once, and a page is bounded whatever was asked for.
func TestPagesOfSessionsLeaveNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, store := newManager()
		const sessions = 5
		for range sessions {
			create(t, m)
			time.Sleep(time.Second)
		}
		seen := map[id.Session]int{}
		for after, pages := (session.Cursor{}), 0; ; pages++ {
			page, next, err := m.List(t.Context(), session.Listing{After: after}, 2)
			if err != nil || len(page) > 2 || pages > sessions {
				t.Fatalf("page %d has %d sessions, %v", pages, len(page), err)
			}
			for _, s := range page {
				seen[s.ID]++
			}
			if after = next; after == (session.Cursor{}) {
				break
			}
		}
		for name, n := range seen {
			if n != 1 {
				t.Errorf("%s came %d times", name, n)
			}
		}
		if len(seen) != sessions {
			t.Errorf("%d of %d came", len(seen), sessions)
		}
		bound := &asked{memory: store}
		m.Store = bound
		for _, limit := range []int{-1, 0, 501, 1 << 40} {
			if page, _, err := m.List(t.Context(), session.Listing{}, limit); err != nil || len(page) == 0 {
				t.Errorf("asked for %d: %d, %v", limit, len(page), err)
			}
		}
		if bound.most != 501 {
			t.Errorf("the store is asked for %d", bound.most)
		}
	})
}
