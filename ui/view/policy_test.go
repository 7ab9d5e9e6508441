package view

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/web"
)

func TestPagesForbidWhatTheyDoNotNeed(t *testing.T) {
	t.Parallel()
	for name, p := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := shown(t, p).Header()
			if got := h.Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control is %q", got)
			}
			csp := h.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
				if !strings.Contains(csp, want) {
					t.Errorf("the policy lacks %q: %s", want, csp)
				}
			}
			if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
				t.Errorf("the policy is weak: %s", csp)
			}
			if script := len(p.head().scripts) > 0; strings.Contains(csp, "script-src 'self'") != script {
				t.Errorf("scripts: page %v, policy %s", script, csp)
			}
		})
	}
}

// Chromium holds form-action against every redirect that follows a form. A
// sign-in for an application ends at the application, which may send the browser
// on to wherever it likes.
func TestFormActionFollowsWhereTheFormLeads(t *testing.T) {
	t.Parallel()
	all := samples(t)
	for name, want := range map[string]string{
		"sign in": "", "sign in, wrong": "", "select": "", "factor": "", "recovery": "", "enrol": "", "consent": "", "sign out, app": "",
		"sign in, own": "'self'", "sign out": "'self'", "setup": "'self'", "home": "'self'", "password": "'self'", "remove factor": "'self'", "error": "'self'",
		"form post": "https://grafana.example.com",
	} {
		if got := formAction(t, shown(t, all[name]).Header()); got != want {
			t.Errorf("%s: form-action is %q, want %q", name, got, want)
		}
	}
}

func TestFormPostCarriesTheAnswerAndNothingElse(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	NewPages("https://id.example.com").FormPost(w, httptest.NewRequest(http.MethodGet, "/", nil), web.FormPostPage{
		Action: "https://app.example.com/cb?a=1&b=2", Parameters: parameters("code", `a"><script>`, "state", "s", "submit", "x"),
	})
	got := map[string]string{}
	for _, n := range nodes(t, w.Body.Bytes()) {
		if n.Data == "form" && attr(n, "action") != "https://app.example.com/cb?a=1&b=2" {
			t.Errorf("the form leads to %q", attr(n, "action"))
		}
		if n.Data == "input" {
			got[attr(n, "name")] = attr(n, "value")
		}
	}
	if len(got) != 3 || got["code"] != `a"><script>` || got["state"] != "s" || got["submit"] != "x" {
		t.Errorf("the form sends %v", got)
	}
}

func TestFormPostGoesToWebAddressesOnly(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"javascript:alert(1)", "data:text/html,x", "com.example.app:/cb", "/cb", "//evil.example/cb", ""} {
		w := httptest.NewRecorder()
		NewPages("https://id.example.com").FormPost(w, httptest.NewRequest(http.MethodGet, "/", nil), web.FormPostPage{Action: action})
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "<form") {
			t.Errorf("%q: status %d, body %s", action, w.Code, w.Body)
		}
	}
}
