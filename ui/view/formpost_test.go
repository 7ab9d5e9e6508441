package view

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gatehouse/web"
)

func TestFormPostCarriesTheAnswerAndNothingElse(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	NewPages("https://id.example.com").FormPost(w, httptest.NewRequest(http.MethodGet, "/", nil), web.FormPostPage{
		Action: "https://app.example.com/cb?a=1&b=2", Parameters: parameters("code", `a"><script>`, "state", "s", "submit", "x"),
	})
	got := map[string]string{}
	root, err := html.Parse(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		all := map[string]string{}
		for _, a := range n.Attr {
			all[a.Key] = a.Val
		}
		if n.Data == "form" && all["action"] != "https://app.example.com/cb?a=1&b=2" {
			t.Errorf("the form leads to %q", all["action"])
		}
		if n.Data == "input" {
			got[all["name"]] = all["value"]
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
