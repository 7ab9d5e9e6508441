package locks

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

func TestPagesOfLocksAreWellMade(t *testing.T) {
	t.Parallel()
	f, broken, at := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}, time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	lock := func(kind access.LockKind, id string) wire.Lock {
		return wire.Lock{On: wire.LockTarget{Kind: kind, ID: id}, Reason: "INC-1", Created: at.Add(-time.Hour), CreatedBy: "person:usr_b"}
	}
	person, role, grant := lock(access.LockUser, "usr_a"), lock(access.LockRole, "editor"), lock(access.LockGrant, "gra_a")
	person.ExpiresAt, role.CreatedBy = at.Add(time.Hour), "console"
	names := map[string]string{"usr_a": "a@example.com", "usr_b": "b@example.com"}
	viewtest.Crawl(t, map[string]view.Page{
		"locks":           listPage{Frame: f, Locks: []wire.Lock{person, role, grant}, Names: names, Next: "n", Now: at, CanPut: true},
		"locks, of roles": listPage{Frame: f, Asked: url.Values{"kind": {"role"}, "cursor": {"c"}}, Locks: []wire.Lock{role}, Now: at},
		"locks, none":     listPage{Frame: f, Now: at, CanPut: true},
		"lock":            lockPage{Frame: f, Lock: person, ETag: `"1"`, Names: names, Now: at, CanLift: true},
		"lock, wrong":     lockPage{Frame: broken, Lock: person, Names: names, Now: at, CanLift: true},
		"lock 2":          lockPage{Frame: f, Lock: role, Now: at},
		"lock 3":          lockPage{Frame: f, Lock: grant, Now: at},
		"new":             newPage{Frame: f, Kind: "user", Now: at},
		"new, wrong":      newPage{Frame: broken, Kind: "user", On: "x", Now: at},
		"new, sure":       newPage{Frame: f, Kind: "user", On: "a@example.com", Reason: "INC-2", Now: at, Until: at.Add(time.Hour), Sure: true, Sessions: 2, Known: true, Replaces: &person},
		"new, sure, role": newPage{Frame: f, Kind: "role", On: "editor", Reason: "INC-2", Now: at, Sure: true},
	})
}
