package housetest

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
)

// watched opens a Gatehouse of which every single answer, whatever the test is
// about, must keep the rules below.
func watched(t *testing.T, change ...func(*config.Config)) *gatetest.Gate {
	t.Helper()
	g := gatetest.New(t, change...)
	g.Watch = func(s gatetest.Seen) {
		for _, broken := range slices.Concat(brokenHeaders(s), brokenRedirect(s), brokenCookies(s), brokenCORS(s), brokenPage(s)) {
			t.Errorf("%s %s answers %d: %s", s.Request.Method, s.Request.URL.Path, s.Status, broken)
		}
	}
	return g
}

// documents are prebuilt JSON that is no page: what speaks to pages alone is
// left out of their headers (decision 0011).
var documents = []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json", "/.well-known/authzen-configuration"}

// brokenHeaders: every answer forbids frames, sniffing and referrers (RFC 9700
// sections 4.2.4 and 4.16), at every status.
func brokenHeaders(s gatetest.Seen) (broken []string) {
	wanted := map[string]string{
		"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin",
	}
	// One answer with it on the way, and a popup has lost its opener for good.
	if passedByPopups(s.Request.URL.Path) {
		delete(wanted, "Cross-Origin-Opener-Policy")
		if s.Header.Values("Cross-Origin-Opener-Policy") != nil {
			broken = append(broken, "Cross-Origin-Opener-Policy cuts popups off")
		}
	}
	if slices.Contains(documents, s.Request.URL.Path) && s.Request.Method == http.MethodGet {
		wanted = map[string]string{"X-Content-Type-Options": "nosniff"}
	}
	for name, want := range wanted {
		if got := s.Header.Values(name); len(got) != 1 || got[0] != want {
			broken = append(broken, name+" is "+strings.Join(got, " and ")+", not "+want)
		}
	}
	policy := s.Header.Values("Content-Security-Policy")
	if len(policy) != 1 || !strings.Contains(policy[0], "frame-ancestors 'none'") || !strings.Contains(policy[0], "default-src 'none'") {
		broken = append(broken, "the Content-Security-Policy is "+strings.Join(policy, " and "))
	}
	if s.Header.Get("Strict-Transport-Security") == "" {
		broken = append(broken, "Strict-Transport-Security is missing")
	}
	return broken
}

// passedByPopups reports whether an application's sign-in or sign-out in a window
// of its own comes by that path.
func passedByPopups(path string) bool {
	for _, start := range []string{"/oauth2/authorize/", "/oauth2/logout/", "/signin/", "/consent/", "/signout/", "/gate/"} {
		if strings.HasPrefix(path+"/", start) {
			return true
		}
	}
	return false
}

// brokenRedirect: 303 is the only redirect there is, because 307 and 308 carry
// a posted password along (RFC 9700 section 4.12), and browsers differ about
// 301 and 302.
func brokenRedirect(s gatetest.Seen) (broken []string) {
	made := s.Status == http.StatusCreated // Location says where it is
	redirects := s.Header.Get("Location") != "" && !made || s.Status >= 300 && s.Status <= 399 && s.Status != http.StatusNotModified
	if redirects && s.Status != http.StatusSeeOther {
		broken = append(broken, "a redirect to "+s.Header.Get("Location")+" that is no 303")
	}
	return broken
}

// brokenCookies: no other host can set or read them, and no script.
func brokenCookies(s gatetest.Seen) (broken []string) {
	for _, line := range s.Header.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		site := http.SameSiteLaxMode
		if err == nil && strings.HasSuffix(c.Name, "_console") {
			site = http.SameSiteStrictMode // nobody is led there from another site
		}
		if err != nil || !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != site {
			broken = append(broken, "the cookie "+line)
		}
	}
	return broken
}

// forScripts are the paths that scripts of other origins may read.
var forScripts = []string{
	"/oauth2/token", "/oauth2/userinfo", "/oauth2/revoke",
	"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json", "/.well-known/authzen-configuration",
}

// brokenCORS: the authorization endpoint and the pages are for browsers, not for
// scripts of others (RFC 9700 section 2.6).
func brokenCORS(s gatetest.Seen) (broken []string) {
	for name := range s.Header {
		if !strings.HasPrefix(name, "Access-Control-") {
			continue
		}
		if !slices.Contains(forScripts, s.Request.URL.Path) || name == "Access-Control-Allow-Credentials" {
			broken = append(broken, name+" is set")
		}
	}
	return broken
}

// brokenPage: a page is not kept by caches, takes nothing from other origins,
// and has no script of its own between its lines.
func brokenPage(s gatetest.Seen) (broken []string) {
	kind, _, _ := mime.ParseMediaType(s.Header.Get("Content-Type"))
	if kind != "text/html" {
		if s.Header.Get("Content-Type") == "" && s.Body != "" {
			broken = append(broken, "a body without a Content-Type")
		}
		return broken
	}
	if !strings.Contains(s.Header.Get("Cache-Control"), "no-store") {
		broken = append(broken, "a page with Cache-Control "+s.Header.Get("Cache-Control"))
	}
	if policy := s.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		broken = append(broken, "the policy allows too much: "+policy)
	}
	root, err := html.Parse(strings.NewReader(s.Body))
	if err != nil {
		return append(broken, "a page that cannot be read: "+err.Error())
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			broken = append(broken, brokenElement(n, s.Request.URL)...)
		}
	}
	return broken
}

func brokenElement(n *html.Node, base *url.URL) (broken []string) {
	inline := n.FirstChild != nil && (n.Data == "script" || n.Data == "style")
	if inline || slices.Contains([]string{"iframe", "frame", "object", "embed", "base", "portal"}, n.Data) {
		broken = append(broken, "an inline or embedding <"+n.Data+">")
	}
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcset" {
			broken = append(broken, "<"+n.Data+"> has the attribute "+a.Key)
		}
		loads := a.Key == "src" || a.Key == "href" && n.Data != "a"
		if loads && !strings.HasPrefix(a.Val, "data:image/") {
			u, err := base.Parse(a.Val)
			if err != nil || u.Scheme != base.Scheme || u.Host != base.Host {
				broken = append(broken, "<"+n.Data+"> loads "+a.Val)
			}
		}
	}
	return broken
}
