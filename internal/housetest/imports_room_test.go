package housetest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/identity"
	"gatehouse/identity/intake"
	"gatehouse/internal/gatetest"
)

// Who looks at one file after another pushes out their own looks, and nobody else's work; what makes
// room for another is recorded.
func TestLooksAtFilesPushOutNobodyElsesImports(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		other := s.account("other", func(p string) bool { return p == "users:read" || p == "users:write" })
		s.Settle()
		done := s.begin(s.boss, fileOf(1), false)
		must(t, s.House.Intake.Step(t.Context(), time.Now()))
		looked := s.begin(s.boss, fileOf(2), true)
		mine := s.begin(other, fileOf(1), true)
		for range intake.MaxKept + 10 {
			time.Sleep(time.Second) // each is newer than the last
			mine = s.begin(other, fileOf(1), true)
		}
		for _, path := range []string{done, looked, mine} {
			if a := s.call(s.boss, http.MethodGet, path, nil); a.Status != http.StatusOK {
				t.Errorf("%s was pushed out: %d %s", path, a.Status, a.Body)
			}
		}
		gone, _, err := s.House.Trail.Page(t.Context(), audit.Query{Actions: []audit.Action{intake.ActionDiscard}}, 100)
		must(t, err)
		if len(gone) != 13 { // of the other's 61 those that there is no room for beside two
			t.Errorf("it is recorded of %d that they made room", len(gone))
		}
		for _, e := range gone {
			if e.Actor.Kind != audit.House || e.Reason != "room" || e.Before == nil {
				t.Errorf("recorded: %+v", e)
			}
		}
		// Of others' a look goes before a report.
		third := s.account("third", func(p string) bool { return p == "users:write" })
		s.Settle()
		s.begin(third, fileOf(1), true)
		if a := s.call(s.boss, http.MethodGet, done, nil); a.Status != http.StatusOK {
			t.Errorf("the report was pushed out: %d %s", a.Status, a.Body)
		}
	})
}

// Who is deleted after a file was looked at is not in it any more: not by their address, and they are
// not made anew by it.
func TestWhoIsDeletedIsInNoFileThatWasLookedAt(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		s := &steering{Gate: g, t: t, issuer: gatetest.Issuer}
		s.boss = s.account("boss", func(string) bool { return true })
		s.Settle()
		eve := s.Person("eve", gatetest.NoPassword)
		file := "email,name\nfresh@import.test,Fresh\n" + strings.ToUpper(eve.Email) + ",Evelyn of the file\n"
		looked := s.begin(s.boss, file, true)
		wrong := s.begin(s.boss, "email,name,email_verified\n"+eve.Email+",Evelyn of the file,perhaps\n", true)
		stopped := s.begin(s.boss, file, true)
		if a := s.call(s.boss, http.MethodPost, stopped+"/stop", nil); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		must(t, s.House.Identity.Delete(t.Context(), gatetest.Console, eve.ID))
		for _, path := range []string{looked, wrong, stopped} {
			report := string(s.call(s.boss, http.MethodGet, reportOf(path)+"?format=ndjson", nil).Body)
			if strings.Contains(strings.ToLower(report), eve.Email) || strings.Contains(report, "Evelyn") || !strings.Contains(report, "deleted since the file was looked at") {
				t.Errorf("%s tells: %s", path, report)
			}
		}
		if _, _, rows := s.imported(looked); rows["known"] != 0 || rows["wrong"] != 1 {
			t.Errorf("it comes to %v", rows)
		}
		if a := s.call(s.boss, http.MethodPost, looked+"/run", nil); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		must(t, s.House.Intake.Step(t.Context(), time.Now()))
		if state, _, rows := s.imported(looked); state != "done" || rows["made"] != 1 || rows["wrong"] != 1 || rows["done"] != 2 {
			t.Errorf("it is %s, and came to %v", state, rows)
		}
		if _, err := s.House.Identity.UserByEmail(t.Context(), eve.Email); err == nil {
			t.Error("she was made anew")
		}
	})
}

// Who is deleted between the look at a file and its keeping is in it no more, either.
func TestWhoIsDeletedAmidALookIsNotKept(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	eve := s.Person("eve", gatetest.NoPassword)
	found, err := s.House.Intake.Look(t.Context(), []intake.Row{{N: 1, Line: 2, Person: identity.User{Email: eve.Email}}, {N: 2, Line: 3, Person: identity.User{Email: "fresh@import.test"}}})
	must(t, err)
	if found.Known != 1 {
		t.Fatalf("found %+v", found)
	}
	must(t, s.House.Identity.Delete(t.Context(), gatetest.Console, eve.ID))
	im, err := s.House.Intake.Begin(t.Context(), intake.Owner{By: gatetest.Console, Ago: -1}, "", found, false)
	must(t, err)
	rows, _, err := s.House.Intake.Rows(t.Context(), im.ID, intake.Place{}, intake.New, 10)
	must(t, err)
	if im.Known != 0 || im.Wrong != 1 || len(rows) != 2 || slices.ContainsFunc(rows, func(r intake.Row) bool { return r.Person.Email == eve.Email }) {
		t.Errorf("kept is %+v with %+v", im, rows)
	}
}
