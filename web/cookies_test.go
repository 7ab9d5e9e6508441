package web_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/secret"
	"gatehouse/setting"
	"gatehouse/web"
)

// A cookie holds 256 random bits in their one spelling, or it counts as none:
// what another program planted never becomes the binding of a sign-in or the
// question to the store.
func TestCookieOfAnotherFormIsNone(t *testing.T) {
	t.Parallel()
	good := secret.Token(32)
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil || len(raw) != 32 {
		t.Fatalf("a token is %d bytes, %v", len(raw), err)
	}
	otherBits := good[:42] + string("BFJNRVZdhlptx159"[strings.IndexByte("AEIMQUYcgkosw048", good[42])])
	for name, c := range map[string]struct {
		value string
		is    bool
	}{
		"a token":             {good, true},
		"nothing":             {"", false},
		"a word":              {"admin", false},
		"31 bytes":            {base64.RawURLEncoding.EncodeToString(raw[:31]), false},
		"33 bytes":            {base64.RawURLEncoding.EncodeToString(append(raw[:32:32], 1)), false},
		"padded":              {base64.URLEncoding.EncodeToString(raw), false},
		"another last bit":    {otherBits, false},
		"another alphabet":    {"++" + good[2:], false},
		"a line break inside": {good[:20] + "\r\n" + good[20:], false},
		"a dot inside":        {good[:20] + "." + good[21:], false},
		"very long":           {strings.Repeat("A", 4000), false},
	} {
		for _, secure := range []bool{true, false} {
			cookies := &web.Cookies{Secure: secure, FormKey: []byte("a key of the tests"), SessionAge: setting.Always(time.Hour)}
			prefix := "gatehouse_"
			if secure {
				prefix = "__Host-gatehouse_"
			}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Cookie", prefix+"session="+c.value+"; "+prefix+"browser="+c.value)
			want := ""
			if c.is {
				want = c.value
			}
			if got := cookies.Session(r); got != want {
				t.Errorf("%s, secure %v: the session is %q, want %q", name, secure, got, want)
			}
			if got := cookies.Browser(r); got != want {
				t.Errorf("%s, secure %v: the browser is %q, want %q", name, secure, got, want)
			}
			w := httptest.NewRecorder()
			bound, err := cookies.EnsureBrowser(w, r)
			if err != nil || bound == "" || want != "" && bound != want || want == "" && bound == c.value {
				t.Errorf("%s, secure %v: bound to %q, %v", name, secure, bound, err)
			}
			if set := w.Header().Get("Set-Cookie"); (set == "") != (want != "") || want == "" && !strings.HasPrefix(set, prefix+"browser="+bound+";") {
				t.Errorf("%s, secure %v: the browser is told %q", name, secure, set)
			}
		}
	}
}

// On https only the names count that no sibling host can plant.
func TestCookieWithoutTheHostPrefixIsNoneOnHTTPS(t *testing.T) {
	t.Parallel()
	cookies := &web.Cookies{Secure: true, FormKey: []byte("a key of the tests"), SessionAge: setting.Always(time.Hour)}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	token := secret.Token(32)
	for _, name := range []string{"gatehouse_session", "__Secure-gatehouse_session", "__host-gatehouse_session"} {
		r.AddCookie(&http.Cookie{Name: name, Value: token})
	}
	if got := cookies.Session(r); got != "" {
		t.Errorf("a planted cookie signs in: %q", got)
	}
}

// Cookies know no ports: each of two Gatehouses on one machine would take the cookies of the other
// for its own, and sign its people out.
func TestTwoOnOneMachineHaveCookiesOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		var names []string
		for _, port := range []string{"8080", "9080", ""} {
			cookies := &web.Cookies{Secure: secure, Port: port, FormKey: []byte("a key of the tests"), SessionAge: setting.Always(time.Hour)}
			token, w, r := secret.Token(32), httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
			for _, name := range names { // of the others, which have not changed
				r.AddCookie(&http.Cookie{Name: name, Value: token})
			}
			gates := web.GateCookies{Secure: secure, Port: port}
			at, present := gates.Session(r)
			if cookies.Session(r) != "" || cookies.Console(r) != "" || cookies.Browser(r) != "" || at != "" || present || gates.Nonce(r) != "" {
				t.Errorf("secure %v, port %q: a cookie of %v counts", secure, port, names)
			}
			if err := errors.Join(cookies.SetSession(w, r, token), cookies.SetConsole(w, r, token)); err != nil {
				t.Fatal(err)
			}
			if _, err := cookies.EnsureBrowser(w, r); err != nil {
				t.Fatal(err)
			}
			gates.SetSession(w, token, time.Hour)
			gates.SetNonce(w, token)
			back := httptest.NewRequest(http.MethodGet, "/", nil)
			for _, c := range w.Result().Cookies() {
				if strings.HasPrefix(c.Name, "__Host-gatehouse_") != secure {
					t.Errorf("secure %v, port %q: a cookie is called %s", secure, port, c.Name)
				}
				names = append(names, c.Name)
				back.AddCookie(c)
			}
			if at, _ := gates.Session(back); at != token || cookies.Session(back) != token || cookies.Console(back) != token || gates.Nonce(back) != token || !web.KnowsBrowser(back) {
				t.Errorf("secure %v, port %q: its own cookies do not count", secure, port)
			}
		}
	}
}

func TestOnlyOnThisMachinePortsTellCookiesApart(t *testing.T) {
	t.Parallel()
	for issuer, want := range map[string]string{
		"http://localhost:8080": "8080", "https://localhost:8443": "8443", "http://127.0.0.1:9": "9", "http://[::1]:8080": "8080", "http://id.localhost:8080": "8080",
		"http://localhost": "", "https://id.example.com:8443": "", "https://id.example.com": "", "https://10.0.0.1:8443": "", "::": "",
	} {
		if got := web.PortHere(issuer); got != want {
			t.Errorf("%s: %q, want %q", issuer, got, want)
		}
	}
}
