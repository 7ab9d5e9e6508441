package storetest

import (
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/store"
)

func testClientNotes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	c, other := insertClient(t, s), insertClient(t, s)
	today := audit.DayOf(now)
	yesterday := today.Add(-24 * time.Hour)
	all := []id.Client{c.ID, other.ID, "gone"}

	t.Run("UsesAddUp", func(t *testing.T) {
		same(t, len(must[[]oauth.UseSum](t)(s.Uses(ctx, all, yesterday))), 0)
		ok(t, s.AddUses(ctx, []oauth.ClientUse{
			{Client: c.ID, Day: yesterday, SignIns: 2, Tokens: 5, Last: yesterday.Add(time.Hour)},
			{Client: c.ID, Day: today, SignIns: 1, Tokens: 1, Last: now},
			{Client: "gone", Day: today, SignIns: 9, Last: now},
		}))
		ok(t, s.AddUses(ctx, []oauth.ClientUse{{Client: c.ID, Day: today, SignIns: 1, Last: now.Add(-time.Second)}}))
		same(t, must[[]oauth.UseSum](t)(s.Uses(ctx, all, today)), []oauth.UseSum{{Client: c.ID, SignIns: 2, Last: now}})
		same(t, must[[]oauth.UseSum](t)(s.Uses(ctx, all, yesterday)), []oauth.UseSum{{Client: c.ID, SignIns: 4, Last: now}})
		same(t, must[[]oauth.UseSum](t)(s.TopUses(ctx, yesterday, 1)), []oauth.UseSum{{Client: c.ID, SignIns: 4, Last: now}})
	})
	t.Run("RefusalsAreCountedAndBounded", func(t *testing.T) {
		one := oauth.ClientRefusal{Client: c.ID, Code: "authorize.redirect_uri", Received: "https://app.test/cb/", Says: "no", First: now, Last: now, Times: 2}
		ok(t, s.AddRefusals(ctx, []oauth.ClientRefusal{one, {Client: "gone", Code: "x", First: now, Last: now, Times: 1}}))
		later := one
		later.First, later.Last, later.Partial = now.Add(time.Minute), now.Add(time.Minute), true
		ok(t, s.AddRefusals(ctx, []oauth.ClientRefusal{later}))
		both := later
		both.First, both.Times = now, 4
		same(t, must[[]oauth.ClientRefusal](t)(s.Refusals(ctx, c.ID)), []oauth.ClientRefusal{both})
		var many []oauth.ClientRefusal
		for i := range oauth.MaxRefusals + 5 {
			at := now.Add(time.Hour + time.Duration(i)*time.Second)
			many = append(many, oauth.ClientRefusal{Client: c.ID, Code: "x" + string(rune('a'+i)), First: at, Last: at, Times: 1})
		}
		ok(t, s.AddRefusals(ctx, many))
		left := must[[]oauth.ClientRefusal](t)(s.Refusals(ctx, c.ID))
		same(t, len(left), oauth.MaxRefusals)
		same(t, left[0], many[len(many)-1])
		same(t, left[oauth.MaxRefusals-1], many[5])
		same(t, len(must[[]oauth.ClientRefusal](t)(s.Refusals(ctx, other.ID))), 0)
	})
	t.Run("GoWithTheirClientAndAtTheirAge", func(t *testing.T) {
		old := now.Add(-401 * 24 * time.Hour)
		ok(t, s.AddUses(ctx, []oauth.ClientUse{{Client: other.ID, Day: audit.DayOf(old), SignIns: 1, Last: old}}))
		ok(t, s.AddRefusals(ctx, []oauth.ClientRefusal{{Client: other.ID, Code: "x", First: old, Last: old, Times: 1}}))
		sweepAll(t, s)
		same(t, len(must[[]oauth.UseSum](t)(s.Uses(ctx, []id.Client{other.ID}, old))), 0)
		same(t, len(must[[]oauth.ClientRefusal](t)(s.Refusals(ctx, other.ID))), 0)
		same(t, len(must[[]oauth.ClientRefusal](t)(s.Refusals(ctx, c.ID))), oauth.MaxRefusals)
		ok(t, s.DeleteClient(ctx, c.ID))
		same(t, len(must[[]oauth.UseSum](t)(s.Uses(ctx, all, old))), 0)
		same(t, len(must[[]oauth.ClientRefusal](t)(s.Refusals(ctx, c.ID))), 0)
	})
}

func testConsentsToAClient(t *testing.T, s *store.Store) {
	ctx := t.Context()
	c, other := insertClient(t, s), insertClient(t, s)
	want := map[id.User]bool{}
	for range 5 {
		u := insertUser(t, s)
		ok(t, s.PutConsent(ctx, oauth.Consent{User: u.ID, Client: c.ID, Scopes: []string{"openid"}, Created: now, Updated: now}))
		ok(t, s.PutConsent(ctx, oauth.Consent{User: u.ID, Client: other.ID, Created: now, Updated: now}))
		want[u.ID] = true
	}
	after := id.User("")
	for {
		page := must[[]oauth.Consent](t)(s.ConsentsTo(ctx, c.ID, after, 2))
		if len(page) == 0 {
			break
		}
		for _, one := range page {
			same(t, one.Client, c.ID)
			if !want[one.User] || one.User <= after {
				t.Fatalf("%s comes behind %s, or twice", one.User, after)
			}
			delete(want, one.User)
			after = one.User
		}
	}
	same(t, len(want), 0)
}

func dueClientNotes(t *testing.T, s *store.Store, _ identity.User) swept {
	c := insertClient(t, s)
	for _, at := range []time.Time{now.Add(-400 * aDay), now.Add(-399 * aDay)} {
		ok(t, s.AddUses(t.Context(), []oauth.ClientUse{{Client: c.ID, Day: at, SignIns: 1, Last: at}}))
	}
	for i, at := range []time.Time{now.Add(-30 * aDay), now.Add(-29 * aDay)} {
		ok(t, s.AddRefusals(t.Context(), []oauth.ClientRefusal{{Client: c.ID, Code: string(rune('a' + i)), First: at, Last: at, Times: 1}}))
	}
	return swept{map[string]int64{"client uses": 1, "client refusals": 1}, func() {}}
}
