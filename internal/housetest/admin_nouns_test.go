package housetest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/keys"
)

// items are those of a list, by one of their members.
func items(a gatetest.Answer, member string) (values []string) {
	all, _ := a.JSON["items"].([]any)
	for _, one := range all {
		value, _ := one.(map[string]any)[member].(string)
		values = append(values, value)
	}
	return values
}

func TestAScopeIsBoundAndChangedThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.bindScope("target.read")
	scope := func(name string, permissions ...string) map[string]any {
		return map[string]any{"name": name, "permissions": permissions, "description": "See things"}
	}
	made := s.call(s.boss, http.MethodPost, "/api/v1/scopes", scope("target/all", "target/things:*"))
	if made.Status != http.StatusCreated || made.Header.Get("Location") != "/api/v1/scopes/target%2Fall" {
		t.Fatalf("made: %d %v %s", made.Status, made.Header, made.Body)
	}
	path := made.Header.Get("Location")
	if a := s.call(s.boss, http.MethodGet, path, nil); a.Status != http.StatusOK || a.Text("name") != "target/all" || a.Header.Get("ETag") != `"1"` {
		t.Errorf("seen: %d %v %s", a.Status, a.Header, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/scopes", scope("x", "target/things:*", "things")); problem(a) != "permission.pattern" || !strings.Contains(string(a.Body), `"#/permissions/1"`) {
		t.Errorf("no permission: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/scopes", scope("gatehouse.admin", "target/things:*")); problem(a) != "scope.invalid" {
		t.Errorf("a scope of Gatehouse itself: %d %s", a.Status, a.Body)
	}
	change := map[string]any{"permissions": []string{"target/things:write"}}
	if a := s.call(s.boss, http.MethodPatch, path, change, "If-Match", `"1"`); a.Status != http.StatusOK || a.Header.Get("ETag") != `"2"` || a.Text("description") != "See things" {
		t.Errorf("changed: %d %v %s", a.Status, a.Header, a.Body)
	}
	for _, method := range []string{http.MethodPatch, http.MethodDelete} {
		var body any
		if method == http.MethodPatch {
			body = change
		}
		if a := s.call(s.boss, method, path, body, "If-Match", `"1"`); a.Status != http.StatusPreconditionFailed {
			t.Errorf("%s as it was: %d %s", method, a.Status, a.Body)
		}
	}
	first := s.call(s.boss, http.MethodGet, "/api/v1/scopes?limit=1&fields=name", nil)
	second := s.call(s.boss, http.MethodGet, "/api/v1/scopes?limit=1&fields=name&cursor="+first.Text("next"), nil)
	if got := append(items(first, "name"), items(second, "name")...); !slices.Equal(got, []string{"target.read", "target/all"}) || second.Text("next") != "" {
		t.Errorf("page by page there are %v", got)
	}
	if a := s.call(s.boss, http.MethodDelete, path, nil, "If-Match", `"2"`); a.Status != http.StatusNoContent {
		t.Errorf("deleted: %d %s", a.Status, a.Body)
	}
}

func TestASessionIsEndedThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	app, ada := s.App("app"), s.Person("ada")
	token := app.Tokens(s.Browser(), ada).Text("access_token")
	list := s.call(s.boss, http.MethodGet, "/api/v1/sessions", nil)
	if list.Status != http.StatusOK || len(items(list, "id")) != 1 || items(list, "email")[0] != ada.Email {
		t.Fatalf("the sessions: %d %s", list.Status, list.Body)
	}
	path := "/api/v1/sessions/" + items(list, "id")[0]
	for _, want := range []float64{1, 0} {
		if a := s.call(s.boss, http.MethodDelete, path, nil); a.Status != http.StatusOK || a.JSON["ended"] != want {
			t.Errorf("ended: %d %s, want %v", a.Status, a.Body, want)
		}
	}
	if a := s.Userinfo(token); a.Status != http.StatusUnauthorized {
		t.Errorf("a token of the session: %d %s", a.Status, a.Body)
	}
	if list := s.call(s.boss, http.MethodGet, "/api/v1/sessions", nil); len(items(list, "id")) != 0 {
		t.Errorf("the sessions afterwards: %s", list.Body)
	}
}

func TestAConsentIsWithdrawnThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	app, ada := s.App("app"), s.Person("ada")
	token := app.Tokens(s.Browser(), ada).Text("access_token")
	must(t, s.House.OAuth.GiveConsent(context.Background(), gatetest.Console, ada.ID, app.ID, []string{"openid", "email"}))
	all := "/api/v1/users/" + string(ada.ID) + "/consents"
	list := s.call(s.boss, http.MethodGet, all, nil)
	if got := items(list, "client_id"); list.Status != http.StatusOK || !slices.Equal(got, []string{string(app.ID)}) || !strings.Contains(items(list, "scope")[0], "email") {
		t.Fatalf("the consents: %d %s", list.Status, list.Body)
	}
	for path, want := range map[string]string{
		all + "/none": "client.not_found", "/api/v1/users/usr_none/consents/" + string(app.ID): "user.not_found",
	} {
		if a := s.call(s.boss, http.MethodDelete, path, nil); a.Status != http.StatusNotFound || problem(a) != want {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodDelete, all+"/"+string(app.ID), nil); a.Status != http.StatusNoContent {
		t.Errorf("withdrawn: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodGet, all, nil); len(items(a, "client_id")) != 0 {
		t.Errorf("the consents afterwards: %s", a.Body)
	}
	if a := s.Userinfo(token); a.Status != http.StatusUnauthorized {
		t.Errorf("a token of the consent: %d %s", a.Status, a.Body)
	}
}

func TestASigningKeyIsRotatedAndRevokedThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	app, ada := s.App("app"), s.Person("ada")
	token := app.Tokens(s.Browser(), ada).Text("access_token")
	list := s.call(s.boss, http.MethodGet, "/api/v1/keys", nil)
	if list.Status != http.StatusOK || len(items(list, "kid")) == 0 {
		t.Fatalf("the keys: %d %s", list.Status, list.Body)
	}
	all, _ := list.JSON["items"].([]any)
	for _, one := range all {
		public, _ := one.(map[string]any)["jwk"].(map[string]any)
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			if _, has := public[private]; has || public["kty"] == nil {
				t.Errorf("the public half %v has %q", public, private)
			}
		}
	}
	if a := s.call(s.boss, http.MethodPut, "/api/v1/keys/HS256/next", nil); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("another algorithm: %d %s", a.Status, a.Body)
	}
	next := s.call(s.boss, http.MethodPut, "/api/v1/keys/ES256/next", nil)
	if next.Status != http.StatusOK || !slices.Contains(items(next, "state"), string(keys.Announced)) {
		t.Fatalf("the next key: %d %s", next.Status, next.Body)
	}
	if a := s.call(s.boss, http.MethodPut, "/api/v1/keys/ES256/next", nil); a.Status != http.StatusConflict || problem(a) != "key.announced" {
		t.Errorf("one more: %d %s", a.Status, a.Body)
	}
	signing := ""
	for i, state := range items(next, "state") {
		if state == string(keys.Signing) && items(next, "alg")[i] == "ES256" {
			signing = items(next, "kid")[i]
		}
	}
	for i, want := range []int{http.StatusOK, http.StatusConflict} { // a repeat is none
		if a := s.call(s.boss, http.MethodPut, "/api/v1/keys/ES256/next", map[string]any{"after": signing, "immediate": true}); a.Status != want {
			t.Errorf("at once, time %d: %d %s", i+1, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodDelete, "/api/v1/keys/"+signing, nil); a.Status != http.StatusOK || slices.Contains(items(a, "kid"), signing) {
		t.Errorf("revoked: %d %s", a.Status, a.Body)
	}
	if a := s.Userinfo(token); a.Status != http.StatusUnauthorized {
		t.Errorf("a token that the key signed: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/keys?all=true", nil); !slices.Contains(items(a, "kid"), signing) {
		t.Errorf("all keys: %s", a.Body)
	}
}
