package access_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/id"
)

func TestExplainSaysWhatBecameOfEachGrant(t *testing.T) {
	t.Parallel()
	team, office := Subject{Group, "team"}, Subject{Group, "office"}
	p := shop(
		Grant{ID: "gra_counts", Subject: office, Role: "support"},
		Grant{ID: "gra_ended", Subject: ada, Role: "support", Window: Window{ExpiresAt: began}},
		Grant{ID: "gra_notyet", Subject: ada, Role: "support", Window: Window{NotBefore: began.Add(time.Hour)}},
		Grant{ID: "gra_org", Subject: ada, Role: "support", Org: "north"},
		Grant{ID: "gra_other", Subject: ada, Role: "refunder"},
		Grant{ID: "gra_own", Subject: ada, Role: "support", Where: Where{Place: Own}},
		Grant{ID: "gra_ids", Subject: ada, Role: "support", Where: Where{Place: Listed, IDs: []string{"7"}}},
		Grant{ID: "gra_locked", Subject: ada, Permission: Pattern{"shop", "orders", "read"}},
		Grant{ID: "gra_proof", Subject: ada, Role: "support", Requires: Requirement{MaxAge: time.Second}},
		Grant{ID: "gra_left", Subject: Subject{Group, "former"}, Role: "support"},
	)
	p.Memberships = []Membership{
		{Member: ada, Of: team},
		{Member: team, Of: office},
		{Member: ada, Of: Subject{Group, "former"}, Window: Window{ExpiresAt: began.Add(-time.Hour)}},
	}
	p.Locks = []Lock{{On: LockTarget{LockGrant, "gra_locked"}}}
	q := asks("shop/orders:read")
	q.Resource.ID = "42"
	e, err := Compile(p).Explain(&q)
	if err != nil || e.Outcome != Allowed || e.Grant != "gra_counts" {
		t.Fatalf("%+v, %v", e, err)
	}
	want := map[id.Grant]Verdict{
		"gra_counts": Counts, "gra_ended": Ended, "gra_notyet": NotYet, "gra_org": OtherOrg, "gra_other": OtherPermission,
		"gra_own": NotKnown, "gra_ids": OtherResource, "gra_locked": Suspended, "gra_proof": NeedsProof, "gra_left": NotMember,
	}
	for _, c := range e.Grants {
		if c.Verdict != want[c.Grant.ID] {
			t.Errorf("%s: %s, want %s", c.Grant.ID, c.Verdict, want[c.Grant.ID])
		}
		if c.Grant.ID == "gra_counts" && !slices.Equal(c.Path, []Subject{team, office}) {
			t.Errorf("the path is %v", c.Path)
		}
	}
	if len(e.Grants) != len(want) {
		t.Errorf("%d grants of %d", len(e.Grants), len(want))
	}
}

func TestExplainSaysWhatWouldChangeTheAnswer(t *testing.T) {
	t.Parallel()
	locked := shop()
	locked.Locks = []Lock{{On: On(ada)}}
	disabled := shop()
	disabled.Principals = []Principal{{Subject: ada, Disabled: true}}
	for want, c := range map[string]struct {
		p          Policy
		permission string
	}{
		"support":            {shop(), "shop/orders:read"},
		"Enable":             {disabled, "shop/orders:read"},
		"Lift":               {locked, "shop/orders:read"},
		"Revoke":             {shop(Grant{Subject: ada, Effect: Deny, Role: "all"}), "shop/orders:read"},
		"a second step":      {shop(Grant{Subject: ada, Role: "refunder"}), "shop/orders:refund"},
		"owner_id":           {shop(Grant{Subject: ada, Role: "support", Where: Where{Place: Own}}), "shop/orders:read"},
		"it takes a new one": {shop(Grant{Subject: ada, Role: "support", Window: Window{ExpiresAt: began}}), "shop/orders:read"},
		"begins at":          {shop(Grant{Subject: ada, Role: "support", Window: Window{NotBefore: began.Add(1)}}), "shop/orders:read"},
		`total is the text "30", and the condition compares it with a number: say total:=30.`: {shop(Grant{Subject: ada, Role: "support", Where: Where{Place: Condition, Expression: "resource.total < 50"}}), "shop/orders:read"},
		"that ends": {shop(Grant{Subject: ada, Role: "support", Window: Window{ExpiresAt: began.Add(time.Hour)}}), "shop/orders:read"},
	} {
		q := asks(c.permission)
		q.Resource.Attrs = map[string]any{"total": "30"}
		e, err := Compile(c.p).Explain(&q)
		if err != nil || !strings.Contains(strings.Join(e.Changes, " "), want) {
			t.Errorf("%+v, %v: nothing of %q", e, err, want)
		}
	}
}

// Whoever asks who can, asks because too many might: one who is denied some things is
// one who may do the rest.
func TestWhoCanNamesThoseWhomADenyStopsAtSomeThingsOnly(t *testing.T) {
	t.Parallel()
	all := Grant{ID: "gra_all", Subject: ada, Role: "support"}
	own := Grant{ID: "gra_own", Subject: ada, Role: "support", Where: Where{Place: Own}}
	deny := func(where Where) Grant {
		return Grant{ID: "gra_no", Subject: ada, Effect: Deny, Role: "all", Where: where}
	}
	some := Where{Place: Listed, IDs: []string{"7"}}
	for name, c := range map[string]struct {
		grants []Grant
		want   []Holder
	}{
		"any but some":          {[]Grant{all, deny(some)}, []Holder{{Principal: ada, Grant: "gra_all", Where: Everywhere, Except: "gra_no"}}},
		"own but a condition":   {[]Grant{own, deny(Where{Place: Condition, Expression: `resource.secret`})}, []Holder{{Principal: ada, Grant: "gra_own", Where: Own, Except: "gra_no"}}},
		"any but its own":       {[]Grant{all, deny(Where{Place: Own})}, []Holder{{Principal: ada, Grant: "gra_all", Where: Everywhere, Except: "gra_no"}}},
		"none":                  {[]Grant{all, deny(Where{})}, nil},
		"some, and then all":    {[]Grant{all, deny(some), {ID: "gra_none", Subject: ada, Effect: Deny, Role: "all"}}, nil},
		"nothing but some":      {[]Grant{deny(some)}, nil},
		"a deny that is over":   {[]Grant{all, {ID: "gra_over", Subject: ada, Effect: Deny, Role: "all", Window: Window{ExpiresAt: began}}}, []Holder{{Principal: ada, Grant: "gra_all", Where: Everywhere}}},
		"a deny of another one": {[]Grant{all, {ID: "gra_other", Subject: ada, Effect: Deny, Role: "refunder"}}, []Holder{{Principal: ada, Grant: "gra_all", Where: Everywhere}}},
	} {
		got, err := Compile(shop(c.grants...)).WhoCan(t.Context(), "shop/orders:read", "", began)
		if err != nil || !slices.EqualFunc(got, c.want, func(a, b Holder) bool {
			return a.Principal == b.Principal && a.Grant == b.Grant && a.Where == b.Where && a.Except == b.Except
		}) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

func TestExplainAgreesWithTheDecision(t *testing.T) {
	t.Parallel()
	each(t, 20_000, func(t *testing.T, d dice, p Policy) {
		s := Compile(p)
		for range questions {
			q := d.question()
			got := decide(t, s, q)
			e, err := s.Explain(&q)
			if got.Until = e.Until; err != nil || e.Decision != got { // of an explanation it may be later
				t.Errorf("%+v, %v explains %+v", e, err, got)
			}
			for _, c := range e.Grants {
				if allows := c.Verdict == Counts && c.Grant.Effect == Allow; allows && got.Outcome != Allowed && got.Reason != Denied && got.Reason != Locked && got.Reason != Inactive && got.Reason != OutOfScope {
					t.Errorf("%+v\ncounts %+v and is answered with %+v", q, c, got)
				}
				if c.Verdict == Counts && c.Grant.Effect != Allow && got.Outcome == Allowed {
					t.Errorf("%+v\nis denied by %+v and allowed", q, c)
				}
			}
		}
	})
}

// Whoever asks for how long somebody has a right is told when that right ends, not
// when anything else of theirs changes.
func TestUntilOfAnExplanationIsWhenTheAnswerEnds(t *testing.T) {
	t.Parallel()
	hour := func(n int) time.Time { return began.Add(time.Duration(n) * time.Hour) }
	week := Grant{ID: "gra_week", Subject: ada, Role: "support", Window: Window{ExpiresAt: hour(168)}}
	today := Grant{ID: "gra_today", Subject: ada, Role: "refunder", Window: Window{ExpiresAt: hour(8)}}
	for name, c := range map[string]struct {
		grants []Grant
		until  time.Time
	}{
		"another right ends earlier":   {[]Grant{week, today}, hour(168)},
		"another grant takes over":     {[]Grant{week, {ID: "gra_next", Subject: ada, Role: "support", Window: Window{NotBefore: hour(100), ExpiresAt: hour(200)}}}, hour(200)},
		"another grant comes too late": {[]Grant{week, {ID: "gra_next", Subject: ada, Role: "support", Window: Window{NotBefore: hour(169)}}}, hour(168)},
		"a deny begins":                {[]Grant{week, {ID: "gra_no", Subject: ada, Effect: Deny, Role: "support", Window: Window{NotBefore: hour(3)}}}, hour(3)},
		"an endless one stands beside": {[]Grant{week, today, {ID: "gra_ever", Subject: ada, Role: "support"}}, time.Time{}},
	} {
		q := asks("shop/orders:read")
		s := Compile(shop(c.grants...))
		e, err := s.Explain(&q)
		if err != nil || e.Outcome != Allowed || !e.Until.Equal(c.until) {
			t.Errorf("%s: explained as %s until %s (%v), want %s", name, e.Reason, e.Until, err, c.until)
		}
		holders, err := s.WhoCan(t.Context(), "shop/orders:read", "", began)
		if err != nil || len(holders) != 1 || !holders[0].Until.Equal(c.until) {
			t.Errorf("%s: who can: %+v, %v, want until %s", name, holders, err, c.until)
		}
	}
}

// A right that asks for a fresh sign-in does not end with the sign-in, for those
// who ask who has it.
func TestWhoCanLooksPastTheAgeOfAProof(t *testing.T) {
	t.Parallel()
	end := began.Add(48 * time.Hour)
	s := Compile(shop(Grant{Subject: ada, Role: "support", Requires: Requirement{MaxAge: time.Minute}, Window: Window{ExpiresAt: end}}))
	holders, err := s.WhoCan(t.Context(), "shop/orders:read", "", began)
	if err != nil || len(holders) != 1 || !holders[0].Until.Equal(end) {
		t.Errorf("%+v, %v, want until %s", holders, err, end)
	}
}

// What ends because a proof grows old is had again by a sign-in, and says so; what a grant
// ends is not.
func TestExplainSaysWhetherAnEndTakesAnotherSignIn(t *testing.T) {
	t.Parallel()
	for want, requires := range map[string]Requirement{
		"takes another sign-in: at most 5m ago.": {MaxAge: 5 * time.Minute},
		"that ends at":                           {},
	} {
		p := shop(Grant{ID: "gra_a", Subject: ada, Role: "support", Requires: requires, Window: Window{ExpiresAt: began.Add(time.Hour)}})
		q := asks("shop/orders:read")
		e, err := Compile(p).Explain(&q)
		if err != nil || e.Outcome != Allowed || len(e.Changes) != 1 || !strings.Contains(e.Changes[0], want) {
			t.Errorf("%v: %+v (%v), want %q", requires, e.Changes, err, want)
		}
	}
}
