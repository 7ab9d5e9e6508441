package gate

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/fault"
)

func TestPathsThatCanBeReadInTwoWaysAreRefused(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", "*", "admin", "Service/Method", "https://evil.test/admin",
		"/public/../admin", "/public/%2e%2e/admin", "/public/%2E%2E/admin", "/public/.%2e/admin", "/admin/.", "/.", "/..", "/admin/..", "/./admin",
		"/public/..%2fadmin", "/public/..%2Fadmin", "/public%2fadmin", "/public%2Fadmin",
		"/public%5cadmin", "/public%5C..%5Cadmin", `/public\..\admin`, `\admin`,
		"/public/%252e%252e/admin", "/%25%32%65", "/100%25", "/%",
		"//admin", "/a//admin", "///", "//", "//evil.test/admin",
		"/public/..;/admin", "/admin;x=1", "/public;/../admin", "/admin%3bx=1", "/admin%3B",
		"/admin%00.png", "/admin%0a", "/admin%0d%0aX-A:b", "/admin\x00", "/admin\n", "/admin%7f", "/admin%1f",
		"/admin#/public", "/admin%23/public", "/admin%3f/public", "/admin?x", "/admin?/public/",
		"/%c0%ae%c0%ae/admin", "/%c0%af", "/\xff", "/%ff", "/．．／admin", "/%EF%BC%8E%EF%BC%8E/admin", "/a／b", "/%u002e%u002e/admin", "/%C2%85", "/a%E2%80%AEb", "/a%E2%80%8Bb", "/%EF%BB%BFa", "/a%E2%88%95b", "/a%E2%81%84b", "/...", "/public..", "/a.", "/a%20", "/%20a", "/a%2e", "/%20", "/%2", "/%zz",
		"/" + strings.Repeat("a", MaxPath), strings.Repeat("/a", MaxSegments+1), strings.Repeat("/a", 10_000),
	} {
		p, err := ParsePath(raw)
		if fault.CodeOf(err) != CodePath || !fault.Is(err, fault.Malformed) {
			t.Errorf("%.60q: %q, %v", raw, p.text, err)
		}
		if p.text != "" || p.segments != nil {
			t.Errorf("%.60q is refused, and read as %q", raw, p.text)
		}
	}
}

func TestAPathHasOneSpelling(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"/":                          "/",
		"/orders":                    "/orders",
		"/orders/":                   "/orders/",
		"/orders/42":                 "/orders/42",
		"/%6frders/%34%32":           "/orders/42",
		"/a%20b":                     "/a%20b",
		"/caf%c3%a9":                 "/caf%C3%A9",
		"/café":                      "/caf%C3%A9",
		"/a'b":                       "/a%27b",
		"/a\"b<c>":                   "/a%22b%3Cc%3E",
		"/~u/-._!$&()*+,=:@":         "/~u/-._!$&()*+,=:@",
		"/a%7eb":                     "/a~b",
		"/" + strings.Repeat("a", 9): "/aaaaaaaaa",
	} {
		p, err := ParsePath(raw)
		if err != nil || p.String() != want {
			t.Errorf("%q is %q, want %q (%v)", raw, p, want, err)
		}
	}
}

// What a route is chosen by is what goes on: a path's spelling means the same to us, to
// net/url and to whoever decodes it once more.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{"/", "/orders/42", "/a%20b/c", "/%2e%2e", "/caf%c3%a9", "/a;b", "//", "/%25", "/x/."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := ParsePath(raw)
		if err != nil {
			return
		}
		again, err := ParsePath(p.text)
		if err != nil || again.text != p.text {
			t.Fatalf("%q is %q, and that is %q (%v)", raw, p.text, again.text, err)
		}
		u, err := url.ParseRequestURI(p.text)
		if err != nil || u.EscapedPath() != p.text || u.RawQuery != "" || u.Host != "" {
			t.Fatalf("%q is %q, which net/url reads as %+v (%v)", raw, p.text, u, err)
		}
		if once := "/" + strings.Join(p.segments, "/"); once != u.Path {
			t.Fatalf("%q is decided by as %q, and net/url decodes %q", raw, once, u.Path)
		}
		if twice, err := url.PathUnescape(u.Path); err == nil && twice != u.Path {
			t.Fatalf("%q: who decodes twice reads %q", raw, twice)
		}
		if strings.ContainsAny(u.Path, "\\;?#%\x00\r\n") || strings.Contains(u.Path, "//") {
			t.Fatalf("%q goes through as %q", raw, u.Path)
		}
	})
}

func TestQueriesThatParsersReadDifferentlyAreRefused(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"a=%", "a=%2", "a=%zz", "a=%00", "a=%0d%0aSet-Cookie:x", "a=%0A", "a b", "a=\x01", "a=é", "a#b", `a\b`,
		"access_token=x", "a=1&access_token=x", "a=1;access_token=x", "ACCESS_TOKEN=x", "access%5Ftoken=x", "access_token[]=x", "access.token=x", "+access_token=x", "access_token%00=x", "accessToken=x", "a%63cess_token=x",
		strings.Repeat("a&", maxParameters), strings.Repeat("a;", maxParameters), strings.Repeat("a", MaxPath+1),
	} {
		if err := CheckQuery(raw); fault.CodeOf(err) != CodeQuery || !fault.Is(err, fault.Malformed) {
			t.Errorf("%.40q: %v", raw, err)
		}
	}
	for _, raw := range []string{"", "a=1", "a=1&a=2", "q=caf%C3%A9", "a=b%20c&d", "a=[1]", "filter=%7B%7D", "next=/a?b", strings.Repeat("a&", maxParameters-1)} {
		if err := CheckQuery(raw); err != nil {
			t.Errorf("%.40q: %v", raw, err)
		}
	}
}

func TestAHostHasOneSpelling(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]struct {
		host string
		port int
	}{
		"api.example.test":      {"api.example.test", 0},
		"API.Example.TEST":      {"api.example.test", 0},
		"api.example.test.":     {"api.example.test", 0},
		"api.example.test.:443": {"api.example.test", 443},
		"localhost:8082":        {"localhost", 8082},
		"192.0.2.1:80":          {"192.0.2.1", 80},
		"[::1]:8082":            {"[::1]", 8082},
		"[0:0::1]":              {"[::1]", 0},
		"xn--bcher-kva.test":    {"xn--bcher-kva.test", 0},
	} {
		host, port, err := ParseHost(raw)
		if err != nil || host != want.host || port != want.port {
			t.Errorf("%q: %q %d, %v", raw, host, port, err)
		}
	}
	for _, raw := range []string{
		"", ".", "..", "a..b", "api.example.test..", "a@evil.test", "api.example.test, evil.test", "api.example.test evil", "[::1%25eth0]", "[::1%eth0]", "[::1", "::1",
		"[192.0.2.1]", "[::1]x", "api.example.test:", "api.example.test:0", "api.example.test:080", "api.example.test:+80", "api.example.test:65536", "api.example.test:80:81",
		"bücher.test", "-a.test", "a-.test", "a_b.test", "a/b", "a%2eb", strings.Repeat("a", 64) + ".test", strings.Repeat("a.", 130),
	} {
		if host, _, err := ParseHost(raw); fault.CodeOf(err) != CodeHost {
			t.Errorf("%.40q is %q, %v", raw, host, err)
		}
	}
}
