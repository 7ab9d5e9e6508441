package housetest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
)

// One event is seen by its id, a moment after it happened; who was deleted is taken out of
// it, and it stays provable.
func TestOneEventIsSeenAndAPersonIsErasedFromIt(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		s := &steering{Gate: g, t: t}
		s.boss = s.account("boss", func(string) bool { return true })
		reader := s.account("reader", func(p string) bool { return p == "audit:read" })
		s.Settle()
		ada := s.Person("ada", gatetest.NoPassword)
		erase := func(credential, person string) gatetest.Answer {
			return s.call(credential, http.MethodPost, "/api/v1/audit/erase", map[string]any{"user": person})
		}
		if a := erase(s.boss, string(ada.ID)); a.Status != http.StatusConflict || problem(a) != "audit.person_exists" {
			t.Errorf("who is there: %d %s", a.Status, a.Body)
		}
		must(t, s.House.Identity.Delete(context.Background(), gatetest.Console, ada.ID))
		found, _, err := s.House.Trail.Page(t.Context(), audit.Query{Target: audit.OfUser(ada.ID), Actions: []audit.Action{identity.ActionUserCreate}}, 1)
		must(t, err)
		path := "/api/v1/audit/" + string(found[0].ID)
		is := s.call(reader, http.MethodGet, path, nil)
		if is.Status != http.StatusOK || is.Text("id") != string(found[0].ID) || is.Text("action") != "user.create" || is.JSON["after"] == nil || is.JSON["cursor"] != nil {
			t.Errorf("%d %s", is.Status, is.Body)
		}
		if a := s.call(reader, http.MethodGet, path+"?fields=action", nil); string(a.Body) != `{"action":"user.create"}` {
			t.Errorf("a part of it is %s", a.Body)
		}
		for _, none := range []string{"evt_none", "none", "evt_%00"} {
			if a := s.call(reader, http.MethodGet, "/api/v1/audit/"+none, nil); a.Status != http.StatusNotFound || problem(a) != "event.not_found" {
				t.Errorf("%s: %d %s", none, a.Status, a.Body)
			}
		}
		if a := erase(reader, string(ada.ID)); a.Status != http.StatusForbidden {
			t.Errorf("by who may read: %d %s", a.Status, a.Body)
		}
		for person, status := range map[string]int{"usr_nobody": http.StatusNotFound, "": http.StatusNotFound, "boss": http.StatusNotFound} {
			if a := erase(s.boss, person); a.Status != status {
				t.Errorf("%q: %d %s", person, a.Status, a.Body)
			}
		}
		done := erase(s.boss, string(ada.ID))
		if n, _ := done.JSON["events"].(float64); done.Status != http.StatusOK || n < 1 || done.Text("id") != string(ada.ID) {
			t.Fatalf("erased: %d %s", done.Status, done.Body)
		}
		if a := erase(s.boss, string(ada.ID)); a.Status != http.StatusOK || fmt.Sprint(a.JSON["events"]) != "0" {
			t.Errorf("once more: %d %s", a.Status, a.Body)
		}
		if is = s.call(reader, http.MethodGet, path, nil); is.Status != http.StatusOK || is.JSON["after"] != nil {
			t.Errorf("afterwards it is %d %s", is.Status, is.Body)
		}
		if a := s.call(s.boss, http.MethodGet, path+"/proof", nil); a.Status != http.StatusOK {
			t.Errorf("its proof: %d %s", a.Status, a.Body)
		}
		if a := s.call(s.boss, http.MethodGet, "/api/v1/audit/verification", nil); a.JSON["good"] != true {
			t.Errorf("the log: %d %s", a.Status, a.Body)
		}
	})
}

// What is not what was recorded is not erased on the word of a planted row: whoever asked
// hears how much was, and that somebody was at the log.
func TestAnErasureThroughTheAPITellsOfForgedRows(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ctx := context.Background()
	ada, eve := s.Person("ada", gatetest.NoPassword), s.Person("eve", gatetest.NoPassword)
	must(t, s.House.Identity.Delete(ctx, gatetest.Console, eve.ID))
	must(t, s.House.Sealer.Seal(ctx, time.Now()))
	db := underneath(t, s.Gate)
	for _, trigger := range column(t, db, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_events'") {
		mustExec(t, db, "DROP TRIGGER "+trigger)
	}
	mustExec(t, db, "UPDATE audit_events SET user_id = '"+string(eve.ID)+"', target_id = '"+string(eve.ID)+"' WHERE user_id = '"+string(ada.ID)+"'")
	a := s.call(s.boss, http.MethodPost, "/api/v1/audit/erase", map[string]any{"user": string(eve.ID)})
	if a.Status != http.StatusConflict || problem(a) != "audit.forged" || !strings.HasPrefix(a.Text("detail"), "2 events hold nothing") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	left, _, err := s.House.Trail.Page(ctx, audit.Query{Target: audit.OfUser(eve.ID), Actions: []audit.Action{identity.ActionUserCreate}}, 10)
	must(t, err)
	if kept := slices.DeleteFunc(left, func(e audit.Event) bool { return e.After == nil }); len(kept) != 1 {
		t.Errorf("of what was planted is left: %+v", left)
	}
}
