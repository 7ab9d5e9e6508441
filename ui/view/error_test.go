package view

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/id"
	"gatehouse/ui/words"
	"gatehouse/web"
)

func errorAnswer(accept string, p web.ErrorPage) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: id.Request("req_a")}))
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	NewPages("https://id.example.com").Error(w, r, p)
	return w
}

func TestErrorPageSaysWhatHappenedAndLeadsOn(t *testing.T) {
	t.Parallel()
	w := errorAnswer("text/html", web.ErrorPage{
		Status: 409, Code: "flow.expired", AppName: "Grafana", AppURL: "https://grafana.example.com/", Received: "<b>what came</b>",
	})
	if w.Code != 409 {
		t.Errorf("status %d", w.Code)
	}
	body := w.Body.String()
	for _, want := range []string{
		"This sign-in took too long", "Go back to Grafana", `href="https://grafana.example.com/"`, "req_a", "flow.expired", "&lt;b&gt;what came&lt;/b&gt;", "<time datetime=",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
}

// A client's home page is its administrator's word; it must still be a link of
// the web.
func TestErrorPageDoesNotLinkToScripts(t *testing.T) {
	t.Parallel()
	w := errorAnswer("text/html", web.ErrorPage{Status: 400, Code: "x", AppName: "A", AppURL: "javascript:alert(1)"})
	if strings.Contains(w.Body.String(), "javascript:") {
		t.Error("the page links to a script")
	}
}

func TestErrorIsAProblemDocumentForThoseWhoAskForJSONOnly(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]bool{
		"application/json": true, "application/problem+json; q=1": true, "application/json, */*": true,
		"text/html": false, "text/html,application/json": false, "*/*": false, "": false,
	} {
		w := errorAnswer(accept, web.ErrorPage{Status: 429, Code: "flood", Detail: "Slower.", RetryAfter: 45 * time.Second})
		if got := w.Header().Get("Content-Type") == "application/problem+json"; got != want {
			t.Errorf("Accept %q: problem document %v, want %v", accept, got, want)
		}
		if w.Code != 429 || w.Header().Get("Retry-After") != "45" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("Accept %q: status %d, headers %v", accept, w.Code, w.Header())
		}
		if !want {
			continue
		}
		var p web.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if p.Type != "https://id.example.com/problems/flood" || p.Status != 429 || p.Instance != "req_a" || p.Detail != "Slower." {
			t.Errorf("problem is %+v", p)
		}
	}
}

func TestEveryStatusHasWords(t *testing.T) {
	t.Parallel()
	for status := 400; status < 600; status++ {
		said := errorPage{ErrorPage: web.ErrorPage{Status: status, Code: "unknown"}}.said(words.In(t.Context()))
		if said.Title == "" || said.Todo == "" {
			t.Errorf("%d: title %q, to do %q", status, said.Title, said.Todo)
		}
	}
}

// A page that says one thing twice sounds like a machine.
func TestErrorPageDoesNotRepeatItsTitle(t *testing.T) {
	t.Parallel()
	w := errorAnswer("text/html", web.ErrorPage{Status: 404, Code: "page.not_found", Detail: "There is no such page."})
	if n := strings.Count(w.Body.String(), "There is no such page"); n != 2 { // in <title> and <h1>
		t.Errorf("the page says it %d times:\n%s", n, w.Body.String())
	}
	w = errorAnswer("application/json", web.ErrorPage{Status: 404, Code: "page.not_found", Detail: "There is no such page."})
	if !strings.Contains(w.Body.String(), `"detail":"There is no such page."`) {
		t.Errorf("the problem document lost its detail: %s", w.Body)
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// A command helps who sits at the machine, and tells others what they cannot do.
func TestTheCommandThatMendsIsForTheMachineItself(t *testing.T) {
	t.Parallel()
	mend := []string{"gatehouse", "client", "update", "web", "--add-redirect-uri", "http://localhost/it's $(here)"}
	for _, tt := range []struct {
		issuer, ip string
		want       bool
	}{
		{"http://localhost:8080", "127.0.0.1", true},
		{"http://localhost:8080", "::1", true},
		{"http://127.0.0.1:8080", "::ffff:127.0.0.1", true},
		{"http://localhost:8080", "192.0.2.7", false},
		{"https://id.example.com", "127.0.0.1", false},
		{"http://localhost:8080", "", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r = r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: id.Request("req_a"), IP: tt.ip}))
		w := httptest.NewRecorder()
		NewPages(tt.issuer).Error(w, r, web.ErrorPage{Status: 400, Code: "authorize.redirect_uri", Mend: mend})
		page := html.UnescapeString(tag.ReplaceAllString(w.Body.String(), ""))
		if tt.want && strings.Contains(page, "Tell the application's makers") {
			t.Error("the page gives two pieces of advice")
		}
		if got := strings.Contains(page, `gatehouse client update web --add-redirect-uri 'http://localhost/it'\''s $(here)'`); got != tt.want || strings.Contains(page, "--add-redirect") != tt.want {
			t.Errorf("%s from %q: %v, want %v", tt.issuer, tt.ip, got, tt.want)
		}
	}
}

// What happened stands in the title; what only an administrator reads is folded away.
func TestErrorPageFoldsWhatAnAdministratorAsksFor(t *testing.T) {
	t.Parallel()
	page := errorAnswer("text/html", web.ErrorPage{Status: 400, Code: "authorize.redirect_uri", Received: "https://app.example.com/callback"}).Body.String()
	open, folded, ok := strings.Cut(page, "<details")
	if !ok || !strings.Contains(open, ">Return address not registered</h1>") || !strings.Contains(folded, `data-copy="facts"`) {
		t.Errorf("the page is\n%s", page)
	}
	for _, fact := range []string{"authorize.redirect_uri", "req_a", "https://app.example.com/callback", "<time"} {
		if strings.Contains(open, fact) || !strings.Contains(folded, fact) {
			t.Errorf("%q is not folded away, or not there", fact)
		}
	}
}
