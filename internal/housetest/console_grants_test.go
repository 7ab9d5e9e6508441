package housetest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// A grant that is made at the console is looked at first, counts until it ends, and stands in the
// tab of what became of it; filters narrow the list, and several are extended and ended at once.
func TestTheConsoleMakesAndEndsGrants(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		s.targets()
		ada, eve := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword)
		b := atConsole(t, s.Gate, ada)
		list := func(query string) *gatetest.Page { return b.Get("/console/grants?" + query).Is(http.StatusOK) }

		form := b.Get("/console/grants/new?role=target").Is(http.StatusOK)
		for field, filled := range map[string][]string{
			"subject":    {"subject", "", "role", "target", "reason", "x"},
			"role":       {"subject", eve.Email, "role", "", "reason", "x"},
			"permission": {"subject", eve.Email, "gives", "permission", "role", "target", "permission", "", "reason", "x"},
			"reason":     {"subject", eve.Email, "role", "target", "reason", ""},
			"expires_at": {"subject", eve.Email, "role", "target", "expires_at", "soon", "reason", "x"},
			"until":      {"subject", eve.Email, "role", "target", "until", "1999-01-01T00:00", "reason", "x"},
		} {
			form.Submit(filled...).Is(http.StatusUnprocessableEntity).Says(field + "-problem")
		}
		all := form.Submit("subject", "", "role", "", "expires_at", "soon", "org", "nosuch", "reason", "").Is(http.StatusUnprocessableEntity)
		for _, field := range []string{"subject", "role", "expires_at", "org", "reason"} {
			all.Says(field + "-problem")
		}
		form.Submit("subject", "nobody@example.test", "role", "target", "reason", "x").Is(http.StatusUnprocessableEntity).Says("subject-problem")
		form.Submit("subject", eve.Email, "role", "nosuch", "reason", "x").Is(http.StatusUnprocessableEntity).Says("role-problem")

		sure := form.Submit("subject", eve.Email, "role", "target", "expires_at", "2m", "reason", "a look").Is(http.StatusOK).Says("gets the role target").Says("target/things:read").Says("1 permission")
		if strings.Contains(list("subject="+url.QueryEscape(eve.Email)).Body, `data-testid="row"`) {
			t.Fatal("what was looked at was made")
		}
		one := sure.Press("", "submit").Is(http.StatusOK).Says("The grant is made.").Says("a look")
		if !strings.HasPrefix(one.URL.Path, "/console/grants/gra_") {
			t.Fatalf("the new grant is at %s", one.URL.Path)
		}
		sure.Press("", "submit").Is(http.StatusOK)
		if n := strings.Count(list("subject="+url.QueryEscape(eve.Email)).Body, `data-testid="row"`); n != 1 {
			t.Fatalf("a form that was sent twice made %d grants", n)
		}
		one.Says("grant.create").Says(ada.Email)
		list("role=target&source=manual&by=" + url.QueryEscape(ada.Email)).Says(eve.Email)
		if other := list("role=target&by=" + url.QueryEscape(eve.Email)); strings.Contains(other.Body, `data-testid="row"`) {
			t.Error("a grant is told to be of somebody else")
		}
		list("state=ending").Says(eve.Email)
		b.Get("/console/grants?subject=nobody@example.test").Is(http.StatusUnprocessableEntity).Says("subject-problem")
		b.Get("/console/grants?day=tomorrow").Is(http.StatusUnprocessableEntity)
		b.Get("/console/grants/calendar").Is(http.StatusOK).Says("day=" + time.Now().UTC().Format(time.DateOnly))
		b.Get("/console/grants/calendar?month=2099-01").Is(http.StatusOK)
		b.Get("/console/grants/calendar?month=odd").Is(http.StatusUnprocessableEntity)
		list("day=" + time.Now().UTC().Format(time.DateOnly)).Says(eve.Email)

		path := one.URL.Path
		extend, stale := b.Get(path+"/extend").Is(http.StatusOK).Says("gatehouse grant extend"), b.Get(path+"/extend")
		extend.Submit("expires_at", "").Is(http.StatusUnprocessableEntity).Says("expires_at-problem")
		extend.Submit("expires_at", "10m").Is(http.StatusOK).At(path).Says("It is extended.")
		stale.Submit("expires_at", "20m").Is(http.StatusPreconditionFailed)
		time.Sleep(11 * time.Minute)
		b.Get(path).Is(http.StatusOK).Says("Ended")
		list("state=ended&subject=" + url.QueryEscape(eve.Email)).Says("a look")
		if gone := list("subject=" + url.QueryEscape(eve.Email)); strings.Contains(gone.Body, `data-testid="row"`) {
			t.Error("what is over is among what counts")
		}

		give := func(reason string) access.GrantRecord {
			made, err := s.House.Access.GiveAgain(t.Context(), gatetest.Console, access.Grant{
				Subject: access.Subject{Kind: access.User, ID: string(eve.ID)}, Effect: access.Allow, Role: "target", Where: access.Where{Place: access.Everywhere}, Reason: reason,
				Window: access.Window{ExpiresAt: time.Now().Add(time.Hour + time.Duration(len(reason))*time.Minute)},
			})
			must(t, err)
			return made
		}
		first, second := give("one"), give("another")
		chosen := func(do string) *gatetest.Page {
			form := formTo(t, list("subject="+url.QueryEscape(eve.Email)), "/console/grants/selected")
			form.Values["row"], form.Values["do"] = []string{string(first.ID), string(second.ID)}, []string{do}
			return b.Post(form.Action, form.Values)
		}
		asked := chosen("extend").Is(http.StatusOK).Says("These are meant").Says(eve.Email)
		asked.Submit("expires_at", "").Is(http.StatusUnprocessableEntity)
		asked.Submit("expires_at", "5h").Is(http.StatusOK).Says("2 grants are extended.")
		asked.Submit("expires_at", "5h").Is(http.StatusOK).Says("2 grants are extended.")
		asked.Submit("expires_at", "9h").Is(http.StatusOK).Says("2 grants are extended.") // after a step back
		for _, one := range []access.GrantRecord{first, second} {
			if is, err := s.House.Access.Grant(t.Context(), one.ID); err != nil || is.ExpiresAt.Before(time.Now().Add(9*time.Hour-time.Minute)) {
				t.Errorf("a grant that is said to be extended by 9h ends at %s, %v", is.ExpiresAt, err)
			}
		}
		asked = chosen("revoke").Is(http.StatusOK)
		asked.Submit("reason", "").Is(http.StatusUnprocessableEntity).Says("reason-problem")
		asked.Submit("reason", "not needed").Is(http.StatusOK).Says("2 grants are revoked.")
		asked.Submit("reason", "not needed").Is(http.StatusOK)
		list("state=ended&subject=" + url.QueryEscape(eve.Email)).Says("not needed")
	})
}

// What several get at once is made for all of them or for none; what is wrong with one is told by who it
// is.
func TestTheConsoleGrantsToSeveral(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	ada, eve, bob := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword), s.Person("bob", gatetest.NoPassword)
	b := atConsole(t, s.Gate, ada)
	rows := func() int {
		return strings.Count(b.Get("/console/grants?role=target").Is(http.StatusOK).Body, `data-testid="row"`)
	}
	before := rows()
	form := b.Get("/console/grants/new?role=target").Is(http.StatusOK)
	fill := func(whom string) *gatetest.Page {
		return form.Submit("subject", whom, "role", "target", "expires_at", "2h", "reason", "the move")
	}
	fill(eve.Email + "\nnobody@example.test").Is(http.StatusUnprocessableEntity).Says("subject-problem").Says("nobody@example.test” is nobody")
	fill(strings.Repeat("x@example.test\n", 3) + eve.Email).Is(http.StatusUnprocessableEntity).Says("x@example.test” is nobody")
	var many strings.Builder
	for i := range 51 {
		fmt.Fprintf(&many, "p%d@example.test\n", i)
	}
	fill(many.String()).Is(http.StatusUnprocessableEntity).Says("subject-problem")
	sure := fill(eve.Email + "\r\n" + bob.Email + "\r\n" + eve.Email).Is(http.StatusOK).Says("These 2 get the role target").Says("gatehouse grant create --user " + bob.Email)
	if n := rows(); n != before {
		t.Fatalf("what was looked at was made: %d grants more", n-before)
	}
	sure.Press("", "submit").Is(http.StatusCreated).Says("2 grants are made.").Says(eve.Email).Says("/console/grants/gra_")
	sure.Press("", "submit")
	if n := rows() - before; n != 2 {
		t.Fatalf("a form that was sent twice made %d grants", n)
	}
	fill(ada.Email+"\n"+bob.Email).Is(http.StatusOK).Press("", "submit").Is(http.StatusConflict).Says("subject-problem").Says(bob.Email) // bob has it already
	if n := rows() - before; n != 2 {
		t.Errorf("of several grants of which one is refused some are made: %d", n)
	}
}

// What is locked is kept out until the lock is lifted; what it comes to is said first.
func TestTheConsoleLocksAndLifts(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	ada, eve := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve")
	b := atConsole(t, s.Gate, ada)
	form := b.Get("/console/locks/new").Is(http.StatusOK).Says("gatehouse lock create")
	form.Submit("on", "", "reason", "x").Is(http.StatusUnprocessableEntity).Says("on-problem")
	form.Submit("on", eve.Email, "reason", "").Is(http.StatusUnprocessableEntity).Says("reason-problem")
	form.Submit("on", "nobody@example.test", "reason", "x").Is(http.StatusUnprocessableEntity).Says("on-problem")
	other := formTo(t, form, "/console/locks/new")
	other.Values["kind"], other.Values["on"], other.Values["reason"] = []string{"role"}, []string{"nosuch"}, []string{"x"}
	b.Post(other.Action, other.Values).Is(http.StatusOK).Says("counts for nobody").Press("", "submit").Is(http.StatusUnprocessableEntity).Says("on-problem")
	sure := form.Submit("on", eve.Email, "expires_at", "8h", "reason", "stolen phone").Is(http.StatusOK).Says("They are kept out at once").Says("It ends by itself")
	if strings.Contains(b.Get("/console/locks").Body, eve.Email) {
		t.Fatal("what was looked at was locked")
	}
	sure.Press("", "submit").Is(http.StatusOK).At("/console/locks").Says("It is locked.").Says(eve.Email).Says("stolen phone")
	sure.Press("", "submit").Is(http.StatusOK).At("/console/locks")
	s.Settle()
	page := "/console/locks/user/" + string(eve.ID)
	b.Get(page).Is(http.StatusOK).Says("gatehouse lock lift")
	if only := b.Get("/console/locks?kind=role").Is(http.StatusOK); strings.Contains(only.Body, eve.Email) {
		t.Error("a lock on a person is among those on roles")
	}
	stale := b.Get(page)
	form.Submit("on", eve.Email, "reason", "still stolen").Is(http.StatusOK).Says("It replaces the lock").Press("", "submit").At("/console/locks")
	stale.Press("", "submit").Is(http.StatusPreconditionFailed).Says("still stolen")
	lift := b.Get(page)
	lift.Press("", "submit").Is(http.StatusOK).At("/console/locks").Says("The lock is lifted.")
	lift.Press("", "submit").Is(http.StatusOK).At("/console/locks")
	b.Get(page).Is(http.StatusNotFound).Says(`id="nav"`)
}

// formTo is the form of a page that is sent to a path.
func formTo(t *testing.T, p *gatetest.Page, path string) gatetest.Form {
	t.Helper()
	for _, f := range p.Forms() {
		if f.Action == path && f.Method == http.MethodPost {
			return f
		}
	}
	t.Fatalf("%s has no form to %s", p.URL, path)
	return gatetest.Form{}
}
