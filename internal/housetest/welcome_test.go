package housetest

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
)

// firstLink is the token of a link for somebody without a password, made by a service account.
func (s *steering) firstLink(t *testing.T, key string, of id.User) string {
	t.Helper()
	made := s.call(key, http.MethodPost, admin.Base+"/users/"+string(of)+"/password-link", nil, "If-Match", "*")
	if made.Status != http.StatusCreated {
		t.Fatalf("a link: %d %s", made.Status, made.Body)
	}
	_, token, _ := strings.Cut(made.Text("link"), "#token=")
	return token
}

// A link is good for as long as whoever made it could make it: who keeps one gets hold of nobody
// who was given more than they have meanwhile, and of nobody at all once they may make none.
func TestALinkIsGoodForAsLongAsItCouldBeMade(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	desk := s.account("desk", func(p string) bool { return p == "users:credentials" || p == "users:read" })
	for name, c := range map[string]struct {
		change func(t *testing.T, eve *gatetest.Person) error
		status int
	}{
		"nothing changed": {func(*testing.T, *gatetest.Person) error { return nil }, http.StatusOK},
		"they may do more than who made it": {func(t *testing.T, eve *gatetest.Person) error {
			s.role(eve, "keeper", func(p string) bool { return p == "keys:rotate" })
			return nil
		}, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			eve := s.Person(name[:3], gatetest.NoPassword)
			token := s.firstLink(t, desk, eve.ID)
			must(t, c.change(t, eve))
			s.Settle()
			before := len(eventsOf(t, s.Gate, audit.ActionRefuse))
			s.Browser().Get("/welcome").Submit("token", token).Is(c.status)
			s.isRecorded(t, eve.ID, c.status != http.StatusOK, before)
		})
	}
	t.Run("who made it may make none", func(t *testing.T) {
		late := s.Person("late", gatetest.NoPassword)
		before := len(eventsOf(t, s.Gate, audit.ActionRefuse))
		token := s.firstLink(t, desk, late.ID)
		must(t, s.House.Access.DeleteServiceAccount(t.Context(), gatetest.Console, "desk", "they left"))
		s.Settle()
		choose := s.Browser().Get("/welcome").Submit("token", token)
		choose.Is(http.StatusForbidden).Says("not good any more")
		s.isRecorded(t, late.ID, true, before)
	})
}

// A link goes with what it was made by: the right, also where it was for this person alone, and the key.
func TestALinkEndsWithWhatItWasMadeBy(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	a := s.House.Access
	letsIn := func(p string) bool { return p == "users:credentials" || p == "users:read" }
	alone := func(t *testing.T, clerk string, of id.User) id.Grant { // the right for one person
		t.Helper()
		given, err := a.Give(t.Context(), gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.ServiceAccount, ID: clerk}, Effect: access.Allow, Reason: "test",
			Permission: access.Pattern{API: access.Gatehouse, Resource: "users", Action: "credentials"}, Where: access.Where{Place: access.Listed, IDs: []string{string(of)}},
		})
		must(t, err)
		s.Settle()
		return given.ID
	}
	for name, c := range map[string]struct {
		has    func(permission string) bool
		loses  func(t *testing.T, clerk string, of id.User, alone id.Grant)
		status int
	}{
		"nothing": {letsIn, func(*testing.T, string, id.User, id.Grant) {}, http.StatusOK},
		"the-right": {letsIn, func(t *testing.T, clerk string, _ id.User, _ id.Grant) {
			_, err := a.UpdateRole(t.Context(), gatetest.Console, access.Role{ID: clerk, Permissions: []access.Pattern{{API: access.Gatehouse, Resource: "users", Action: "read"}}})
			must(t, err)
		}, http.StatusForbidden},
		"the-key": {letsIn, func(t *testing.T, clerk string, _ id.User, _ id.Grant) {
			keys, err := a.ServiceKeys(t.Context(), clerk)
			must(t, err)
			for _, k := range keys {
				_, err := a.RevokeServiceKey(t.Context(), gatetest.Console, access.Subject{}, k.ID)
				must(t, err)
			}
		}, http.StatusForbidden},
		"nothing-of-this-person": {nil, func(*testing.T, string, id.User, id.Grant) {}, http.StatusOK},
		"the-right-for-this-person": {nil, func(t *testing.T, clerk string, _ id.User, was id.Grant) {
			_, err := a.Revoke(t.Context(), gatetest.Console, was, "test")
			must(t, err)
			alone(t, clerk, s.Person("of-"+clerk, gatetest.NoPassword).ID)
		}, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			of := s.Person("for-"+name, gatetest.NoPassword).ID
			var given id.Grant
			has := c.has
			if has == nil {
				has = func(string) bool { return false }
			}
			key := s.account(name, has)
			if c.has == nil {
				given = alone(t, name, of)
			}
			s.Settle()
			token := s.firstLink(t, key, of)
			c.loses(t, name, of, given)
			s.Settle()
			s.Browser().Get("/welcome").Submit("token", token).Is(c.status)
		})
	}
}

// A person who makes a link at the console has no key: with the right goes the link.
func TestALinkEndsWithTheRightOfThePersonWhoMadeIt(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	hand, bob := s.Person("hand", gatetest.TOTP), s.Person("bob", gatetest.NoPassword)
	s.role(hand, "lets-in", func(p string) bool { return p == "users:credentials" || p == "users:read" })
	l, err := s.House.Identity.PasswordLink(t.Context(), audit.Actor{Kind: audit.Person, ID: string(hand.ID)}, bob.ID, 0)
	must(t, err)
	s.Browser().Get("/welcome").Submit("token", l.Token).Is(http.StatusOK)
	_, err = s.House.Access.UpdateRole(t.Context(), gatetest.Console, access.Role{ID: "lets-in", Permissions: []access.Pattern{{API: access.Gatehouse, Resource: "users", Action: "read"}}})
	must(t, err)
	s.Settle()
	b := s.Browser()
	for range 300 { // whoever shows it again and again fills no log
		b.Get("/welcome").Submit("token", l.Token).Is(http.StatusForbidden)
	}
	if n := len(eventsOf(t, s.Gate, identity.ActionPasswordFirst)); n < 1 || n > 60 {
		t.Errorf("%d events tell of one link", n)
	}
}

// isRecorded holds the trail to what happened: a link of somebody was shown that does not count, if
// it does not, by whoever came; and whoever made it did nothing, and was refused nothing.
func (s *steering) isRecorded(t *testing.T, of id.User, refused bool, before int) {
	t.Helper()
	if now := len(eventsOf(t, s.Gate, audit.ActionRefuse)); now != before {
		t.Errorf("%d refusals of what nobody did", now-before)
	}
	var all []audit.Event
	for _, e := range eventsOf(t, s.Gate, identity.ActionPasswordFirst) {
		if e.Target.ID == string(of) {
			all = append(all, e)
		}
	}
	if refused != (len(all) == 1) {
		t.Fatalf("recorded: %+v", all)
	}
	if refused && (all[0].Actor.Kind != audit.Nobody || all[0].Actor.IP == "" || all[0].Outcome != audit.Refused || all[0].Reason != identity.ReasonMaker) {
		t.Errorf("recorded: %+v", all[0])
	}
}

// A link is of the person whom its maker looked at, and is told once.
func TestALinkByTheAPIIsOfThePersonAsTheyWereSeen(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	bob := s.Person("bob", gatetest.NoPassword)
	at := admin.Base + "/users/" + string(bob.ID)
	seen := s.call(s.boss, http.MethodGet, at, nil).Header.Get("ETag")
	u, err := s.House.Identity.User(t.Context(), bob.ID)
	must(t, err)
	u.Name = "Bob of another name"
	_, err = s.House.Identity.Update(t.Context(), gatetest.Console, u)
	must(t, err)
	if a := s.call(s.boss, http.MethodPost, at+"/password-link", nil, "If-Match", seen); a.Status != http.StatusPreconditionFailed {
		t.Errorf("of somebody who was changed: %d %s", a.Status, a.Body)
	}
	made := s.call(s.boss, http.MethodPost, at+"/password-link", nil, "If-Match", "*", "Idempotency-Key", "one")
	again := s.call(s.boss, http.MethodPost, at+"/password-link", nil, "If-Match", "*", "Idempotency-Key", "one")
	if _, token, _ := strings.Cut(made.Text("link"), "#token="); made.Status != http.StatusCreated || token == "" || again.Status == http.StatusCreated || strings.Contains(string(again.Body), token) {
		t.Errorf("made: %d, and once more: %d %s", made.Status, again.Status, again.Body)
	}
}

// Whoever sets their first password in a browser in which somebody else is signed in goes on as
// themselves.
func TestAFirstPasswordSignsInWhoSetIt(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada, bob := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("bob", gatetest.NoPassword)
	b := atConsole(t, s.Gate, ada)
	token := s.firstLink(t, s.boss, bob.ID)
	b.Get("/welcome").Submit("token", token).Is(http.StatusOK).Submit("password", "violet harbour 77 engines").Is(http.StatusOK).At("/account").Says(bob.Email)
}
