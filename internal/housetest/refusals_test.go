package housetest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
	"gatehouse/pdp"
)

// Whoever tries to hand on what they do not hold leaves an event, although the change
// was undone; and however often they try, so many and no more.
func TestRefusalsAreRecordedAndFillNothing(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	by := h.by()
	by.IP, by.Request = "192.0.2.66", "req_tried"
	ctx := context.Background()
	try := func(by audit.Actor) {
		t.Helper()
		_, err := h.House.Access.Give(ctx, by, access.Grant{
			Subject: person(h.bob), Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "mine",
		})
		if fault.CodeOf(err) != "access.not_held" {
			t.Fatalf("it was answered %v", err)
		}
	}
	try(by)
	root := h.Person("root", gatetest.Administrator).ID
	err := h.House.Identity.SetPassword(ctx, by, root, 0, "a whole new row of words")
	if fault.CodeOf(err) != "access.not_held" {
		t.Fatalf("it was answered %v", err)
	}
	events := eventsOf(t, h.Gate, audit.ActionRefuse)
	if len(events) != 2 {
		t.Fatalf("%d events tell of two refusals: %v", len(events), events)
	}
	for i, want := range []audit.Event{{Target: audit.Itself()}, {Target: audit.OfUser(root), User: root}} {
		e := events[i]
		if e.Outcome != audit.Refused || e.Reason != audit.ReasonNotHeld || e.Actor != by || e.Target != want.Target || e.User != want.User {
			t.Errorf("the event of a refusal is %+v", e)
		}
	}
	if !strings.Contains(string(events[0].After), "create a grant") || !strings.Contains(string(events[0].After), "shop/orders:refund") {
		t.Errorf("it says %s", events[0].After)
	}
	for range 200 {
		try(by)
	}
	for i := range 200 { // many actors at one address
		other := by
		other.ID = "usr_" + strings.Repeat("x", i%30)
		try(other)
	}
	if n := len(eventsOf(t, h.Gate, audit.ActionRefuse)); n > 60 {
		t.Errorf("%d events tell of refusals of one address", n)
	}
}

// A refusal that cannot be recorded is one.
func TestARefusalStaysOneWhenItCannotBeRecorded(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	db := underneath(t, h.Gate)
	mustExec(t, db, `CREATE TRIGGER full BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'full'); END`)
	_, err := h.House.Access.Give(context.Background(), h.by(), access.Grant{
		Subject: person(h.bob), Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "mine",
	})
	if fault.CodeOf(err) != "access.not_held" {
		t.Errorf("it was answered %v", err)
	}
}

// A program that lacks a permission leaves an event of its own, by its key.
func TestAProgramThatLacksAPermissionIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	k, text, err := h.House.Access.CreateServiceKey(context.Background(), gatetest.Console, access.KeyRecord{Owner: "ops", Name: "test"})
	must(t, err)
	h.Settle()
	body := `{"subject":{"type":"user","id":"` + string(h.bob.ID) + `"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}`
	for i, c := range []struct{ method, path, body string }{
		{http.MethodPost, pdp.PathEvaluation, body},
		{http.MethodGet, pdp.PathFeed, ""},
	} {
		req, err := http.NewRequest(c.method, gatetest.Issuer+c.path, strings.NewReader(c.body))
		must(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+text)
		if a := h.Do(req); a.Status != http.StatusForbidden {
			t.Fatalf("%s: it was answered %d", c.path, a.Status)
		}
		events := eventsOf(t, h.Gate, audit.ActionRefuse)
		if len(events) != i+1 {
			t.Fatalf("%s: the events are %v", c.path, events)
		}
		at := slices.IndexFunc(events, func(e audit.Event) bool { return strings.Contains(string(e.After), c.path) })
		if at < 0 {
			t.Fatalf("%s: no event names it: %v", c.path, events)
		}
		e := events[at]
		if e.Actor.Kind != audit.Service || e.Actor.ID != "ops" || e.Actor.Key != string(k.ID) || e.Actor.Request == "" || e.Reason != audit.ReasonForbidden ||
			!strings.Contains(string(e.After), caller.ReadDecisions) {
			t.Errorf("%s: the event is %+v, %s", c.path, e, e.After)
		}
	}
}
