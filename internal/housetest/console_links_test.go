package housetest

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

var toPerson = regexp.MustCompile(`href="/console/users/usr_\w+[^"]*"`)

// Nobody is led to a person whom they may not see, wherever people stand; who may see them is.
func TestThePagesLeadToPeopleWhomTheVisitorMaySee(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	eve := s.Person("eve", gatetest.NoPassword)
	s.puts(t, group("desk"), eve, time.Time{}, "test")
	_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{Subject: person(eve), Effect: access.Allow, Role: "target", Where: access.Where{Place: access.Everywhere}, Reason: "test"})
	must(t, err)
	_, err = s.House.Access.PutLock(t.Context(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockUser, ID: string(eve.ID)}, Reason: "test"}})
	must(t, err)
	ada, clerk := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("clerk", gatetest.TOTP)
	s.role(clerk, "clerk", func(one string) bool { return !strings.HasPrefix(one, "users:") })
	a, c := atConsole(t, s.Gate, ada), atConsole(t, s.Gate, clerk)
	led := 0
	for _, page := range []string{
		"/console", "/console/groups/desk", "/console/groups/desk/members", "/console/organisations/acme/members", "/console/grants", "/console/grants/" + there["grant"],
		"/console/locks", "/console/locks/user/" + string(eve.ID), "/console/sessions", "/console/audit", "/console/audit/" + there["event"], "/console/roles/target",
		"/console/applications/" + there["client"] + "/consents", "/console/applications/" + there["client"] + "/families",
		"/console/reach?" + url.Values{"permission": {"target/things:read"}}.Encode(), "/console/service-accounts/target",
	} {
		led += len(toPerson.FindAllString(a.Get(page).Body, -1))
		if shown := c.Get(page); shown.Status == http.StatusOK {
			for _, link := range toPerson.FindAllString(shown.Body, -1) {
				t.Errorf("%s leads who may see nobody to %s", page, link)
			}
		}
	}
	if led < 6 {
		t.Errorf("who may see everybody is led to %d", led)
	}
}

// The people of a page are called by their addresses, those who are there.
// Where nobody can say how they are called, there is no page.
func TestPeopleAreCalledByTheirAddresses(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	var rows []string
	for i := range 25 {
		rows = append(rows, string(s.Person(fmt.Sprintf("many-%d", i), gatetest.NoPassword).ID))
	}
	form := formTo(t, b.Get("/console/users").Is(http.StatusOK), "/console/users/selected")
	asked := func(rows ...string) *gatetest.Page {
		form.Values["row"], form.Values["do"] = rows, []string{"disable"}
		return b.Post("/console/users/selected", form.Values)
	}
	called := func(page *gatetest.Page) int {
		all := map[string]bool{}
		for _, one := range regexp.MustCompile(`gatehouse user disable many-\d+@`).FindAllString(page.Body, -1) {
			all[one] = true
		}
		return len(all)
	}
	if page := asked(rows...).Is(http.StatusOK); called(page) != 25 {
		t.Errorf("%d of 25 are called by their addresses", called(page))
	}
	gone := s.Person("gone", gatetest.NoPassword)
	must(t, s.House.Identity.Delete(t.Context(), gatetest.Console, gone.ID))
	if page := asked(string(gone.ID), rows[0]).Is(http.StatusOK).Says("gatehouse user disable " + string(gone.ID)); called(page) != 1 {
		t.Errorf("beside one who is gone %d are called by their addresses", called(page))
	}
	mustExec(t, underneath(t, s.Gate), "ALTER TABLE factors RENAME TO lost")
	if page := asked(rows[0]); page.Status < http.StatusInternalServerError {
		t.Errorf("where nobody can say how they are called: %d", page.Status)
	}
	mustExec(t, underneath(t, s.Gate), "ALTER TABLE lost RENAME TO factors")
}

// The log is shown whatever its events are about: what is kept of somebody has a name that begins as theirs does,
// and is longer than any person's.
func TestTheLogIsShownWhateverItsEventsAreAbout(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada := s.Person("ada", gatetest.TOTP, gatetest.Administrator)
	b := atConsole(t, s.Gate, ada)
	app := s.App(string(id.NewClient()))
	must(t, s.House.OAuth.GiveConsent(t.Context(), gatetest.Console, ada.ID, app.ID, []string{"openid"}))
	given := "/console/audit?action=consent."
	for _, page := range []string{"/console/audit", "/console/audit/live", given} {
		b.Get(page).Is(http.StatusOK)
	}
	one := regexp.MustCompile(`/console/audit/evt_\w+`).FindString(b.Get(given).Body)
	b.Get(one).Is(http.StatusOK).Says(string(app.ID))
}
