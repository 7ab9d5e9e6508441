package housetest

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/admin"
	"gatehouse/id"
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
			s.Browser().Get("/welcome").Submit("token", token).Is(c.status)
		})
	}
	t.Run("who made it may make none", func(t *testing.T) {
		late := s.Person("late", gatetest.NoPassword)
		token := s.firstLink(t, desk, late.ID)
		must(t, s.House.Access.DeleteServiceAccount(t.Context(), gatetest.Console, "desk", "they left"))
		s.Settle()
		choose := s.Browser().Get("/welcome").Submit("token", token)
		choose.Is(http.StatusForbidden).Says("not good any more")
	})
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
