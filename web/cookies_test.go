package web_test

import (
	"encoding/base64"
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
