package view

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
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
