package housetest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

func TestAnApplicationIsSteeredThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	made := s.call(s.boss, http.MethodPost, "/api/v1/clients", map[string]any{
		"client_id": "web", "client_name": "Web", "redirect_uris": []string{gatetest.RedirectURI}, "scope": "openid email",
		"id_token_signed_response_alg": "ES256", "access_token_ttl": "2m", "token_endpoint_auth_method": "client_secret_basic",
	})
	first := made.Text("client_secret")
	if made.Status != http.StatusCreated || made.Header.Get("ETag") != `"1"` || made.Header.Get("Location") != "/api/v1/clients/web" ||
		!strings.HasPrefix(first, oauth.SecretPrefix) || made.Text("access_token_ttl") != "2m" {
		t.Fatalf("made: %d %v %s", made.Status, made.Header, made.Body)
	}
	path := "/api/v1/clients/web"
	changed := s.call(s.boss, http.MethodPatch, path, map[string]any{"client_name": "The Web", "require_acr": "aal2"}, "If-Match", `"1"`)
	if changed.Status != http.StatusOK || changed.Header.Get("ETag") != `"2"` || changed.Text("client_name") != "The Web" || changed.Text("scope") != "openid email" {
		t.Errorf("changed: %d %s", changed.Status, changed.Body)
	}
	for what, c := range map[string]struct {
		method, path string
		body         any
		match        string
		code, says   string
	}{
		"as it was":             {http.MethodPatch, path, map[string]any{"client_name": "X"}, `"1"`, "request.outdated", ""},
		"deleted as it was":     {http.MethodDelete, path, nil, `"1"`, "request.outdated", ""},
		"disabled as it was":    {http.MethodPost, path + "/disable", nil, `"1"`, "request.outdated", ""},
		"a secret, as it was":   {http.MethodPost, path + "/secrets", nil, `"1"`, "request.outdated", ""},
		"an address":            {http.MethodPatch, path, map[string]any{"redirect_uris": []string{"ftp://x"}}, "*", "client.invalid", `"#/redirect_uris/0"`},
		"a name":                {http.MethodPatch, path, map[string]any{"client_name": " "}, "*", "client.invalid", `"#/client_name"`},
		"a scope":               {http.MethodPatch, path, map[string]any{"scope": `a"b`}, "*", "client.invalid", `"#/scope"`},
		"an algorithm":          {http.MethodPatch, path, map[string]any{"userinfo_signed_response_alg": "none"}, "*", "client.invalid", `"#/userinfo_signed_response_alg"`},
		"a time":                {http.MethodPatch, path, map[string]any{"refresh_idle": "soon"}, "*", "request.invalid", `"#/refresh_idle"`},
		"a secret of one's own": {http.MethodPatch, path, map[string]any{"client_secret": "x"}, "*", "request.invalid", `"#/client_secret"`},
		"an id that is taken":   {http.MethodPost, "/api/v1/clients", map[string]any{"client_id": "web", "client_name": "W", "redirect_uris": []string{gatetest.RedirectURI}, "scope": "openid"}, "", "client.exists", ""},
		"one that nobody made":  {http.MethodGet, "/api/v1/clients/none", nil, "", "client.not_found", ""},
	} {
		var header []string
		if c.match != "" {
			header = []string{"If-Match", c.match}
		}
		if a := s.call(s.boss, c.method, c.path, c.body, header...); problem(a) != c.code || !strings.Contains(string(a.Body), c.says) {
			t.Errorf("%s: %d %s, want %s %s", what, a.Status, a.Body, c.code, c.says)
		}
	}
	rotated := s.call(s.boss, http.MethodPost, path+"/secrets", nil)
	if rotated.Status != http.StatusCreated || rotated.Text("client_secret") == first || len(rotated.JSON["secrets"].([]any)) != 2 {
		t.Errorf("a new secret: %d %s", rotated.Status, rotated.Body)
	}
	for _, what := range []string{"disable", "disable", "enable"} {
		a := s.call(s.boss, http.MethodPost, path+"/"+what, nil)
		if a.Status != http.StatusOK || a.JSON["disabled"] != (what == "disable") {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	list := s.call(s.boss, http.MethodGet, "/api/v1/clients", nil)
	if !slices.Contains(items(list, "client_id"), "web") || strings.Contains(string(list.Body), first) {
		t.Errorf("the list: %s", list.Body)
	}
	if a := s.call(s.boss, http.MethodDelete, path, nil, "If-Match", "*"); a.Status != http.StatusNoContent {
		t.Errorf("deleted: %d %s", a.Status, a.Body)
	}
}

// C13: whoever changes an application by which administrators act, or that people are not
// asked about, gets hold of what they allow it.
func TestAPrivilegedApplicationIsChangedByWhoMayPrivilege(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	manager := s.account("manager", func(p string) bool { return strings.HasPrefix(p, "clients:") && p != "clients:privilege" })
	trusted := s.account("trusted", func(p string) bool { return strings.HasPrefix(p, "clients:") })
	s.App("plain")
	s.App("console", func(c *oauth.Client) { c.Scopes = append(c.Scopes, "gatehouse.admin") })
	s.App("reader", func(c *oauth.Client) { c.Scopes = append(c.Scopes, "gatehouse.read") })
	s.App("house", func(c *oauth.Client) { c.SkipConsent = true })
	s.Settle()
	fresh := func(more map[string]any) map[string]any {
		all := map[string]any{"client_name": "New", "redirect_uris": []string{gatetest.RedirectURI}, "scope": "openid"}
		for name, value := range more {
			all[name] = value
		}
		return all
	}
	changes := map[string]any{
		"redirect_uris": []string{"https://evil.example.test/cb"}, "grant_types": []string{"authorization_code"}, "token_endpoint_auth_method": "client_secret_post",
		"post_logout_redirect_uris": []string{"https://evil.example.test/bye"}, "scope": "openid gatehouse.admin gatehouse.read", "pkce": "off", "client_uri": "https://evil.example.test/",
		"any_localhost_port": true, "require_acr": "aal1", "audiences": []string{"https://evil.example.test"}, "permissions": "inline",
	}
	type try struct {
		method, path string
		body         any
		privileged   bool
	}
	var tries []try
	for _, name := range []string{"console", "reader", "house"} {
		for member, value := range changes {
			tries = append(tries, try{http.MethodPatch, "/clients/" + name, map[string]any{member: value}, true})
		}
		tries = append(tries, try{http.MethodPost, "/clients/" + name + "/secrets", nil, true})
	}
	tries = append(tries,
		try{http.MethodPatch, "/clients/plain", map[string]any{"scope": "openid gatehouse.read"}, true},
		try{http.MethodPatch, "/clients/plain", map[string]any{"consent": false}, true},
		try{http.MethodPost, "/clients", fresh(map[string]any{"scope": "openid gatehouse.admin"}), true},
		try{http.MethodPost, "/clients", fresh(map[string]any{"consent": false}), true},
		try{http.MethodPost, "/clients", fresh(nil), false},
		try{http.MethodPatch, "/clients/plain", map[string]any{"redirect_uris": []string{"https://other.example.test/cb"}}, false},
		try{http.MethodPost, "/clients/plain/secrets", nil, false},
		try{http.MethodPatch, "/clients/console", map[string]any{"client_name": "Another"}, false},
		try{http.MethodPost, "/clients/console/disable", nil, false},
		try{http.MethodPost, "/clients/console/enable", nil, false},
	)
	for _, c := range tries {
		a := s.call(manager, c.method, "/api/v1"+c.path, c.body, "If-Match", "*")
		refused := a.Status == http.StatusForbidden && strings.Contains(a.Text("detail"), access.Privilege)
		if refused != c.privileged || !refused && a.Status >= 400 {
			t.Errorf("%s %s %v by who may not privilege: %d %s", c.method, c.path, c.body, a.Status, a.Body)
		}
	}
	if a := s.call(trusted, http.MethodPatch, "/api/v1/clients/console", map[string]any{"redirect_uris": []string{"https://new.example.test/cb"}}, "If-Match", "*"); a.Status != http.StatusOK {
		t.Errorf("by who may: %d %s", a.Status, a.Body)
	}
	// The services ask by themselves, whatever the door.
	ctx, by := context.Background(), audit.Actor{Kind: audit.Service, ID: "manager"}
	console, err := s.House.OAuth.Client(ctx, "console")
	must(t, err)
	console.RedirectURIs = []string{"https://evil.example.test/cb"}
	if _, err := s.House.OAuth.UpdateClient(ctx, by, console); !fault.Is(err, fault.Forbidden) {
		t.Errorf("updated: %v", err)
	}
	if _, _, err := s.House.OAuth.RotateSecret(ctx, by, "console"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("rotated: %v", err)
	}
	console.ID = "console-2"
	if _, _, err := s.House.OAuth.CreateClient(ctx, by, console); !fault.Is(err, fault.Forbidden) {
		t.Errorf("created: %v", err)
	}
}
