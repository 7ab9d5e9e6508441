package view

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
)

func TestQRDrawsEveryDarkModuleOnceInsideTheQuietZone(t *testing.T) {
	t.Parallel()
	const content = "otpauth://totp/Gatehouse:alice%40example.com?secret=" + sampleKey
	got, err := NewQR(content)
	if err != nil {
		t.Fatal(err)
	}
	want, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	size := want.Bounds().Dx()
	if got.Size != size+8 {
		t.Fatalf("size %d, want %d", got.Size, size+8)
	}
	drawn := map[[2]int]int{}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(got.Path, -1) {
		x, y, run := number(m[1]), number(m[2]), number(m[3])
		for i := range run {
			drawn[[2]int{x + i, y}]++
		}
	}
	for y := range got.Size {
		for x := range got.Size {
			inside := x >= 4 && y >= 4 && x < size+4 && y < size+4
			expect := 0
			if inside && dark(want, x-4, y-4) {
				expect = 1
			}
			if drawn[[2]int{x, y}] != expect {
				t.Fatalf("module %d,%d is drawn %d times, want %d", x, y, drawn[[2]int{x, y}], expect)
			}
		}
	}
}

func number(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

func TestEnrolShowsTheKeyInGroups(t *testing.T) {
	t.Parallel()
	p := Enrol{Secret: "ABCDEFGHIJ", URL: "javascript:alert(1)"}
	if diff := cmp.Diff([]string{"ABCD", "EFGH", "IJ"}, p.groups()); diff != "" {
		t.Error(diff)
	}
	if p.link() != "" {
		t.Errorf("the link is %q, want none: it is no otpauth address", p.link())
	}
}

func TestScopesAreGroupedInWords(t *testing.T) {
	t.Parallel()
	got := ScopesInWords([]string{"offline_access", "orders:read", "openid"})
	want := []ScopeGroup{
		{Title: groupIdentity, Scopes: []ScopeLine{{"openid", "Recognise you when you come back"}}},
		{Title: groupOther, Scopes: []ScopeLine{{"orders:read", "Use “orders:read”"}}},
		{Title: groupOffline, Scopes: []ScopeLine{{"offline_access", "Keep this access when you have signed out of the browser"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDeviceNamesTheBrowser(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                           "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0":            "Edge on Windows",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36":                         "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15":            "Safari on macOS",
		"curl/8.5.0": "Another program", "": "Another program",
	} {
		if got := Device(agent); got != want {
			t.Errorf("Device(%q) = %q, want %q", agent, got, want)
		}
	}
}

func TestRejectTellsWhatCanBeMended(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err    error
		status int
		retry  string
		alert  string
	}{
		{fault.New(fault.Unauthenticated, "signin.wrong", "Wrong."), 422, "", "Wrong."},
		{fault.New(fault.Invalid, "password.rule", "Too short."), 422, "", "Too short."},
		{&fault.Error{Kind: fault.TooMany, RetryAfter: 44500 * time.Millisecond}, 429, "45", "There were too many attempts. Try again in 45 s."},
		{&fault.Error{Kind: fault.TooMany, RetryAfter: 14 * time.Minute}, 429, "840", "There were too many attempts. Try again in 14 minutes."},
		{&fault.Error{Kind: fault.TooMany, RetryAfter: 24 * time.Hour}, 429, "86400", "There were too many attempts. Try again in 24 hours."},
		{&fault.Error{Kind: fault.Unavailable, RetryAfter: 2 * time.Second}, 503, "2", "Gatehouse is busy right now. Try again in 2 s."},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		var f Form
		status, ok := f.Reject(w, tt.err)
		if !ok || status != tt.status || w.Header().Get("Retry-After") != tt.retry || f.Alert != tt.alert {
			t.Errorf("%v: status %d (%v), Retry-After %q, alert %q", tt.err, status, ok, w.Header().Get("Retry-After"), f.Alert)
		}
	}
	for _, kind := range []fault.Kind{fault.Internal, fault.Forbidden, fault.NotFound, fault.Conflict, fault.Malformed} {
		var f Form
		if _, ok := f.Reject(httptest.NewRecorder(), fault.New(kind, "x", "x")); ok {
			t.Errorf("%s counts as a mistake in the form", kind)
		}
	}
}

func TestWrongPasswordKeepsTheNameAndEmptiesThePassword(t *testing.T) {
	t.Parallel()
	step := Step{Form: Form{Token: "t", Alert: "Wrong.", Both: true}, Interaction: "int_a"}
	for _, n := range nodes(t, shown(t, SignIn{Step: step, Login: `alice"@example.com`}).Body.Bytes()) {
		switch attr(n, "id") {
		case "email":
			if attr(n, "value") != `alice"@example.com` || attr(n, "autocomplete") != "username" || attr(n, "aria-invalid") != "true" || !has(n, "autofocus") {
				t.Errorf("email: %v", n.Attr)
			}
		case "password":
			if attr(n, "value") != "" || attr(n, "autocomplete") != "current-password" || attr(n, "aria-describedby") != "alert" {
				t.Errorf("password: %v", n.Attr)
			}
		case "alert":
			if attr(n, "role") != "alert" || text(n) != "Wrong." {
				t.Errorf("alert: %v %q", n.Attr, text(n))
			}
		case "title":
			if !strings.HasPrefix(text(n), "Error: ") {
				t.Errorf("title %q", text(n))
			}
		}
	}
}

func TestRedirectHostIsWhatThePersonCanKnow(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"https://app.example.com/cb": "app.example.com", "http://127.0.0.1:4000/cb": "127.0.0.1:4000",
		"com.example.app:/cb": "com.example.app", "": "", "https://trusted.example@evil.example/": "evil.example",
	} {
		if got := RedirectHost(uri); got != want {
			t.Errorf("RedirectHost(%q) = %q, want %q", uri, got, want)
		}
	}
}
