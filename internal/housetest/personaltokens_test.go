package housetest

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/internal/gatetest"
)

// A personal token does what it is for, of what its person may do at that moment.
func TestAPersonalTokenIsGoodForLessThanItsPerson(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ctx := newSteering(t), context.Background()
		a := s.House.Access
		ada := s.Person("ada", gatetest.NoPassword)
		grant := s.Administers(ada)
		second := s.Person("second", gatetest.NoPassword)
		s.Administers(second) // so that Ada may lose it
		limited := s.account("limited", func(p string) bool { return p != "grants:escalate" })
		s.Settle()
		path := "/api/v1/users/" + string(ada.ID) + "/personal-tokens"
		body := map[string]any{"name": "laptop", "permissions": []string{"gatehouse/users:*", "gatehouse/personal-tokens:create"}, "expires_at": time.Now().Add(24 * time.Hour)}
		if made := s.call(limited, http.MethodPost, path, body); made.Status != http.StatusForbidden || problem(made) != "access.not_held" {
			t.Errorf("made by somebody who may do less than she: %d %s", made.Status, made.Body)
		}
		made, text, err := a.CreatePersonalToken(ctx, gatetest.Console, access.KeyRecord{
			User: ada.ID, Name: "laptop", ExpiresAt: time.Now().Add(24 * time.Hour),
			Permissions: []access.Pattern{{API: access.Gatehouse, Resource: "users", Action: "*"}, {API: access.Gatehouse, Resource: "personal-tokens", Action: "create"}},
		})
		must(t, err)
		expect := func(what, method, path string, body any, status int, code string) {
			t.Helper()
			s.Settle()
			if got := s.call(text, method, path, body); got.Status != status || problem(got) != code {
				t.Errorf("%s: %d %s, want %d %s", what, got.Status, got.Body, status, code)
			}
		}
		expect("seeing people", http.MethodGet, "/api/v1/users", nil, http.StatusOK, "")
		expect("seeing groups, which it is not for", http.MethodGet, "/api/v1/groups", nil, http.StatusForbidden, "caller.forbidden")
		refused := eventsOf(t, s.Gate, audit.ActionRefuse)
		if !slices.ContainsFunc(refused, func(e audit.Event) bool {
			return e.Actor.Kind == audit.Person && e.Actor.ID == string(ada.ID) && e.Actor.Key == string(made.ID)
		}) {
			t.Errorf("the events are %+v, and none says with which token", refused)
		}
		expect("changing, which asks for two factors", http.MethodPost, "/api/v1/users", map[string]any{"email": "b@example.test"}, http.StatusForbidden, "caller.personal")
		expect("making another one", http.MethodPost, path, body, http.StatusForbidden, "caller.personal")
		must(t, s.House.Keyring.Flush(ctx, time.Now()))
		list := s.call(s.boss, http.MethodGet, path, nil)
		if items, _ := list.JSON["items"].([]any); len(items) != 1 || items[0].(map[string]any)["last_used"] == nil {
			t.Errorf("the list is %s", list.Body)
		}

		_, err = a.Revoke(ctx, gatetest.Console, grant, "test")
		must(t, err)
		expect("once its person may no more", http.MethodGet, "/api/v1/users", nil, http.StatusForbidden, "caller.forbidden")
		s.Administers(ada)
		expect("once they may again", http.MethodGet, "/api/v1/users", nil, http.StatusOK, "")
		on := access.LockTarget{Kind: access.LockUser, ID: string(ada.ID)}
		_, err = a.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: on, Reason: "test"}})
		must(t, err)
		expect("while they are locked", http.MethodGet, "/api/v1/users", nil, http.StatusUnauthorized, "caller.unknown")
		must(t, a.LiftLock(ctx, gatetest.Console, on))
		must(t, s.House.Identity.Disable(ctx, gatetest.Console, ada.ID))
		expect("while they are disabled", http.MethodGet, "/api/v1/users", nil, http.StatusUnauthorized, "caller.unknown")
		must(t, s.House.Identity.Enable(ctx, gatetest.Console, ada.ID))
		expect("enabled again", http.MethodGet, "/api/v1/users", nil, http.StatusOK, "")
		time.Sleep(24 * time.Hour)
		expect("at its end", http.MethodGet, "/api/v1/users", nil, http.StatusUnauthorized, "caller.unknown")

		made, text, err = a.CreatePersonalToken(ctx, gatetest.Console, access.KeyRecord{
			User: ada.ID, Name: "another", ExpiresAt: time.Now().Add(24 * time.Hour), Permissions: []access.Pattern{{API: access.Gatehouse, Resource: "users", Action: "read"}},
		})
		must(t, err)
		expect("a new one", http.MethodGet, "/api/v1/users", nil, http.StatusOK, "")
		if got := s.call(s.boss, http.MethodDelete, "/api/v1/users/"+string(second.ID)+"/personal-tokens/"+string(made.ID), nil); got.Status != http.StatusNotFound {
			t.Errorf("revoked as somebody else's: %d %s", got.Status, got.Body)
		}
		expect("after that", http.MethodGet, "/api/v1/users", nil, http.StatusOK, "")
		if got := s.call(s.boss, http.MethodDelete, path+"/"+string(made.ID), nil); got.Status != http.StatusOK {
			t.Errorf("revoked: %d %s", got.Status, got.Body)
		}
		expect("revoked", http.MethodGet, "/api/v1/users", nil, http.StatusUnauthorized, "caller.unknown")
	})
}
