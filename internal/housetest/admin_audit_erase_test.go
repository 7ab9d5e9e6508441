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

// failing are those of whom it is kept that their sign-ins were refused, and from where they came.
func failing(t *testing.T, g *gatetest.Gate) map[string]int64 {
	t.Helper()
	day := audit.DayOf(time.Now())
	all, err := g.House.Store.Tops(t.Context(), day.Add(-24*time.Hour), day.Add(24*time.Hour))
	must(t, err)
	names := map[string]int64{}
	for _, one := range all {
		names[one.Name] += one.N
	}
	return names
}

// Who was deleted is not among those who failed most, be it counted before or after; and that
// they are erased forgets no address from which none of their sign-ins was refused.
func TestWhoIsErasedIsNotCountedAgain(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		ctx, home := t.Context(), ""
		ada, eve, bob := g.Person("ada"), g.Person("eve"), g.Person("bob")
		fails := func(p *gatetest.Person) {
			g.Browser().Get("/signin?return_to=/account").Submit("email", p.Email, "password", "a wrong one")
		}
		counted := func() {
			must(t, g.House.Sealer.Seal(ctx, time.Now()))
			must(t, g.House.Tallier().Step(ctx, time.Now()))
		}
		deleted := func(p *gatetest.Person) { must(t, g.House.Identity.Delete(ctx, gatetest.Console, p.ID)) }
		erased := func(p *gatetest.Person) {
			_, err := g.House.Eraser().Erase(ctx, gatetest.Console, p.ID)
			must(t, err)
		}

		fails(bob)
		fails(ada)
		deleted(ada)
		counted()
		is := failing(t, g)
		for name := range is {
			if !strings.HasPrefix(name, "usr_") {
				home = name
			}
		}
		if is[string(ada.ID)] != 0 || is[string(bob.ID)] != 1 || is[home] == 0 {
			t.Errorf("counted after she was deleted: %v", is)
		}
		g.Browser().Get("/account").SignIn(eve)
		deleted(eve)
		erased(eve)
		if now := failing(t, g); now[home] != is[home] {
			t.Errorf("of somebody who never failed it was forgotten from where others did: %v, and then %v", is, now)
		}
		fails(bob)
		erased(ada)
		if now := failing(t, g); now[home] != 0 {
			t.Errorf("erased: %v", now)
		}
		counted()
		if now := failing(t, g); now[string(ada.ID)] != 0 || now[string(bob.ID)] != 2 || now[home] != 1 {
			t.Errorf("counted after she was erased: %v", now)
		}
	})
}

// amidCount is a store of tallies in which something else happens once what is counted was read.
type amidCount struct {
	audit.TallyStore
	happens func()
}

func (m amidCount) Sums(ctx context.Context, after audit.Place, detailed, refused audit.Action, limit int) ([]audit.Sum, error) {
	all, err := m.TallyStore.Sums(ctx, after, detailed, refused, limit)
	if limit > 1 {
		m.happens()
	}
	return all, err
}

// Who is erased while it is counted whose sign-ins were refused is not counted.
func TestWhoIsErasedAmidTheCountIsNotCounted(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		ctx := t.Context()
		ada := g.Person("ada")
		g.Browser().Get("/signin?return_to=/account").Submit("email", ada.Email, "password", "a wrong one")
		must(t, g.House.Sealer.Seal(ctx, time.Now()))
		gone := make(chan error, 1)
		tallier := g.House.Tallier()
		tallier.Store = amidCount{tallier.Store, func() {
			done := make(chan struct{})
			go func() {
				defer close(done)
				err := g.House.Identity.Delete(ctx, gatetest.Console, ada.ID)
				if err == nil {
					_, err = g.House.Eraser().Erase(ctx, gatetest.Console, ada.ID)
				}
				gone <- err
			}()
			select {
			case <-done:
			case <-time.After(300 * time.Millisecond): // it waits for the count
			}
		}}
		must(t, tallier.Step(ctx, time.Now()))
		must(t, <-gone)
		if is := failing(t, g); len(is) > 0 {
			t.Errorf("it is kept that %v", is)
		}
	})
}
