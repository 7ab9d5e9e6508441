package access_test

import (
	"strconv"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/proof"
)

var acme = Subject{Organisation, "acme"}

func (w written) org(names ...string) written {
	w.Helper()
	for _, name := range names {
		w.must(w.CreateOrg(w.Context(), console, OrgRecord{ID: name}))
	}
	return w
}

func inOrg(who Subject) MembershipRecord {
	return MembershipRecord{Membership: Membership{Member: who, Of: acme}}
}

// asks is Ada's question within an organisation.
func (w written) asks(org string, at time.Time) Explanation {
	w.Helper()
	e, err := w.Explain(w.Context(), &Question{Principal: adas, Permission: "shop/orders:read", Now: at, Level: proof.AAL1, AuthTime: at, Org: org})
	w.must(e, err)
	return e
}

func TestOrganisationsThatBreakARuleAreRefusedByName(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().org("acme")
	before := w.version()
	for _, c := range []struct {
		code, field string
		org         OrgRecord
	}{
		{"org.invalid", "id", OrgRecord{ID: "Ac me"}},
		{"org.invalid", "description", OrgRecord{ID: "a", Description: "a\nb"}},
		{"org.exists", "", OrgRecord{ID: "acme"}},
	} {
		_, err := w.CreateOrg(t.Context(), console, c.org)
		w.refuses(c.code, c.field, err, before)
	}
	_, err := w.Give(t.Context(), console, toAda(func(g *Grant) { g.Org = "nobody" }))
	w.refuses("org.not_found", "", err, before)
	_, err = w.Give(t.Context(), console, toAda(func(g *Grant) { g.Subject = Subject{Organisation, "nobody"} }))
	w.refuses("org.not_found", "", err, before)
	w.refuses("org.not_found", "", w.DeleteOrg(t.Context(), console, "nobody"), before)
	w.refuses("member.not_found", "", w.RemoveMember(t.Context(), console, acme, adas), before)
}

// What is granted within an organisation counts there, and for its members alone;
// what is granted everywhere counts there too.
func TestAGrantWithinAnOrganisationIsForItsMembersThere(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().org("acme", "other")
	g := w.give(toAda(func(g *Grant) { g.Org = "acme" }))
	now := time.Now()
	if got := w.asks("acme", now); got.Outcome != Refused || got.Grants[0].Verdict != OtherOrg {
		t.Errorf("who is not in it: %+v", got)
	}
	m := inOrg(adas)
	m.ExpiresAt = now.Add(time.Hour)
	w.must(w.AddMember(t.Context(), console, m))
	for org, want := range map[string]Outcome{"acme": Allowed, "other": Refused, "": Refused} {
		if got := w.asks(org, time.Now()); got.Outcome != want {
			t.Errorf("within %q: %+v", org, got)
		}
	}
	if got := w.asks("acme", now.Add(time.Hour)); got.Outcome != Refused {
		t.Errorf("after their time in it: %+v", got)
	}
	w.refuses("org.in_use", "", w.DeleteOrg(t.Context(), console, "acme"), w.version())
	w.must(w.Revoke(t.Context(), console, g.ID, "test"))
	w.give(toAda(nil))
	if got := w.asks("acme", time.Now()); got.Outcome != Allowed {
		t.Errorf("with a grant for everywhere: %+v", got)
	}
	w.must(nil, w.DeleteOrg(t.Context(), console, "acme"))
	if got := w.asks("acme", time.Now()); got.Outcome != Allowed {
		t.Errorf("without the organisation: %+v", got)
	}
}

// A deny within an organisation is a grant of it like any other: it is for its members.
// Who is in it no longer is there what they are everywhere, by the clock too; and who
// takes them out must hold what they get back.
func TestADenyWithinAnOrganisationIsForItsMembersThere(t *testing.T) {
	t.Parallel()
	for _, effect := range []Effect{Deny, Allow} {
		w := newWritten(t).shop().org("acme", "other")
		ctx := t.Context()
		everywhere, within := w.give(toAda(nil)), w.give(toAda(func(g *Grant) { g.Org, g.Effect = "acme", effect }))
		if effect == Allow {
			w.must(w.Revoke(ctx, console, everywhere.ID, "test"))
		}
		denies := effect == Deny
		outcome := func(allowed bool) Outcome {
			if allowed {
				return Allowed
			}
			return Refused
		}
		m := inOrg(adas)
		m.ExpiresAt = time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
		w.must(w.AddMember(ctx, console, m))
		for org, want := range map[string]Outcome{"acme": outcome(!denies), "other": outcome(denies), "": outcome(denies)} {
			if got := w.asks(org, time.Now()); got.Outcome != want {
				t.Errorf("%s, within %q: %+v", effect, org, got)
			}
		}
		if got := w.asks("acme", time.Now()); !got.Until.Equal(m.ExpiresAt) {
			t.Errorf("%s: until %v, and the membership ends at %v", effect, got.Until, m.ExpiresAt)
		}
		if got := w.asks("acme", m.ExpiresAt); got.Outcome != outcome(denies) {
			t.Errorf("%s, after their time in it: %+v", effect, got)
		}
		w.must(nil, w.RemoveMember(ctx, console, acme, adas))
		if got := w.asks("acme", time.Now()); got.Outcome != outcome(denies) {
			t.Errorf("%s, taken out: %+v", effect, got)
		}
		w.must(w.AddMember(ctx, console, inOrg(adas)))
		if got := w.asks("acme", time.Now()); got.Outcome != outcome(!denies) || got.Grant != within.ID {
			t.Errorf("%s, in it again: %+v", effect, got)
		}
	}
}

func TestEverybodyInAnOrganisationHasWhatItWasGiven(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().org("acme").group("desk")
	w.service("ops")
	ctx := t.Context()
	g := w.give(toAda(func(g *Grant) { g.Subject = acme }))
	ops := Subject{ServiceAccount, "ops"}
	w.must(w.AddMember(ctx, console, inOrg(ops)))
	w.must(w.AddMember(ctx, console, inOrg(Subject{Group, "desk"})))
	w.add(adas, "desk")
	who, err := w.WhoCan(ctx, "shop/orders:read", "", time.Now())
	w.must(who, err)
	if len(who) != 2 || who[0].Principal != ops || who[1].Principal != adas || len(who[1].Path) != 2 || who[1].Path[1] != acme {
		t.Errorf("who can: %+v", who)
	}
	w.refuses("org.in_use", "", w.DeleteOrg(ctx, console, "acme"), w.version())
	w.must(nil, w.RemoveMember(ctx, console, acme, Subject{Group, "desk"}))
	if got := w.asks("", time.Now()); got.Outcome != Refused {
		t.Errorf("taken out: %+v", got)
	}
	w.must(w.Revoke(ctx, console, g.ID, "test"))
	w.must(nil, w.DeleteOrg(ctx, console, "acme"))
	if list, _, err := w.Members(ctx, acme, Subject{}, 10); err != nil || len(list) > 0 {
		t.Errorf("members: %v %v", list, err)
	}
}

func TestAHouseHasABoundedNumberOfOrganisations(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	for n := range MaxOrgs {
		w.must(nil, w.Store.InsertOrg(t.Context(), OrgRecord{ID: "o" + strconv.Itoa(n)}))
		if n < MaxGroupsOf {
			m := inOrg(adas)
			m.Of.ID = "o" + strconv.Itoa(n)
			w.must(nil, w.Store.PutMembership(t.Context(), m))
		}
	}
	before := w.version()
	_, err := w.CreateOrg(t.Context(), console, OrgRecord{ID: "more"})
	w.refuses("access.full", "", err, before)
	m := inOrg(adas)
	m.Of.ID = "o" + strconv.Itoa(MaxGroupsOf)
	_, err = w.AddMember(t.Context(), console, m)
	w.refuses("access.full", "", err, before)
}
