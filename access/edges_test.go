package access_test

import (
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/fault"
)

// Times that a clock of nanoseconds cannot tell are never, and long ago: nothing is
// allowed by a sum that overflowed.
func TestWindowsBeyondTheClockAllowNothingTheyShouldNot(t *testing.T) {
	t.Parallel()
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	last := time.Unix(0, 1<<63-1)
	for name, c := range map[string]struct {
		window Window
		now    time.Time
		want   Outcome
	}{
		"until a year that never comes":     {Window{ExpiresAt: year(9999)}, began, Allowed},
		"from a year that never comes":      {Window{NotBefore: year(9999)}, began, Refused},
		"both":                              {Window{NotBefore: year(9998), ExpiresAt: year(9999)}, began, Refused},
		"until long ago":                    {Window{ExpiresAt: year(1200)}, began, Refused},
		"from long ago until long ago":      {Window{NotBefore: year(1100), ExpiresAt: year(1200)}, began, Refused},
		"from long ago":                     {Window{NotBefore: year(1200)}, began, Allowed},
		"backwards":                         {Window{NotBefore: began.Add(time.Hour), ExpiresAt: began.Add(-time.Hour)}, began, Refused},
		"empty":                             {Window{NotBefore: began, ExpiresAt: began}, began, Refused},
		"a moment":                          {Window{NotBefore: began, ExpiresAt: began.Add(1)}, began, Allowed},
		"asked at the end of the clock":     {Window{}, last, Refused},
		"asked beyond the end of the clock": {Window{}, year(9999), Refused},
		"asked shortly before it":           {Window{ExpiresAt: year(9999)}, last.Add(-time.Hour), Allowed},
		"ended, asked beyond the clock":     {Window{ExpiresAt: began}, year(9999), Refused},
		"asked before 1970":                 {Window{ExpiresAt: year(1960)}, year(1960).Add(-1), Allowed},
		"asked before 1970, ended":          {Window{ExpiresAt: year(1960)}, year(1960), Refused},
	} {
		for _, p := range []Policy{
			shop(Grant{Subject: ada, Role: "support", Window: c.window}),
			{
				APIs: shop().APIs, Roles: shop().Roles,
				Grants:      []Grant{{ID: "gra_1", Subject: Subject{Group, "desk"}, Effect: Allow, Role: "support", Where: Where{Place: Everywhere}}},
				Memberships: []Membership{{Member: ada, Of: Subject{Group, "desk"}, Window: c.window}},
			},
		} {
			q := asks("shop/orders:read")
			q.Now = c.now
			d := decide(t, Compile(p), q)
			if d.Outcome != c.want {
				t.Errorf("%s: %+v, want %v", name, d, c.want)
			}
			if !d.Until.IsZero() && !d.Until.After(c.now) {
				t.Errorf("%s lasts until %v at %v", name, d.Until, c.now)
			}
		}
	}
}

// What cannot be seen, or cannot be kept, is refused where it is written: a condition
// must not read otherwise than it counts, and no database may be the first to object.
func TestTextThatCannotBeSeenIsRefused(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{"NUL": "a\x00b", "no UTF-8": "a\xffb", "a bidi override": "a\u202eb", "a zero-width space": "a\u200bb", "DEL": "a\x7fb"} {
		for _, text := range []string{`org == "` + bad + `"`, `org == "a" // ` + bad} {
			if err := CheckExpression(text); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s in the expression %q: %v", name, text, err)
			}
		}
		w := newWritten(t).shop()
		a := API{ID: "mail", Audience: "https://mail.test/" + bad, Permissions: []Permission{{Resource: "box", Action: "read"}}}
		if _, err := w.CreateAPI(t.Context(), console, a); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s in an audience: %v", name, err)
		}
		for field, change := range map[string]func(g *Grant){
			"reason": func(g *Grant) { g.Reason = bad }, "ticket": func(g *Grant) { g.Ticket = bad },
			"id": func(g *Grant) { g.Where = Where{Place: Listed, IDs: []string{bad}} }, "role": func(g *Grant) { g.Role, g.Permission = bad, Pattern{} },
			"org": func(g *Grant) { g.Org = bad }, "resource": func(g *Grant) { g.Permission.Resource = bad },
		} {
			_, err := w.Give(t.Context(), console, toAda(change))
			if kind := fault.KindOf(err); kind != fault.Invalid && kind != fault.NotFound {
				t.Errorf("%s in the %s of a grant: %v", name, field, err)
			}
		}
	}
	if err := CheckExpression("org ==\n\t\"café\" // a comment"); err != nil {
		t.Error(err)
	}
}

// A time that no text can say would be kept, and then break whoever shows it.
func TestTimesThatNoTextCanSayAreRefused(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "support", Permissions: []Pattern{{"shop", "orders", "read"}}})
	w.must(w.CreateGroup(t.Context(), console, GroupRecord{ID: "desk"}))
	for _, at := range []time.Time{time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(290_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)} {
		for name, change := range map[string]func(g *Grant){
			"until": func(g *Grant) { g.ExpiresAt = at }, "from": func(g *Grant) { g.NotBefore = at },
		} {
			if _, err := w.Give(t.Context(), console, toAda(change)); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s %v: %v", name, at, err)
			}
		}
		in := MembershipRecord{Membership: Membership{Member: adas, Of: Subject{Group, "desk"}, Window: Window{ExpiresAt: at}}}
		if _, err := w.AddMember(t.Context(), console, in); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a membership until %v: %v", at, err)
		}
		if _, err := w.PutLock(t.Context(), console, LockRecord{Lock: Lock{On: LockTarget{LockRole, "support"}, Ends: at, Reason: strings.Repeat("r", 3)}}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a lock until %v: %v", at, err)
		}
	}
	r := w.give(toAda(func(g *Grant) { g.ExpiresAt = time.Now().Add(time.Hour) }))
	if _, err := w.Extend(t.Context(), console, r.ID, time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an extension: %v", err)
	}
}
