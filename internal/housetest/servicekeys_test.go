package housetest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// ask asks with a key whether Ada may read orders.
func (s *scene) ask(g *gatetest.Gate, key string) gatetest.Answer {
	s.T.Helper()
	body := `{"subject":{"type":"user","id":"` + string(s.ada.ID) + `"},"action":{"name":"read"},"resource":{"type":"shop/orders","id":"42"}}`
	req, err := http.NewRequest(http.MethodPost, gatetest.Issuer+"/access/v1/evaluation", strings.NewReader(body))
	must(s.T.(*testing.T), err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+key)
	return g.Do(req)
}

// A key opens what its account may do, at every replica, until whatever it stands on
// goes; and again when that comes back.
func TestAKeyOpensWhatItsAccountMayDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ctx := newScene(t), context.Background()
		a := s.House.Access
		_, err := a.CreateAPI(ctx, gatetest.Console, shop())
		must(t, err)
		made, err := ops(s)
		must(t, err)
		replica := s.Replica()
		answers := func(what string, key string, want int) {
			t.Helper()
			s.Settle()
			replica.Settle()
			for _, g := range []*gatetest.Gate{s.Gate, replica} {
				got := s.ask(g, key)
				if got.Status != want || want == http.StatusOK && got.JSON["decision"] != false {
					t.Errorf("%s: answered %d %s, want %d", what, got.Status, got.Body, want)
				}
				if strings.Contains(string(got.Body), key) {
					t.Errorf("%s: the answer has the key", what)
				}
			}
		}
		answers("without a grant", made.Text, http.StatusForbidden)
		ops := access.Subject{Kind: access.ServiceAccount, ID: "ops"}
		grant, err := a.Give(ctx, gatetest.Console, access.Grant{
			Subject: ops, Effect: access.Allow, Permission: access.Pattern{API: "gatehouse", Resource: "decisions", Action: "read"},
			Where: access.Where{Place: access.Everywhere}, Reason: "it asks",
		})
		must(t, err)
		answers("with a grant", made.Text, http.StatusOK)

		key, text, err := a.CreateServiceKey(ctx, gatetest.Console, access.KeyRecord{Owner: "ops", Name: "short", ExpiresAt: time.Now().Add(time.Hour)})
		must(t, err)
		answers("a second key", text, http.StatusOK)
		must(t, s.House.Keyring.Flush(ctx, time.Now()))
		used, err := a.ServiceKeys(ctx, "ops")
		must(t, err)
		if len(used) != 2 || used[0].Used.IsZero() || used[1].Used.IsZero() {
			t.Errorf("the use of keys was noted as %+v", used)
		}
		_, err = a.RevokeServiceKey(ctx, gatetest.Console, access.Subject{}, key.ID)
		must(t, err)
		answers("a revoked key", text, http.StatusUnauthorized)
		answers("the other one", made.Text, http.StatusOK)
		_, short, err := a.CreateServiceKey(ctx, gatetest.Console, access.KeyRecord{Owner: "ops", Name: "short", ExpiresAt: time.Now().Add(time.Hour)})
		must(t, err)
		time.Sleep(time.Hour)
		answers("a key that is over", short, http.StatusUnauthorized)

		_, err = a.DisableServiceAccount(ctx, gatetest.Console, "ops", "test")
		must(t, err)
		answers("disabled", made.Text, http.StatusUnauthorized)
		_, err = a.EnableServiceAccount(ctx, gatetest.Console, "ops", "test")
		must(t, err)
		answers("enabled", made.Text, http.StatusOK)
		s.lock(t, access.On(ops))
		answers("locked", made.Text, http.StatusUnauthorized)
		s.lift(t, access.On(ops))
		answers("lifted", made.Text, http.StatusOK)
		_, err = a.Revoke(ctx, gatetest.Console, grant.ID, "over")
		must(t, err)
		answers("without the grant again", made.Text, http.StatusForbidden)
		must(t, a.DeleteServiceAccount(ctx, gatetest.Console, "ops", ""))
		answers("deleted", made.Text, http.StatusUnauthorized)
		answers("no key at all", access.KeyPrefix+"aaaa", http.StatusUnauthorized)
		if strings.Contains(s.Log.String(), made.Text) || strings.Contains(s.Log.String(), text) {
			t.Error("the log has a key")
		}
	})
}

// A key that was made a moment ago, by another process, is good at once: whoever makes
// one uses it.
func TestAKeyIsGoodAsSoonAsItIsMade(t *testing.T) {
	t.Parallel()
	s, ctx := newScene(t), context.Background()
	replica := s.Replica()
	for range 20 {
		_, err := s.House.Access.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "ops"}})
		must(t, err)
		_, text, err := s.House.Access.CreateServiceKey(ctx, gatetest.Console, access.KeyRecord{Owner: "ops", Name: "fresh"})
		must(t, err)
		if got := s.ask(replica, text); got.Status != http.StatusForbidden { // it is known, and has no right
			t.Fatalf("answered %d %s", got.Status, got.Body)
		}
		must(t, s.House.Access.DeleteServiceAccount(ctx, gatetest.Console, "ops", ""))
	}
}
