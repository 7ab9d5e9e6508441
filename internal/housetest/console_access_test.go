package housetest

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
	"gatehouse/proof"
)

// Why somebody has a permission that reaches them by three ways is told in full, and so it is
// once one of the ways is gone; who else has it is told on the other page.
func TestTheConsoleTellsEveryWayToAPermission(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	ctx, a := t.Context(), s.House.Access
	ada, eve := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword)
	who := access.Subject{Kind: access.User, ID: string(eve.ID)}
	_, err := a.AddMember(ctx, gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: access.Subject{Kind: access.Group, ID: there["group"]}, Member: who}, Reason: "test"})
	must(t, err)
	give := func(g access.Grant) access.GrantRecord {
		g.Subject, g.Effect, g.Where = who, access.Allow, access.Where{Place: access.Everywhere}
		made, err := a.Give(ctx, gatetest.Console, g)
		must(t, err)
		return made
	}
	give(access.Grant{Role: "target", Reason: "by role"})
	named := give(access.Grant{Permission: access.Pattern{API: "target", Resource: "things", Action: "read"}, Reason: "by itself", Window: access.Window{ExpiresAt: time.Now().Add(2 * time.Hour)}})
	s.Settle()
	b := atConsole(t, s.Gate, ada)
	page := "/console/users/" + string(eve.ID) + "/access"
	shown := b.Get(page).Is(http.StatusOK).Says("target/things:read").Says("by role").Says("by itself").Says("group desk")
	if n := strings.Count(shown.Body, `data-testid="path"`); n != 3 {
		t.Errorf("%d ways are told, not 3", n)
	}
	b.Get(page + "/check?permission=target/things:read").Is(http.StatusOK).Says("It is granted.").Says("group desk").Says("gatehouse explain")
	b.Get("/console/reach?permission=target/things:read").Is(http.StatusOK).Says(eve.Email).Says("gatehouse who-can").Says(`data-testid="because"`).Says("and 2 more").Says("/access/check?")
	b.Get("/console/reach?permission=target/nothing:read").Is(http.StatusUnprocessableEntity)
	b.Get(page+"/grants/"+string(named.ID)+"/revoke").Submit("reason", "not needed").Is(http.StatusOK).At(page).Says("It is revoked.").Says("Is over")
	b.Get(page + "?at=2001-01-01T00:00").Is(http.StatusOK).Says("They hold nothing here.")
	must(t, func() error {
		_, err := a.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockUser, ID: string(eve.ID)}, Reason: "stolen phone"}})
		return err
	}())
	b.Get(page).Is(http.StatusOK).Says("A lock suspends them")
	b.Get(page + "/check?permission=target/things:read").Says("stolen phone")
}

// A person's access, a check of a permission and who can reach it call a second step that is needed the
// same, and say that the person has none; a new grant warns of it before it is made.
func TestASecondStepThatIsNeededIsToldTheSameEverywhere(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	ctx, a := t.Context(), s.House.Access
	must(t, func() error {
		_, err := a.CreateAPI(ctx, gatetest.Console, access.API{ID: "vault", Audience: "https://vault.test", Permissions: []access.Permission{
			{Resource: "doors", Action: "open", Requires: access.Requirement{Level: proof.AAL2}}, {Resource: "doors", Action: "see"},
		}})
		return err
	}())
	ada, eve := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword)
	b := atConsole(t, s.Gate, ada)
	const after, none = "After a second step", "They have no second step yet"
	fill := func(subject, permission string) *gatetest.Page {
		return b.Get("/console/grants/new?permission="+permission).Is(http.StatusOK).Submit("subject", subject, "reason", "a look").Is(http.StatusOK)
	}
	sure := fill(eve.Email, "vault/doors:open").Says(`data-testid="unproved"`)
	for _, other := range []*gatetest.Page{fill(ada.Email, "vault/doors:open"), fill(eve.Email, "vault/doors:see")} {
		if strings.Contains(other.Body, `data-testid="unproved"`) {
			t.Error("it warns where nothing is lacking")
		}
	}
	sure.Press("", "submit").Is(http.StatusOK).Says("The grant is made.")
	s.Settle()
	page := "/console/users/" + string(eve.ID) + "/access"
	b.Get(page).Is(http.StatusOK).Says(after).Says(none)
	b.Get(page + "/grant?permission=vault/doors:open").Is(http.StatusOK).Says(`data-testid="unproved"`)
	b.Get(page + "/grant?permission=nosuch/doors:open").Is(http.StatusOK)
	b.Get(page + "/check?permission=vault/doors:open").Is(http.StatusOK).Says(after).Says(none)
	b.Get("/console/reach?permission=vault/doors:open").Is(http.StatusOK).Says(after).Says(none).Says("vault/doors:open itself")
	b.Get("/console/permissions?search=doors").Is(http.StatusOK).Says(after)
	b.Get("/console/roles/-/matrix?api=vault").Is(http.StatusOK).Says(after)
}

// What the page of a person grants, extends and revokes holds as the form said, is done once
// however often the form is sent, and is refused where it cannot be or somebody was faster.
func TestTheConsoleGrantsExtendsAndRevokes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		s.targets()
		ada, eve, clerk := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword), s.Person("clerk", gatetest.TOTP)
		b := atConsole(t, s.Gate, ada)
		page := "/console/users/" + string(eve.ID) + "/access"
		ways := func() int { return strings.Count(b.Get(page).Is(http.StatusOK).Body, `data-testid="path"`) }

		form := b.Get(page + "/grant?permission=target/things:read").Is(http.StatusOK).Says("gatehouse grant create")
		form.Submit("expires_at", "2 weeks", "reason", "a look").Is(http.StatusUnprocessableEntity).Says("expires_at-problem")
		form.Submit("expires_at", "2m", "reason", "").Is(http.StatusUnprocessableEntity).Says("reason-problem")
		form.Submit("permission", "target/nothing:read", "expires_at", "2m", "reason", "a look").Is(http.StatusUnprocessableEntity).Says("permission-problem").Says("names nothing that there is")
		if n := ways(); n != 0 {
			t.Fatalf("refused forms granted %d times", n)
		}
		form.Submit("expires_at", "2m", "reason", "a look").Is(http.StatusOK).At(page).Says("It is granted.").Says("a look")
		time.Sleep(3 * time.Second)
		form.Submit("expires_at", "2m", "reason", "a look").Is(http.StatusOK).At(page)
		if n := ways(); n != 1 {
			t.Fatalf("a form that was sent twice granted %d times", n)
		}

		one := page + "/grants/" + grantOn(t, b.Get(page).Body)
		extend, stale, revoke := b.Get(one+"/extend").Is(http.StatusOK).Says("gatehouse grant extend"), b.Get(one+"/extend"), b.Get(one+"/revoke")
		extend.Submit("expires_at", "1m").Is(http.StatusUnprocessableEntity).Says("expires_at-problem")
		extend.Submit("expires_at", "").Is(http.StatusUnprocessableEntity).Says("expires_at-problem")
		extend.Submit("expires_at", "10m").Is(http.StatusOK).At(page).Says("It is extended.")
		extend.Submit("expires_at", "10m").Is(http.StatusOK).At(page)
		stale.Submit("expires_at", "20m").Is(http.StatusPreconditionFailed).Says(`role="alert"`)
		revoke.Submit("reason", "too early").Is(http.StatusPreconditionFailed)
		time.Sleep(9 * time.Minute)
		b.Get(page).Says("Held")
		time.Sleep(2 * time.Minute)
		if gone := b.Get(page).Says("Is over"); strings.Contains(gone.Body, ">Held<") {
			t.Error("a grant that is over is told as held")
		}

		b.Get(page+"/grant").Submit("gives", "role", "role", "target", "expires_at", "", "reason", "for long").At(page).Says("It is granted.")
		one = page + "/grants/" + grantOn(t, b.Get(page).Body)
		revoke = b.Get(one + "/revoke").Is(http.StatusOK).Says("gatehouse grant revoke")
		revoke.Submit("reason", "").Is(http.StatusUnprocessableEntity).Says("reason-problem")
		revoke.Submit("reason", "not needed").Is(http.StatusOK).At(page).Says("It is revoked.")
		revoke.Submit("reason", "not needed").Is(http.StatusOK).At(page)
		revoke.Submit("reason", "once more").Is(http.StatusPreconditionFailed)

		s.role(clerk, "clerk", func(one string) bool { return one == "users:read" || one == "grants:read" })
		c := atConsole(t, s.Gate, clerk)
		if seen := c.Get(page).Is(http.StatusOK); strings.Contains(seen.Body, page+"/grant") {
			t.Error("who may not grant is offered to")
		}
		for _, path := range []string{page + "/grant", one + "/extend", one + "/revoke"} {
			c.Get(path).Is(http.StatusForbidden).Says("gatehouse/grants:write")
		}
	})
}

// grantOn returns the id of the first grant that a page leads to.
func grantOn(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, "/access/grants/gra_")
	id, _, _ := strings.Cut(rest, "/")
	if !ok {
		t.Fatal("the page leads to no grant")
	}
	return "gra_" + id
}

// An address of the console that nothing stands at, or with what cannot be, keeps the frame.
func TestARefusedAddressKeepsTheFrameOfTheConsole(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	for path, status := range map[string]int{
		"/console/nothing": http.StatusNotFound, "/console/users/usr_nobody": http.StatusNotFound, "/console/users/usr_nobody/access": http.StatusNotFound,
		"/console/users?state=odd": http.StatusUnprocessableEntity, "/console/users?search=" + strings.Repeat("x", 300): http.StatusUnprocessableEntity,
	} {
		b.Get(path).Is(status).Says(`id="nav"`).Says(`data-testid="error-code"`)
	}
	if page := b.Get("/console/").Is(http.StatusOK); page.URL.Path != "/console" {
		t.Errorf("with a slash too many it is %s", page.URL)
	}
	if page := g.Browser().Get("/console/nothing"); page.URL.Path != "/signin" {
		t.Errorf("a stranger is told of %s: %d", page.URL, page.Status)
	}
}

// What the API finds wrong with a form is said in the language of the page.
func TestTheConsoleSaysWhatIsWrongInTheLanguageOfThePage(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	eve := s.Person("eve", gatetest.NoPassword)
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	b.Get("/console").Submit("language", "de")
	page := "/console/users/" + string(eve.ID) + "/access/grant"
	b.Get(page).Is(http.StatusOK).Says(`lang="de"`).Submit("gives", "permission", "permission", "target/nothing:read", "reason", "x").Is(http.StatusUnprocessableEntity).Says("ist unbekannt")
	b.Get(page).Submit("reason", "x").Is(http.StatusUnprocessableEntity).Says("wählen Sie stattdessen eine Berechtigung")
	b.Get("/console/users/usr_nobody").Is(http.StatusNotFound).Says(`lang="de"`).Says("Diese Person gibt es nicht")
}
