package oauth_test

import (
	"net/url"
	"strings"
	"testing"

	"gatehouse/oauth"
)

// RFC 9700 sections 2.1 and 4.1.3: nothing but the registered text matches.
func TestRedirectURIMatchesByteForByte(t *testing.T) {
	t.Parallel()
	const registered = "https://app.example/cb?x=1"
	all := []string{"https://other.example/", registered}
	if !oauth.MatchRedirect(all, registered) {
		t.Fatal("the registered URI does not match itself")
	}
	for _, presented := range []string{
		"", " ", "/cb", "//app.example/cb?x=1", "app.example/cb?x=1",
		"http://app.example/cb?x=1", "HTTPS://app.example/cb?x=1", "Https://app.example/cb?x=1",
		"https://APP.example/cb?x=1", "https://App.Example/cb?x=1", "https://app.example/CB?x=1",
		"https://app.example/cb", "https://app.example/cb?", "https://app.example/cb/?x=1", "https://app.example/?x=1",
		"https://app.example?x=1", "https://app.example/cb?x=2", "https://app.example/cb?x=1&", "https://app.example/cb?x=1&x=1",
		"https://app.example/cb?x=1&y=2", "https://app.example/cb?y=2&x=1", "https://app.example/cb?X=1", "https://app.example/cb?x=%31",
		"https://app.example/cb?x=1#", "https://app.example/cb?x=1#f", "https://app.example/cb#?x=1",
		"https://app.example/./cb?x=1", "https://app.example/a/../cb?x=1", "https://app.example/cb/..?x=1", "https://app.example/../cb?x=1",
		"https://app.example/%2e/cb?x=1", "https://app.example/a/%2e%2e/cb?x=1", "https://app.example/%252e%252e/cb?x=1",
		"https://app.example/a/..;/cb?x=1", "https://app.example/cb;a=b?x=1", "https://app.example//cb?x=1", "https://app.example/c%62?x=1",
		"https://app.example/%63b?x=1", "https://app.example/cb%2f?x=1", "https://app.example/cb%00?x=1", "https://app.example/cb%20?x=1",
		"https://app.example:443/cb?x=1", "https://app.example:8443/cb?x=1", "https://app.example:/cb?x=1", "https://app.example:0443/cb?x=1",
		"https://app.example./cb?x=1", "https://app.example.evil.example/cb?x=1", "https://evilapp.example/cb?x=1", "https://sub.app.example/cb?x=1",
		"https://evil.example/https://app.example/cb?x=1", "https://evil.example?https://app.example/cb?x=1", "https://evil.example#https://app.example/cb?x=1",
		"https://app.example@evil.example/cb?x=1", "https://user@app.example/cb?x=1", "https://a@b@app.example/cb?x=1", "https://user:pw@app.example/cb?x=1",
		"https://app.example%40evil.example/cb?x=1", "https://app.example%2fcb?x=1", "https://evil.example\\@app.example/cb?x=1",
		`https:\\app.example\cb?x=1`, `https:/app.example/cb?x=1`, `https:app.example/cb?x=1`, `https:///app.example/cb?x=1`,
		"https://app.example/cb\\?x=1", "https://app.example/cb\t?x=1", "https://app.example/cb\r\n?x=1", "https://app.example/\ncb?x=1",
		" " + registered, registered + " ", registered + "\x00", "\ufeff" + registered, registered + "%0d%0aSet-Cookie:a=b",
		"https://аpp.example/cb?x=1", "https://app。example/cb?x=1", "https://xn--pp-6kc.example/cb?x=1", "https://app.example/cｂ?x=1",
		"javascript:alert(1)", "javascript:" + registered, "data:text/html," + registered, registered + "," + registered, registered + " " + registered,
		"https://[::ffff:127.0.0.1]/cb?x=1", "https://*.example/cb?x=1", "*",
	} {
		if oauth.MatchRedirect(all, presented) {
			t.Errorf("%q matches %q", presented, registered)
		}
	}
	if oauth.MatchRedirect(nil, "") || oauth.MatchRedirect(nil, registered) {
		t.Error("something matches although nothing is registered")
	}
}

// RFC 8252 section 7.3: the port of a loopback literal is free, nothing else is.
func TestOnlyThePortOfALoopbackLiteralIsFree(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		registered, presented string
		want                  bool
	}{
		{"http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", true},
		{"http://127.0.0.1:9000/cb", "http://127.0.0.1:1/cb", true},
		{"http://127.0.0.1:9000/cb", "http://127.0.0.1/cb", true},
		{"http://127.0.0.1:9000/cb?x=1", "http://127.0.0.1:65535/cb?x=1", true},
		{"http://127.0.0.1:9000", "http://127.0.0.1:5", true},
		{"http://[::1]:9000/cb", "http://[::1]:49152/cb", true},
		{"http://[::1]/cb", "http://[::1]:49152/cb", true},
		{"http://localhost:9000/cb", "http://localhost:9000/cb", true},

		{"http://localhost:9000/cb", "http://localhost:9001/cb", false},
		{"http://localhost/cb", "http://localhost:9001/cb", false},
		{"http://localhost/cb", "http://127.0.0.1/cb", false},
		{"http://127.0.0.1/cb", "http://localhost/cb", false},
		{"http://127.0.0.1/cb", "http://[::1]/cb", false},
		{"http://127.0.0.1/cb", "https://127.0.0.1:1/cb", false},
		{"https://127.0.0.1/cb", "http://127.0.0.1:1/cb", false},
		{"https://127.0.0.1/cb", "https://127.0.0.1:1/cb", false},
		{"http://127.0.0.1/cb", "HTTP://127.0.0.1:1/cb", false},
		{"http://127.0.0.1/cb", "http://x@127.0.0.1:1/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:x@evil.example/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1.evil.example/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1evil.example/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1/cb/", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1/CB", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1/cb?x=1", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1/cb?", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1/cb#f", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1/a/../cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1/%63b", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:1\\cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:00080/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:+80/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:-1/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:8 0/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:80:81/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:٨٠/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.2:1/cb", false},
		{"http://127.0.0.1/cb", "http://127.1:1/cb", false},
		{"http://127.0.0.1/cb", "http://2130706433:1/cb", false},
		{"http://127.0.0.1/cb", "http://0x7f000001:1/cb", false},
		{"http://127.0.0.1/cb", "http://127.000.000.001:1/cb", false},
		{"http://127.0.0.1/cb", "http://0.0.0.0:1/cb", false},
		{"http://127.0.0.1/cb", "http://[::ffff:127.0.0.1]:1/cb", false},
		{"http://[::1]/cb", "http://[0:0:0:0:0:0:0:1]:1/cb", false},
		{"http://[::1]/cb", "http://[::1%25eth0]:1/cb", false},
		{"http://[::1]/cb", "http://::1:1/cb", false},
		{"http://[::1]/cb", "http://[::1]1/cb", false},
		{"http://[::1]/cb", "http://x@[::1]:1/cb", false},
		{"http://app.example/cb", "http://app.example:1/cb", false},
		{"http://192.168.0.1/cb", "http://192.168.0.1:1/cb", false},
	} {
		if got := oauth.MatchRedirect([]string{c.registered}, c.presented); got != c.want {
			t.Errorf("registered %q, presented %q: %v, want %v", c.registered, c.presented, got, c.want)
		}
	}
}

// RFC 9700 section 2.6, RFC 8252 sections 7 and 8.
func TestUnsafeRedirectURIsCannotBeRegistered(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{
		"https://app.example/", "https://app.example/cb", "https://app.example:8443/cb?x=1&y=%2F", "https://xn--bcher-kva.example/cb",
		"https://192.0.2.1/cb", "https://[2001:db8::1]/cb", "https://App.example/cb", "https://app.example/a%20b",
		"http://localhost/cb", "http://localhost:9000/cb", "http://127.0.0.1/cb", "http://127.0.0.1:9000/cb", "http://[::1]:9000/cb",
		"com.example.app:/cb", "com.example.app://cb", "com.example.app://host/cb?x=1", "https://1and1.example/cb", "https://app1/cb",
		"https://app.example", "https://app.example?x=1", "https://app.example:8443", "http://127.0.0.1:9000", "http://[::1]", "http://localhost:8000", "http://localhost",
		"http://app.localhost/cb", "http://a.b-c.localhost:3000", "http://app.localhost?x=1",
	} {
		if err := oauth.ValidateRedirectURI(uri); err != nil {
			t.Errorf("%q: %v", uri, err)
		}
		if err := oauth.ValidatePostLogoutURI(uri); err != nil {
			t.Errorf("after sign-out, %q: %v", uri, err)
		}
	}
	for _, uri := range []string{
		"", "cb", "/cb", "//app.example/cb", "app.example/cb", ":", "https:", "https://", "https:///cb", "https:app.example/cb", "https:/app.example/cb",
		"https://", "http://", "https://?x=1", "https://app.example#", "http://localhost.", "http://.localhost/cb", "http://LOCALHOST", "http://app.localhost./cb",
		"http://localhost.example/cb", "http://applocalhost/cb", "http://app.LOCALHOST/cb", "http://app.localhost@evil.example/cb",
		"https://app.example/cb#", "https://app.example/cb#f", "https://app.example/#/cb", "com.example.app:/cb#f",
		"http://app.example/cb", "http://192.168.0.1/cb", "http://10.0.0.1/cb", "http://127.0.0.2/cb", "http://127.1/cb", "http://0x7f.1/cb",
		"http://2130706433/cb", "http://0.0.0.0/cb", "http://[::]/cb", "http://[::ffff:127.0.0.1]/cb", "http://[0:0:0:0:0:0:0:1]/cb", "http://localhost.evil.example/cb",
		"http://localhost./cb", "http://LOCALHOST/cb", "http://evil.example@127.0.0.1/cb", "http://127.0.0.1@evil.example/cb",
		"https://user@app.example/cb", "https://user:pw@app.example/cb", "https://@app.example/cb", "https://a@b@app.example/cb", "https://app.example%40evil.example/cb",
		"https://*.example/cb", "https://app.example/*", "https://app.example/cb?x=*", "*",
		"https://app.example/../cb", "https://app.example/a/./cb", "https://app.example/cb/..", "https://app.example/..;/cb", "https://app.example/.;x/cb",
		"https://app.example/%2e%2e/cb", "https://app.example/%2E/cb", "https://app.example/%252e/cb", "https://app.example/a%2fb", "https://app.example/a%5cb",
		"https://app.example/cb%00", "https://app.example/cb?x=%0d%0aa", "https://app.example/cb?x=%7f", "https://app.example/cb?x=%", "https://app.example/cb?x=%4", "https://app.example/cb?x=%zz",
		`https://app.example\cb`, `https:\\app.example\cb`, `https://evil.example\@app.example/cb`,
		"https://app.example/c b", " https://app.example/cb", "https://app.example/cb ", "https://app.example/cb\t", "https://app.example/\r\ncb", "https://app.example/cb\x00", "https://app.example/cb\x7f",
		"https://аpp.example/cb", "https://bücher.example/cb", "https://app.example/ü", "https://app。example/cb",
		`https://app.example/"onload="`, "https://app.example/<script>", "https://app.example/`", "https://app.example/{x}", "https://app.example/a|b", "https://app.example/^",
		"https://app.example:/cb", "https://app.example:0/cb", "https://app.example:65536/cb", "https://app.example:x/cb", "https://app.example:0443/cb",
		"https://.app.example/cb", "https://app..example/cb", "https://app_.example/cb", "https://[2001:db8::1/cb", "https://2001:db8::1/cb", "https://[::1%25eth0]/cb", "https://[2001:DB8::1]/cb",
		"https://1.2.3/cb", "https://1.2.3.4.5/cb", "https://01.2.3.4/cb", "https://0x1/cb",
		"HTTPS://app.example/cb", "Com.Example.App:/cb",
		"javascript:alert(1)", "JavaScript:alert(1)", "jAvAsCrIpT://app.example/%0aalert(1)", "java\tscript:alert(1)", "javascript:/cb", "javascript://x.y/cb",
		"data:text/html,x", "DATA:text/html;base64,AAAA", "data:/cb", "vbscript:x", "VBScript:/x", "file:///etc/passwd", "blob:https://app.example/x", "about:blank",
		"view-source:https://app.example/", "filesystem:https://app.example/x", "ftp://app.example/cb", "ws://app.example/cb", "mailto:a@app.example", "tel:/1", "chrome://settings/",
		"myapp:/cb", "myapp://cb", "com.example.app:cb", "com.example.app:", "com.example.app://user@host/cb", "urn:ietf:wg:oauth:2.0:oob",
		"https://app.example/" + strings.Repeat("a", 2000),
	} {
		if err := oauth.ValidateRedirectURI(uri); err == nil {
			t.Errorf("%q may be registered", uri)
		}
		if err := oauth.ValidatePostLogoutURI(uri); err == nil {
			t.Errorf("%q may be registered for after a sign-out", uri)
		}
	}
}

// Without a path or with one are two addresses.
func TestAddressWithoutAPathIsNotTheOneWithASlash(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{"https://app.example", "http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000", "http://app.localhost:8000"} {
		if !oauth.MatchRedirect([]string{uri}, uri) {
			t.Errorf("%q does not match itself", uri)
		}
		for _, other := range []string{uri + "/", uri + "?", uri + "/cb", uri + "#", uri + "//"} {
			if oauth.MatchRedirect([]string{uri}, other) || oauth.MatchRedirect([]string{other}, uri) {
				t.Errorf("%q and %q match", uri, other)
			}
		}
	}
}

// "localhost" is a name: only a client that was told so has its port free, and
// nothing but the port.
func TestPortOfLocalhostIsFreeForAClientThatWasToldSo(t *testing.T) {
	t.Parallel()
	c := oauth.Client{RedirectURIs: []string{"http://localhost:3000/cb?x=1", "http://localhost", "https://localhost/tls", "http://app.localhost/cb"}}
	free := []string{"http://localhost:5173/cb?x=1", "http://localhost/cb?x=1", "http://localhost:8000"}
	never := []string{
		"http://localhost:5173/cb", "http://localhost:5173/", "http://localhost:0/cb?x=1", "http://localhost:99999/cb?x=1", "http://localhost:5173@evil.example/cb?x=1",
		"http://localhost.evil.example/cb?x=1", "http://localhostevil.example", "http://x@localhost:5173/cb?x=1", "HTTP://localhost:1/cb?x=1", "http://LOCALHOST:1/cb?x=1",
		"https://localhost:1/tls", "https://localhost:1/cb?x=1", "http://127.0.0.1:1/cb?x=1", "http://app.localhost:1/cb",
	}
	for _, uri := range append(free, never...) {
		if c.MayReturnTo(uri) {
			t.Errorf("without the setting %q matches", uri)
		}
	}
	c.AnyLocalhostPort = true
	for _, uri := range append(free, c.RedirectURIs...) {
		if !c.MayReturnTo(uri) {
			t.Errorf("with the setting %q does not match", uri)
		}
	}
	for _, uri := range never {
		if c.MayReturnTo(uri) {
			t.Errorf("with the setting %q matches", uri)
		}
	}
}

// Who registers an address with letters of other scripts reads how to write it.
func TestAddressInOtherLettersIsToldHowToWriteIt(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"https://bücher.example/cb":   `must not contain 'ü': write the host in ASCII, as in "https://xn--bcher-kva.example/cb"`,
		"https://bücher.example:8443": `must not contain 'ü': write the host in ASCII, as in "https://xn--bcher-kva.example:8443"`,
		"http://日本.localhost/cb?x=1":  `must not contain '日': write the host in ASCII, as in "http://xn--wgv71a.localhost/cb?x=1"`,
		"https://app.example/grüße":   `must not contain 'ü': write it as %C3%BC`,
		"https://app.example/cb\xff":  "must be ASCII text",
		"com.example.app:/grüße":      `must not contain 'ü': write it as %C3%BC`,
	} {
		for name, check := range map[string]func(string) error{"redirect": oauth.ValidateRedirectURI, "post-logout": oauth.ValidatePostLogoutURI} {
			if err := check(uri); err == nil || err.Error() != want {
				t.Errorf("%s %q: %v, want %s", name, uri, err, want)
			}
		}
	}
}

func FuzzMatchRedirect(f *testing.F) {
	f.Add("http://127.0.0.1/cb", "http://127.0.0.1:1/cb")
	f.Add("http://[::1]:9/cb?x", "http://[::1]/cb?x")
	f.Add("https://app.example/cb", "https://app.example:443/cb")
	f.Add("http://127.0.0.1:1", "http://127.0.0.1:1@evil.example")
	f.Add("http://127.0.0.1?", "http://127.0.0.1:8?")
	f.Fuzz(func(t *testing.T, registered, presented string) {
		if !oauth.MatchRedirect([]string{registered}, presented) {
			if registered == presented {
				t.Fatalf("%q does not match itself", registered)
			}
			return
		}
		if registered == presented || oauth.ValidateRedirectURI(registered) != nil {
			return // what cannot be registered need not be told apart
		}
		a, errA := url.Parse(registered)
		b, errB := url.Parse(presented)
		if errA != nil || errB != nil {
			t.Fatalf("%q (%v) matches %q (%v)", registered, errA, presented, errB)
		}
		for _, u := range []*url.URL{a, b} {
			if u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "::1" || u.User != nil {
				t.Fatalf("%q matches %q", registered, presented)
			}
		}
		a.Host, b.Host = a.Hostname(), b.Hostname()
		if a.String() != b.String() || a.RawQuery != b.RawQuery || a.EscapedPath() != b.EscapedPath() {
			t.Fatalf("%q matches %q in more than the port", registered, presented)
		}
	})
}
