package housetest

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/identity/intake"
	"gatehouse/internal/gatetest"
	"gatehouse/proof"
)

// What goes on in somebody's name goes on as far as they could do it themselves: as well proved as they
// were, and no longer than their session and their key.
func TestAnImportIsAskedAboutAsItsOwnerWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		ctx := t.Context()
		eve := s.Person("eve", gatetest.NoPassword)
		a := s.call(s.boss, http.MethodPost, "/api/v1/grants", map[string]any{
			"subject": map[string]any{"kind": "user", "id": eve.ID}, "permission": "gatehouse/users:write", "acr": "aal2", "max_age": "10m", "reason": "test",
		})
		if a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		locked, _, err := s.House.Sessions.Create(ctx, gatetest.Console, eve.ID, nil)
		must(t, err)
		_, err = s.House.Access.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockSession, ID: string(locked.ID)}, Reason: "test"}})
		must(t, err)
		s.Settle()
		good := intake.Owner{By: audit.Actor{Kind: audit.Person, ID: string(eve.ID)}, Level: proof.AAL2, Ago: time.Minute}
		owner := func(change func(o *intake.Owner)) intake.Owner {
			o := good
			change(&o)
			return o
		}
		may := func(o intake.Owner) bool {
			t.Helper()
			err := s.House.Intake.Rights.MayTakeIn(ctx, o)
			if err != nil && !fault.Is(err, fault.Forbidden) {
				t.Errorf("nobody knows: %v", err)
			}
			return err == nil
		}
		for name, o := range map[string]intake.Owner{
			"somebody else":                   owner(func(o *intake.Owner) { o.By.ID = string(s.Person("bob", gatetest.NoPassword).ID) }),
			"a weaker proof":                  owner(func(o *intake.Owner) { o.Level = proof.AAL1 }),
			"an older proof":                  owner(func(o *intake.Owner) { o.Ago = 11 * time.Minute }),
			"no proof":                        owner(func(o *intake.Owner) { o.Ago = -1 }),
			"a session that is locked":        owner(func(o *intake.Owner) { o.By.Session = locked.ID }),
			"a key that there is not":         owner(func(o *intake.Owner) { o.By.Key = "key_none" }),
			"an application as if it were it": owner(func(o *intake.Owner) { o.By.Kind = audit.Client }),
		} {
			if may(o) {
				t.Errorf("%s: they may", name)
			}
		}
		time.Sleep(time.Hour)
		if !may(good) {
			t.Error("who was as fresh as it takes when it began has to prove themselves amid it")
		}
	})
}

// A file is taken in as well proved as its person was, and with a key no longer than it lasts; whoever
// runs what somebody else looked at does so in their own name.
func TestAnImportIsOfWhoRunsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		ctx := t.Context()
		step := func() { t.Helper(); s.Settle(); must(t, s.House.Intake.Step(ctx, time.Now())) }
		of := func(name string) string { return strings.ReplaceAll(fileOf(3), "person-", name+"-") }

		ada := s.Person("ada", gatetest.TOTP)
		s.role(ada, "reader", func(p string) bool { return p == "users:read" })
		a := s.call(s.boss, http.MethodPost, "/api/v1/grants", map[string]any{
			"subject": map[string]any{"kind": "user", "id": ada.ID}, "permission": "gatehouse/users:write", "acr": "aal2", "max_age": "10m", "reason": "test",
		})
		if a.Status != http.StatusCreated {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		s.Settle()
		b := atConsole(t, s.Gate, ada)
		const form = "/console/users/import"
		seen := b.Upload(form, formTo(t, b.Get(form), form).Values, "file", "people.csv", of("console")).Is(http.StatusOK)
		path := "/api/v1/imports/" + seen.URL.Path[strings.LastIndex(seen.URL.Path, "/")+1:]
		seen.Press("", "submit").Is(http.StatusOK).Says("The import runs")
		time.Sleep(time.Hour) // the server was down, say
		step()
		if state, why, rows := s.imported(path); state != "done" || rows["made"] != 3 {
			t.Errorf("of the console: %s %q %v", state, why, rows)
		}

		writes := func(p string) bool { return p == "users:write" }
		looked, runs := s.account("looks", writes), s.account("runs", writes)
		s.Settle()
		path = s.begin(looked, of("run"), true)
		if a := s.call(runs, http.MethodPost, path+"/run", nil); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		must(t, s.House.Access.DeleteServiceAccount(ctx, gatetest.Console, "looks", "test"))
		step()
		if state, why, rows := s.imported(path); state != "done" || rows["made"] != 3 {
			t.Errorf("whoever looked at it is gone: %s %q %v", state, why, rows)
		}
		for _, e := range eventsAbout(t, s, path) {
			if e.Actor.ID != "runs" {
				t.Errorf("%s is recorded of %+v", e.Action, e.Actor)
			}
		}

		made := s.call(s.boss, http.MethodPost, "/api/v1/service-accounts/runs/keys", map[string]any{"name": "short", "expires_at": time.Now().Add(time.Hour)})
		s.Settle()
		path = s.begin(made.Text("key"), of("key"), false)
		time.Sleep(2 * time.Hour)
		step()
		if state, why, rows := s.imported(path); state != "stopped" || why != "right" || rows["made"] != 0 {
			t.Errorf("by a key that is over: %s %q %v", state, why, rows)
		}
	})
}

// An import that runs is stopped from its page, which says so; a page that was looked at before that
// runs nothing, each file that a form is sent with is one of its own, and its name is a line of text.
func TestAnImportIsStoppedInTheConsole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
		const form = "/console/users/import"
		carried := formTo(t, b.Get(form), form).Values
		first := b.Upload(form, carried, "file", strings.Repeat("ü", 300)+".csv", fileOf(3)).Is(http.StatusOK)
		other := b.Upload(form, carried, "file", "more.csv", fileOf(4)).Is(http.StatusOK).Says("more.csv")
		b.Upload(form, carried, "file", "shoes.csv", "email,shoe size\n").Is(http.StatusUnprocessableEntity).Says("file-problem")
		if first.URL.Path == other.URL.Path {
			t.Errorf("two files are one import: %s", first.URL)
		}
		time.Sleep(time.Millisecond) // the trail has an order then
		stale := b.Get(first.URL.Path)
		running := first.Press("", "submit").Is(http.StatusOK).Says("The import runs")
		stale.Press("", "submit").Is(http.StatusPreconditionFailed)
		time.Sleep(time.Millisecond)
		stopped := running.Press("", "stop-it").Is(http.StatusOK).At(first.URL.Path)
		if strings.Contains(stopped.Body, "The import runs") || strings.Contains(stopped.Body, `id="stop-it"`) {
			t.Error("it runs still")
		}
		must(t, s.House.Intake.Step(t.Context(), time.Now()))
		path := "/api/v1/imports/" + first.URL.Path[strings.LastIndex(first.URL.Path, "/")+1:]
		if state, why, rows := s.imported(path); state != "stopped" || why != "asked" || rows["made"] != 0 {
			t.Errorf("%s %q %v", state, why, rows)
		}
		events := eventsAbout(t, s, path)
		if len(events) != 2 || events[0].Action != intake.ActionBegin || events[1].Action != intake.ActionStop || events[1].Reason != "" || events[1].Actor.Kind != audit.Person {
			t.Errorf("the trail has %+v", events)
		}
		named := s.call(s.boss, http.MethodPost, "/api/v1/imports", map[string]any{"content": fileOf(1), "file": "a\tb\x01c\u0000d.csv", "dry_run": true})
		if named.Status != http.StatusCreated || named.Text("file") != "abcd.csv" {
			t.Errorf("a file with such a name: %d %s", named.Status, named.Body)
		}
	})
}
