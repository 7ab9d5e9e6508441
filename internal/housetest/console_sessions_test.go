package housetest

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// A browser that is signed out at the console is signed out, with what rested on it; several are at
// once, and whoever may not is not offered to.
func TestTheConsoleSignsBrowsersOut(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	ada, eve, clerk := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve"), s.Person("clerk", gatetest.TOTP)
	b := atConsole(t, s.Gate, ada)
	theirs := s.Browser()
	theirs.Get("/account").SignIn(eve).Is(http.StatusOK).At("/account")

	b.Get("/console/sessions").Is(http.StatusOK).Says(eve.Email).Says(ada.Email).Says("gatehouse session list")
	b.Get("/console/sessions?begun=hour&sort=created").Is(http.StatusOK).Says(eve.Email)
	b.Get("/console/sessions?cursor=odd").Is(http.StatusOK).At("/console/sessions")
	b.Get("/console/sessions?person=nobody@example.test").Is(http.StatusOK).Says("person-problem")
	page := b.Get("/console/sessions?person=" + url.QueryEscape(eve.Email)).Is(http.StatusOK).At("/console/users/" + string(eve.ID) + "/sessions")
	_, rest, _ := strings.Cut(page.Body, "/sessions/ses_")
	name, _, _ := strings.Cut(rest, `"`)
	one := page.URL.Path + "/ses_" + name
	ask := b.Get(one).Is(http.StatusOK).Says("Sign this browser out?").Says("No application holds tokens of it.").Says("gatehouse session revoke")
	theirs.Get("/account").At("/account")
	ask.Press("", "submit").Is(http.StatusOK).At(page.URL.Path).Says("The browser is signed out.")
	ask.Press("", "submit").Is(http.StatusOK).At(page.URL.Path)
	s.Settle()
	theirs.Get("/account").At("/signin")
	b.Get(one).Is(http.StatusNotFound).Says(`id="nav"`)
	b.Get("/console/users/" + string(ada.ID) + "/sessions/" + there["session"]).Is(http.StatusNotFound)

	theirs.Get("/account").SignIn(eve).At("/account")
	form := formTo(t, b.Get("/console/sessions"), "/console/sessions/selected")
	form.Values["row"] = []string{there["session"], "ses_none"}
	asked := b.Post(form.Action, form.Values).Is(http.StatusOK).Says("2 browsers are signed out")
	asked.Press("", "submit").Is(http.StatusOK).Says("1 browser is signed out.").Says("ses_none")
	b.Get("/console/sessions/selected").At("/console/sessions")

	s.role(clerk, "clerk", func(one string) bool { return one == "sessions:read" || one == "users:read" })
	c := atConsole(t, s.Gate, clerk)
	list := c.Get("/console/sessions").Is(http.StatusOK)
	if strings.Contains(list.Body, "end-selected") {
		t.Error("who may not end sessions is offered to")
	}
	c.Post("/console/sessions/selected", url.Values{"row": {there["session"]}, "confirmed": {"yes"}, "form_token": form.Values["form_token"]}).Is(http.StatusForbidden)
}

// What a person's programs and applications have of them is taken back from their page.
func TestTheConsoleTakesBackTokensAndConsents(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	page := "/console/users/" + there["user"]
	b.Get(page + "/credentials").Is(http.StatusOK).Says("gatehouse/users:read")
	ask := b.Get(page + "/tokens/" + there["token"]).Is(http.StatusOK).Says("gatehouse/users:read")
	ask.Press("", "submit").Is(http.StatusOK).At(page + "/credentials").Says("The token is ended.")
	ask.Press("", "submit").Is(http.StatusOK).At(page + "/credentials")
	b.Get(page + "/tokens/key_none").Is(http.StatusNotFound)

	form := b.Get(page + "/tokens/new").Is(http.StatusOK)
	for field, filled := range map[string][]string{
		"name":        {"name", "", "permissions", "target/things:read"},
		"permissions": {"name", "mine", "permissions", "things"},
		"expires_at":  {"name", "mine", "permissions", "target/things:read", "expires_at", ""},
	} {
		form.Submit(filled...).Is(http.StatusUnprocessableEntity).Says(field + "-problem")
	}
	made := form.Submit("name", "mine", "permissions", "target/things:read").Is(http.StatusCreated).Says("The new token")
	key := shownSecret.FindStringSubmatch(made.Body)
	if key == nil {
		t.Fatal("the token is not shown")
	}
	isWithout(t, form.Submit("name", "mine", "permissions", "target/things:read").Is(http.StatusConflict), key[1])
	if n := strings.Count(b.Get(page+"/credentials").Says("mine").Body, ">mine<"); n != 1 {
		t.Errorf("a form that was sent twice made %d tokens", n)
	}

	b.Get(page + "/applications").Is(http.StatusOK).Says(there["client"]).Says("openid")
	ask = b.Get(page + "/applications/" + there["client"]).Is(http.StatusOK).Says("1 refresh token")
	ask.Press("", "submit").Is(http.StatusOK).At(page + "/applications").Says("It is taken back.").Says("No application holds anything of theirs")
	b.Get(page + "/applications/" + there["client"]).Is(http.StatusNotFound)
	b.Get(page+"/end-tokens").Is(http.StatusOK).Press("", "submit").Is(http.StatusOK).At(page + "/applications").Says("All tokens are ended.")
}

// One refresh token is ended by itself, from the page of the application or of the person; the others
// that the application holds stay.
func TestTheConsoleEndsOneRefreshToken(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	app, eve, bob := s.App("web"), s.Person("eve"), s.Person("bob")
	browser := s.Browser()
	first, second := app.Tokens(browser, eve).Text("refresh_token"), app.Tokens(browser, eve).Text("refresh_token")
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	list, page := "/console/applications/"+string(app.ID)+"/families", "/console/users/"+string(eve.ID)

	b.Get("/console/applications/" + string(app.ID)).Is(http.StatusOK).Says(list)
	shown := b.Get(list).Is(http.StatusOK).Says(eve.Email).Says("openid")
	newest := regexp.MustCompile(page + `/families/fam_[a-z0-9]+\?from=` + string(app.ID)).FindString(shown.Body)
	if newest == "" {
		t.Fatalf("no row leads to where a token is ended:\n%s", shown.Body)
	}
	ask := b.Get(newest).Is(http.StatusOK).Says("End this token of " + string(app.ID) + "?")
	ask.Press("", "submit").Is(http.StatusOK).At(list).Says("The token is ended.")
	ask.Press("", "submit").Is(http.StatusOK).At(list) // sent twice
	if a := app.Refresh(second); a.Error() != "invalid_grant" {
		t.Errorf("a token that was ended is refreshed: %d %s", a.Status, a.Body)
	}
	first = app.Refresh(first).Text("refresh_token")
	path, _, _ := strings.Cut(newest, "?")
	b.Get(path).Is(http.StatusNotFound)

	one := regexp.MustCompile(page + `/families/fam_[a-z0-9]+`).FindString(b.Get(page + "/applications").Is(http.StatusOK).Body)
	other := strings.Replace(one, string(eve.ID), string(bob.ID), 1)
	b.Get(other).Is(http.StatusNotFound) // it is of somebody else
	form := formTo(t, b.Get(one).Is(http.StatusOK), one)
	b.Post(other, form.Values).Is(http.StatusNotFound)
	b.Get(one).Press("", "submit").Is(http.StatusOK).At(page + "/applications").Says("The token is ended.")
	if a := app.Refresh(first); a.Error() != "invalid_grant" {
		t.Errorf("a token that was ended is refreshed: %d %s", a.Status, a.Body)
	}

	clerk := s.Person("clerk", gatetest.TOTP)
	s.role(clerk, "clerk", func(one string) bool {
		return one == "families:read" || one == "users:read" || one == "clients:read" || one == "consents:read"
	})
	third := app.Tokens(s.Browser(), bob)
	c := atConsole(t, s.Gate, clerk)
	isWithout(t, c.Get(list).Is(http.StatusOK).Says(bob.Email), "/families/fam_")
	families, _, err := s.House.OAuth.Families(t.Context(), oauth.FamilyFilter{User: bob.ID}, 10)
	must(t, err)
	refused := "/console/users/" + string(bob.ID) + "/families/" + string(families[0].ID)
	c.Get(refused).Is(http.StatusForbidden).Says("families:revoke")
	c.Post(refused, url.Values{"form_token": form.Values["form_token"]}).Is(http.StatusForbidden)
	if a := app.Refresh(third.Text("refresh_token")); a.Status != http.StatusOK {
		t.Errorf("refreshed: %d %s", a.Status, a.Body)
	}
}

// Who goes on in a list of what was begun in the last hour goes on in that list, however much later:
// each stands in it once.
func TestTheSessionsOfTheLastHourGoOnWhereTheyStood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		old, _, err := s.House.Sessions.Create(t.Context(), gatetest.Console, s.Person("old", gatetest.NoPassword).ID, nil)
		must(t, err)
		time.Sleep(2 * time.Hour)
		b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
		want := map[string]bool{}
		for i := range 12 {
			p := s.Person(fmt.Sprintf("person-%d", i), gatetest.NoPassword)
			for range 5 {
				one, _, err := s.House.Sessions.Create(t.Context(), gatetest.Console, p.ID, nil)
				must(t, err)
				want[string(one.ID)] = true
				time.Sleep(time.Second)
			}
		}
		row := regexp.MustCompile(`name="row" value="(ses_\w+)"`)
		next := regexp.MustCompile(`href="(/console/sessions\?[^"]*cursor=[^"]*)"`)
		pages := 0
		for at := "/console/sessions?begun=hour"; at != ""; pages++ {
			page := b.Get(at).Is(http.StatusOK)
			if page.URL.Query().Get("cursor") == "" && pages > 0 {
				t.Fatal("it begins anew")
			}
			for _, m := range row.FindAllStringSubmatch(page.Body, -1) {
				if m[1] == string(old.ID) {
					t.Error("a session of two hours ago is among them")
				}
				delete(want, m[1])
			}
			at = ""
			for _, m := range next.FindAllStringSubmatch(page.Body, -1) {
				if to := html.UnescapeString(m[1]); to != page.URL.RequestURI() {
					at = to
				}
			}
			time.Sleep(time.Minute)
		}
		if pages != 2 || len(want) > 0 {
			t.Errorf("on %d pages %d sessions are not", pages, len(want))
		}
	})
}
