package housetest

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// welcomes finds the links for a first password in a page.
var welcomes = regexp.MustCompile(`([\w-]+@import\.test) https?://\S+/welcome#token=([\w.-]+)`)

// An import does not end nowhere: it leads to those whom it made, who are handed links, and sign in by them.
func TestAnImportEndsWithLinksByWhichItsPeopleSignIn(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada := s.Person("ada", gatetest.TOTP, gatetest.Administrator)
	s.Person("eve", gatetest.NoPassword)
	path := s.begin(s.boss, fileOf(3)+"ada@example.test,Ada,,\n", false)
	s.Settle()
	must(t, s.House.Intake.Step(t.Context(), time.Now()))
	name := string(importOf(path))
	b := atConsole(t, s.Gate, ada)
	b.Get("/console/imports/" + name).Is(http.StatusOK).Says("3 people are created").Says(`id="imported"`).Says("import=" + name)

	of := "/console/users?has_password=false&import=" + name
	list := b.Get(of).Is(http.StatusOK).Says("people.csv").Says("person-0@import.test").Says("No password").Says("--has-password=false --import " + name)
	isWithout(t, list, "eve@")
	const selected = "/console/users/selected"
	form := formTo(t, list, selected)
	form.Values["do"] = []string{"password-link"}
	for _, id := range regexp.MustCompile(`name="row" value="(usr_\w+)"`).FindAllStringSubmatch(list.Body, -1) {
		form.Values.Add("row", id[1])
	}
	made := b.Post(selected, form.Values).Is(http.StatusOK).Says("3 people get a link each").Says("gatehouse user link person-0@import.test").Press("", "submit").Is(http.StatusOK).Says("3 links were made.").Says("I have handed them over")
	links := welcomes.FindAllStringSubmatch(strings.Split(made.Body, "data-download")[0], -1)
	if len(links) != 3 {
		t.Fatalf("%d links: %s", len(links), made.Body)
	}

	theirs := s.Browser()
	email, token := links[0][1], links[0][2]
	theirs.Get("/welcome").Is(http.StatusOK).Says(`data-testid="language-de"`).Submit("token", "usr_nobody.code").Is(http.StatusForbidden).Says("not good any more")
	choose := theirs.Get("/welcome").Submit("token", "https://id.example.test/welcome#token="+token).Is(http.StatusOK).Says(email)
	choose.Submit("password", "short").Is(http.StatusUnprocessableEntity).Says("password-problem")
	choose.Submit("password", "violet harbour 77 engines").Is(http.StatusOK).At("/account")
	s.Browser().Get("/welcome").Submit("token", token).Is(http.StatusForbidden).Says("not good any more").Says(`href="/account"`)
	isWithout(t, b.Get(of).Is(http.StatusOK), email)

	b.Get("/console/users?import=imp_nosuch").Is(http.StatusUnprocessableEntity)
}

// Whoever makes a person is led to the link that they hand over; it is shown once.
func TestTheConsoleMakesALinkForANewPerson(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada := s.Person("ada", gatetest.TOTP, gatetest.Administrator)
	b := atConsole(t, s.Gate, ada)
	person := b.Get("/console/users/new").Submit("email", "new@import.test").Is(http.StatusOK).Says("/password-link").Says("No password")
	at := person.URL.Path + "/password-link"
	ask := b.Get(at).Is(http.StatusOK).Says("Let new@import.test choose a password?").Says("gatehouse user link new@import.test")
	made := ask.Press("", "submit").Is(http.StatusCreated).Says("/welcome#token=usr_").Says("I have handed it over")
	if made.Header.Get("Cache-Control") != "no-store" {
		t.Error("the link is kept by the browser")
	}
	credentials := b.Get(person.URL.Path + "/credentials").Is(http.StatusOK).Says(`id="link"`).Says(`id="revoke-link"`)
	withdraw := b.Get(person.URL.Path + "/revoke-link").Is(http.StatusOK).Says("Withdraw the link of new@import.test?").Says("gatehouse user link --revoke new@import.test")
	isWithout(t, withdraw.Press("", "submit").Is(http.StatusOK).At(credentials.URL.Path).Says("The link is withdrawn."), `id="revoke-link"`)
	_, token, _ := strings.Cut(made.Body, "/welcome#token=")
	token, _, _ = strings.Cut(token, "<")
	s.Browser().Get("/welcome").Submit("token", token).Is(http.StatusForbidden).Says("not good any more").Says(`href="/account"`)
	isWithout(t, b.Get("/console/users/"+string(ada.ID)+"/credentials").Is(http.StatusOK), `id="link"`)
	b.Get("/console/users/"+string(ada.ID)+"/password-link").Press("", "submit").Is(http.StatusConflict).Says("has a password already")
}

// The form makes a link of the person who stood on it, once, and is for who may let people in.
func TestTheConsoleMakesALinkOnceOfThePersonWhoStandsThere(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada, bob := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("bob", gatetest.NoPassword)
	at := "/console/users/" + string(bob.ID) + "/password-link"
	b := atConsole(t, s.Gate, ada)
	before := b.Get(at).Is(http.StatusOK)
	u, err := s.House.Identity.User(t.Context(), bob.ID)
	must(t, err)
	u.Name = "Bob of another name"
	_, err = s.House.Identity.Update(t.Context(), gatetest.Console, u)
	must(t, err)
	isWithout(t, before.Press("", "submit").Is(http.StatusPreconditionFailed), "#token=")
	form := b.Get(at).Is(http.StatusOK)
	form.Press("", "submit").Is(http.StatusCreated).Says("#token=usr_")
	isWithout(t, form.Press("", "submit").Is(http.StatusConflict).Says("not shown again"), "#token=")

	clerk := s.Person("clerk", gatetest.TOTP)
	s.role(clerk, "sees-people", func(p string) bool { return p == "users:read" })
	atConsole(t, s.Gate, clerk).Get(at).Is(http.StatusForbidden).Says("users:credentials")
}

// Whoever sees people sees those of an import, each manager theirs, also where the import itself is not
// for them.
func TestThePeopleOfAnImportAreListedAsFarAsTheyAreSeen(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	name := string(importOf(s.begin(s.boss, fileOf(3), false)))
	s.Settle()
	must(t, s.House.Intake.Step(t.Context(), time.Now()))
	first, err := s.House.Identity.UserByEmail(t.Context(), "person-0@import.test")
	must(t, err)
	manager := s.account("manager", func(string) bool { return false })
	for _, member := range []access.Subject{{Kind: access.User, ID: string(first.ID)}, {Kind: access.ServiceAccount, ID: "manager"}} {
		_, err := s.House.Access.AddMember(t.Context(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: access.Subject{Kind: access.Organisation, ID: "acme"}, Member: member}})
		must(t, err)
	}
	_, err = s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.ServiceAccount, ID: "manager"}, Effect: access.Allow, Org: "acme", Where: access.Where{Place: access.Everywhere}, Reason: "test",
		Permission: access.Pattern{API: access.Gatehouse, Resource: "users", Action: "read"},
	})
	must(t, err)
	clerk := s.Person("clerk", gatetest.TOTP)
	s.role(clerk, "sees-people", func(p string) bool { return p == "users:read" })
	for who, c := range map[string]struct {
		key  string
		sees int
	}{"everybody": {s.boss, 3}, "one organisation": {manager, 1}} {
		a := s.call(c.key, http.MethodGet, "/api/v1/users?has_password=false&import="+name, nil)
		if n := strings.Count(string(a.Body), "@import.test"); a.Status != http.StatusOK || n != c.sees || strings.Count(string(a.Body), `"has_password":false`) != c.sees {
			t.Errorf("who sees %s sees %d: %d %s", who, n, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/users?email=person-0@import.test&import="+name, nil); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("one address of an import: %d %s", a.Status, a.Body)
	}
	atConsole(t, s.Gate, clerk).Get("/console/users?import=" + name).Is(http.StatusOK).Says("person-0@import.test")
}
