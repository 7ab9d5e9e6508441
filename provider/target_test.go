package provider

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/id"
)

// R01, R02, R04: with a wrong client or redirect URI there is a page and no
// redirect, whatever else the request says.
func TestNothingIsSentToAnUnregisteredPlace(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.client("phone").RedirectURIs = []string{"http://127.0.0.1/cb", "https://phone.example.test/cb?x=1"}
	type row struct{ client, uri string }
	var rows []row
	for _, uri := range []string{
		testCallback + "/", "https://web.example.test/cB", "https://WEB.example.test/cb", "https://web.example.test/cb/..", "https://web.example.test/./cb",
		"https://web.example.test/%63b", "https://web.example.test/cb%2e", "https://web.example.test/cb%252f", "https://web.example.test/x/..;/cb",
		"https://web.example.test@evil.example.test/cb", "https://evil.example.test/@web.example.test/cb", "https://u:p@web.example.test/cb",
		`https://web.example.test\@evil.example.test/cb`, "https://web.example.test\t/cb", "https://web.example.test/cb\r\nX: y", "https://wеb.example.test/cb",
		testCallback + "?x=1", testCallback + "#f", testCallback + "?", "https://web.example.test:443/cb", "http://web.example.test/cb", "HTTPS://web.example.test/cb",
		"//web.example.test/cb", "/cb", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "https://web.example.test.evil.example.test/cb", "https://web.example.test",
		" " + testCallback, testCallback + " ", "https://web.example.test//cb", "https://[::ffff:127.0.0.1]/cb", "http://localhost/cb",
	} {
		rows = append(rows, row{"web", uri})
	}
	for _, uri := range []string{
		"http://x@127.0.0.1:1/cb", "https://127.0.0.1:1/cb", "http://127.0.0.1:0/cb", "http://127.0.0.1:99999/cb", "http://127.0.0.1:1/cb/", "http://127.0.0.1:1/cb?x",
		"http://localhost:1/cb", "http://127.1:1/cb", "http://127.0.0.2:1/cb", "http://[::1]:1/cb", "http://127.0.0.1:1@evil.example.test/cb", "https://phone.example.test:1/cb?x=1",
		"https://phone.example.test/cb?x=1&y=2", "https://phone.example.test/cb", "",
	} {
		rows = append(rows, row{"phone", uri})
	}
	rows = append(rows, row{"nobody", testCallback}, row{"", testCallback}, row{"off", testCallback}, row{"WEB", testCallback}, row{"web", ""})
	for _, c := range rows {
		for _, more := range []string{"", "&prompt=none", "&response_mode=form_post", "&response_type=token", "&request=x"} {
			q := d.request(id.Client(c.client), "redirect_uri", c.uri)
			q.Set("client_id", c.client)
			w := d.browse(httptest.NewRequest(http.MethodGet, PathAuthorize+"?"+q.Encode()+more, nil))
			if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" || w.Body.String() != "error" {
				t.Fatalf("%+v%s: %d to %q", c, more, w.Code, w.Header().Get("Location"))
			}
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Error("the page may be cached")
			}
		}
	}
	if len(d.store.codes) != 0 || len(d.store.interactions) != 0 {
		t.Error("a refused request left something behind")
	}
	// Whoever makes the link would write on our page.
	d.ask(d.request("Your account is locked. Call 0900 123456."))
	if got := d.pages.failed; got.Code != "authorize.client" || got.Received != "" || strings.Contains(got.Detail, "0900") {
		t.Errorf("the page repeats an unknown client: %+v", got)
	}
	d.ask(d.request("web", "redirect_uri", "https://evil.example.test/"))
	if got := d.pages.failed; got.Received != "https://evil.example.test/" || got.Code != "authorize.redirect_uri" || got.AppName != "Web" {
		t.Errorf("the page is %+v", got)
	}
	for _, tt := range []struct{ client, uri, mend string }{
		{"web", "http://localhost:9000/cb", "gatehouse client update web --add-redirect-uri http://localhost:9000/cb"},
		{"web", "https://evil.example.test/", ""},
		{"web", "http://localhost/" + strings.Repeat("x", 500), ""},
		{"web", "", ""},
		{"off", "http://localhost:9000/cb", "gatehouse client update off --disabled=false"},
		{"Call 0900 123456.", "http://localhost:9000/cb", "gatehouse client create --name My application --redirect-uri http://localhost:9000/cb"},
		{"nobody", "https://evil.example.test/", "gatehouse client list"},
	} {
		d.ask(d.request(id.Client(tt.client), "redirect_uri", tt.uri))
		if got := strings.Join(d.pages.failed.Mend, " "); got != tt.mend {
			t.Errorf("%s to %.40q: %q, want %q", tt.client, tt.uri, got, tt.mend)
		}
	}
	w := d.ask(d.request("phone", "redirect_uri", "http://127.0.0.1:49152/cb"))
	if !strings.HasPrefix(w.Header().Get("Location"), "http://127.0.0.1:49152/cb?") {
		t.Errorf("the free port of a loopback literal: %d %q", w.Code, w.Header().Get("Location"))
	}
}

// An address may be left out where it is clear, and only there: of several nobody
// knows which is meant, and one that came twice was not left out.
func TestAnAddressIsLeftOutOnlyWhereOneAloneIsRegistered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more   []string // registered besides
		extra  string
		status int
	}{
		"one":                       {status: http.StatusSeeOther},
		"two":                       {more: []string{"https://other.example.test/cb"}, status: http.StatusBadRequest},
		"one, and sent empty twice": {extra: "&redirect_uri=&redirect_uri=", status: http.StatusBadRequest},
		"one, and sent twice":       {extra: "&redirect_uri=" + testCallback + "&redirect_uri=https://evil.example.test/", status: http.StatusBadRequest},
	} {
		d := newDoor(t)
		d.client("plain").RedirectURIs = append([]string{testCallback}, c.more...)
		q := d.request("plain", "scope", "orders:read", "redirect_uri", "")
		q.Del("redirect_uri")
		w := d.browse(httptest.NewRequest(http.MethodGet, PathAuthorize+"?"+q.Encode()+c.extra, nil))
		if location := w.Header().Get("Location"); w.Code != c.status || location != "" && !strings.HasPrefix(location, testCallback+"?") {
			t.Errorf("%s: %d to %q", name, w.Code, location)
		}
	}
}

// R06 (RFC 9207), R07: iss and state in every response, by 303.
func TestEveryResponseCarriesIssuerAndState(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	state := "A + b%20/\"<é>\r\n&="
	for name, changes := range map[string][]string{
		"code":  nil,
		"error": {"scope", "admin"},
		"login": {"prompt", "none", "max_age", "0"},
	} {
		q := d.answered(d.ask(d.request("web", append(changes, "state", state)...)))
		if q.Get("iss") != testIssuer || q.Get("state") != state || len(q["iss"]) != 1 || q.Has("code") == q.Has("error") || q.Has("scope") {
			t.Errorf("%s: %v", name, q)
		}
		d.pages.posted.Parameters = nil
		w := d.ask(d.request("web", append(changes, "state", state, "response_mode", "form_post")...))
		got := d.pages.posted
		if w.Code != http.StatusOK || got.Action != testCallback || got.Parameters.Get("iss") != testIssuer || got.Parameters.Get("state") != state || got.Parameters.Has("code") == got.Parameters.Has("error") {
			t.Errorf("%s by form: %d %+v", name, w.Code, got)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Error("the form may be cached")
		}
		for _, changes := range [][]string{append(changes, "state", ""), append(changes, "state", "")} {
			if q := d.answered(d.ask(d.request("web", changes...))); q.Has("state") {
				t.Errorf("%s: a state came back that was not sent: %v", name, q)
			}
		}
	}
	q := d.request("web")
	q.Set("state", "")
	if got := d.answered(d.ask(q)); got.Has("state") {
		t.Error("an empty state came back")
	}
}

func TestRedirectURIWithAQueryKeepsIt(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.client("web").RedirectURIs = []string{"https://web.example.test/cb?Z=1&a=%2f"}
	w := d.ask(d.request("web", "redirect_uri", "https://web.example.test/cb?Z=1&a=%2f"))
	if !strings.HasPrefix(w.Header().Get("Location"), "https://web.example.test/cb?Z=1&a=%2f&code=") {
		t.Errorf("Location %q", w.Header().Get("Location"))
	}
}

func TestUnreadableRequestIsAPage(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	good := d.request("web").Encode()
	for name, query := range map[string]string{
		"bad escape": good + "&x=%zz", "semicolon": good + ";x=1", "too long": good + "&x=" + strings.Repeat("a", maxParams),
		"client twice": good + "&client_id=web", "redirect twice": good + "&redirect_uri=" + url.QueryEscape(testCallback), "nothing": "",
	} {
		if w := d.get(PathAuthorize + "?" + query); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
			t.Errorf("%s: %d %q", name, w.Code, w.Header().Get("Location"))
		}
	}
}
