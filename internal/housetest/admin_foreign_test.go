package housetest

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// Who may end the keys of one account learns nothing about those of another.
func TestAKeyOfAnotherAccountIsNotThere(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ctx, a := context.Background(), s.House.Access
	there := s.targets()
	_, err := a.RevokeServiceKey(ctx, gatetest.Console, access.Subject{}, id.ServiceKeyOf(there["key"]))
	must(t, err)
	made, err := a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "own"}})
	must(t, err)
	_, err = a.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.ServiceAccount, ID: "own"}, Effect: access.Allow,
		Permission: access.Pattern{API: access.Gatehouse, Resource: "services", Action: "keys"},
		Where:      access.Where{Place: access.Listed, IDs: []string{"own"}}, Reason: "test",
	})
	must(t, err)
	s.Settle()
	if x := s.call(made.Text, http.MethodDelete, "/api/v1/service-accounts/target/keys/"+there["key"], nil); x.Status != http.StatusForbidden {
		t.Errorf("the right is not as meant: %d %s", x.Status, x.Body)
	}
	none := s.call(made.Text, http.MethodDelete, "/api/v1/service-accounts/own/keys/key_none", nil)
	for name, key := range map[string]string{"of another account that is over": there["key"], "of a person": there["token"], "of another account": s.living("target")} {
		foreign := s.call(made.Text, http.MethodDelete, "/api/v1/service-accounts/own/keys/"+key, nil)
		if foreign.Status != none.Status || problem(foreign) != problem(none) || foreign.Text("detail") != none.Text("detail") {
			t.Errorf("a key %s: %d %s; one that never was: %d %s", name, foreign.Status, foreign.Body, none.Status, none.Body)
		}
	}
}

// living gives an account one more key, and returns its id.
func (s *steering) living(account string) string {
	s.t.Helper()
	k, _, err := s.House.Access.CreateServiceKey(context.Background(), gatetest.Console, access.KeyRecord{Owner: account, Name: "living"})
	must(s.t, err)
	return string(k.ID)
}

// A refusal is recorded whatever the path says.
func TestARefusalIsRecordedWhateverThePathSays(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	none := s.account("none", func(string) bool { return false })
	for _, path := range []string{"/users/", "/groups/", "/organisations/", "/service-accounts/"} {
		for _, name := range []string{"usr_x", strings.Repeat("x", 300), strings.Repeat("%EF%B7%BA", 100), "x%00y", "%FF"} {
			before := len(eventsOf(t, s.Gate, audit.ActionRefuse))
			if a := s.call(none, http.MethodGet, "/api/v1"+path+name, nil); a.Status != http.StatusForbidden {
				t.Errorf("%s%.20s: %d %s", path, name, a.Status, a.Body)
			}
			if now := len(eventsOf(t, s.Gate, audit.ActionRefuse)); now != before+1 {
				t.Errorf("%s%.20s…: the refusal left %d events", path, name, now-before)
			}
		}
	}
}
