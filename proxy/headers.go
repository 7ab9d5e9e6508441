package proxy

import (
	"net/http"
	"strings"
)

// HeaderAssertion carries to the upstream who calls and what they were allowed.
const HeaderAssertion = "X-Gatehouse-Jwt"

// strip removes from what goes to an upstream all headers by which one could be told who
// calls or where from, however they are spelled: some servers take an underscore or a dot
// for a hyphen.
func strip(h http.Header) {
	for name := range h {
		if managed(fold(name)) {
			delete(h, name)
		}
	}
}

// fold returns the name as servers that fold it the most would read it.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '.' || r == ' ' {
			return '-'
		}
		return r
	}, strings.ToLower(name))
}

// managed reports whether a header, by its folded name, is the gate's to write.
func managed(name string) bool {
	for _, prefix := range managedPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return managedNames[name]
}

var managedPrefixes = []string{"x-gatehouse-", "gatehouse-", "x-forwarded-", "x-original-", "x-auth-request-", "x-envoy-", "cf-", "remote-"}

var managedNames = map[string]bool{
	"authorization": true, "proxy-authorization": true, "forwarded": true, "proxy": true,
	"x-forwarded": true, "x-real-ip": true, "x-client-ip": true, "x-cluster-client-ip": true, "true-client-ip": true, "client-ip": true, "x-remote-ip": true,
	"x-remote-addr": true, "x-remote-user": true, "x-host": true, "x-scheme": true, "x-url-scheme": true, "front-end-https": true, "x-rewrite-url": true, "x-replaced-path": true,
	"x-http-method": true, "x-http-method-override": true, "x-method-override": true, "x-request-id": true,
	"http2-settings": true, "upgrade": true, "connection": true, "trailer": true, "te": true,
}

// ours are the cookies of Gatehouse, which no upstream gets to see: on one host cookies
// know no ports.
const ours = "gatehouse"

// stripCookies leaves out our cookies, and keeps the others as they were written.
func stripCookies(h http.Header) {
	lines := h["Cookie"]
	if len(lines) == 0 {
		return
	}
	var kept []string
	for part := range strings.SplitSeq(strings.Join(lines, "; "), ";") {
		part = strings.TrimSpace(part)
		name, _, _ := strings.Cut(part, "=")
		if part != "" && !isOurs(name) {
			kept = append(kept, part)
		}
	}
	if len(kept) == 0 {
		delete(h, "Cookie")
		return
	}
	h["Cookie"] = []string{strings.Join(kept, "; ")}
}

func isOurs(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	name = strings.TrimPrefix(strings.TrimPrefix(name, "__host-"), "__secure-")
	return strings.HasPrefix(name, ours)
}

// stripAnswer removes from an upstream's answer what is not its to say: headers of the
// gate, and cookies with our names.
func stripAnswer(h http.Header) {
	for name := range h {
		if f := fold(name); strings.HasPrefix(f, "x-gatehouse-") || strings.HasPrefix(f, "gatehouse-") {
			delete(h, name)
		}
	}
	cookies := h["Set-Cookie"]
	kept := cookies[:0]
	for _, c := range cookies {
		if name, _, _ := strings.Cut(c, "="); !isOurs(name) {
			kept = append(kept, c)
		}
	}
	if h["Set-Cookie"] = kept; len(kept) == 0 {
		delete(h, "Set-Cookie")
	}
}
