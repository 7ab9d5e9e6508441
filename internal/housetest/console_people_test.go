package housetest

import (
	"net/http"
	"net/url"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// What is done to several people at once is asked first, done to each, and told of whom it was not done to.
func TestTheConsoleDoesThingsToSeveralPeople(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	_, err := s.House.Access.CreateGroup(t.Context(), gatetest.Console, access.GroupRecord{ID: "crowd"})
	must(t, err)
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	eve, bob := s.Person("eve"), s.Person("bob", gatetest.NoPassword)
	theirs := s.Browser()
	theirs.Get("/account").SignIn(eve).At("/account")
	const selected = "/console/users/selected"
	choose := func(do string, more ...string) *gatetest.Page {
		form := formTo(t, b.Get("/console/users").Is(http.StatusOK), selected)
		form.Values["row"], form.Values["do"] = append([]string{string(eve.ID), string(bob.ID)}, more...), []string{do}
		return b.Post(selected, form.Values).Is(http.StatusOK)
	}
	disabled := func(p *gatetest.Person) bool {
		u, err := s.House.Identity.User(t.Context(), p.ID)
		must(t, err)
		return u.Disabled
	}

	choose("sign-out").Says("All browsers of 2 people are signed out").Says("gatehouse session revoke --user "+eve.Email).Press("", "submit").Is(http.StatusOK).Says("2 people are signed out everywhere.")
	s.Settle()
	theirs.Get("/account").At("/signin")

	ask := choose("disable").Says("2 people are kept out at once").Says("gatehouse user disable " + bob.Email)
	if disabled(eve) {
		t.Fatal("what was asked about was done")
	}
	ask.Press("", "submit").Is(http.StatusOK).Says("2 people were disabled.")
	if !disabled(eve) || !disabled(bob) {
		t.Error("not all were disabled")
	}
	choose("enable", "usr_none").Press("", "submit").Is(http.StatusOK).Says("2 people were enabled.").Says("usr_none")
	if disabled(eve) || disabled(bob) {
		t.Error("not all were enabled")
	}

	page := "/console/users/" + string(eve.ID)
	done := b.Get(page+"/disable").Press("", "submit").Is(http.StatusOK).Says("They are disabled.").Says("Undo")
	done.Press("", "undo").Is(http.StatusOK).At(page).Says("They are enabled.")
	if disabled(eve) {
		t.Error("what was taken back is done still")
	}
	done.Press("", "undo").Is(http.StatusOK).At(page) // sent twice
	isWithout(t, b.Get(page+"?done=disable").Is(http.StatusOK), `id="undo"`)

	group := choose("group")
	group.Submit("group", "").Is(http.StatusUnprocessableEntity).Says("group-problem")
	group.Submit("group", "nosuch").Is(http.StatusUnprocessableEntity).Says("group-problem")
	group.Submit("group", "crowd").Is(http.StatusOK).Says("2 people are in the group.")
	b.Get("/console/groups/crowd/members").Is(http.StatusOK).Says(eve.Email).Says(bob.Email)
	b.Get(selected).At("/console/users")

	clerk := s.Person("clerk", gatetest.TOTP)
	s.role(clerk, "clerk", func(one string) bool { return one == "users:read" || one == "sessions:revoke" })
	c := atConsole(t, s.Gate, clerk)
	list := c.Get("/console/users").Is(http.StatusOK).Says("sign-out-selected")
	isWithout(t, list, "disable-selected")
	isWithout(t, list, "group-selected")
	form := formTo(t, list, selected)
	for _, do := range []string{"disable", "enable", "group"} {
		c.Post(selected, url.Values{"row": {string(eve.ID)}, "do": {do}, "group": {"crowd"}, "confirmed": {"yes"}, "form_token": form.Values["form_token"]}).Is(http.StatusForbidden)
	}
	if disabled(eve) {
		t.Error("who may not disables")
	}
}
