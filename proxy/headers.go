package proxy

import (
	"net/http"
	"strings"

	"gatehouse/gate"
)

// HeaderAssertion carries to the upstream who calls and what they were allowed.
const HeaderAssertion = "X-Gatehouse-Jwt"

// strip removes from what goes to an upstream all headers by which one could be told who
// calls or where from, and those whose names some servers read as another: only letters,
// digits and single hyphens between them are read alike by all.
func strip(h http.Header) {
	for name := range h {
		if Strips(name) {
			delete(h, name)
		}
	}
}

// Strips reports whether a header of a visitor's goes no further than the gate.
func Strips(name string) bool { return !gate.Plain(name) || managed(strings.ToLower(name)) }

// managed reports whether a header, by its name in small letters, is the gate's to write, or
// that of another proxy which an upstream may trust.
func managed(name string) bool {
	for _, prefix := range managedPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return managedNames[name]
}

var managedPrefixes = []string{
	"x-gatehouse", "gatehouse-", "x-forwarded", "x-original-", "x-auth-request-", "x-authenticated-", "x-authentik-", "x-pomerium-", "x-envoy-", "x-remote-", "x-webauth-",
	"x-ssl-", "ssl-", "x-client-", "x-ms-client-principal", "x-amzn-oidc-", "x-goog-", "x-appengine-", "x-accel-", "x-azure-", "cf-", "fastly-", "remote-",
}

var managedNames = map[string]bool{
	"authorization": true, "proxy-authorization": true, "forwarded": true, "proxy": true,
	"x-real-ip": true, "x-cluster-client-ip": true, "true-client-ip": true, "client-ip": true,
	"x-host": true, "x-scheme": true, "x-url-scheme": true, "front-end-https": true, "x-rewrite-url": true, "x-override-url": true, "x-replaced-path": true,
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
		if name != "" && !isOurs(name) {
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
// gate, and cookies with our names. A cookie without a name is sent back as its value alone,
// which may begin with one.
func stripAnswer(h http.Header) {
	for name := range h {
		if f := strings.ToLower(name); strings.HasPrefix(f, "x-gatehouse") || strings.HasPrefix(f, "gatehouse-") {
			delete(h, name)
		}
	}
	delete(h, "Trailer")
	cookies := h["Set-Cookie"]
	kept := cookies[:0]
	for _, c := range cookies {
		if name, _, _ := strings.Cut(c, "="); strings.TrimSpace(name) != "" && !isOurs(name) {
			kept = append(kept, c)
		}
	}
	if h["Set-Cookie"] = kept; len(kept) == 0 {
		delete(h, "Set-Cookie")
	}
}

// upstreams asks the servers behind the gate. What they say behind the end of an answer is
// left away: nobody looks at it there.
type upstreams struct{ *http.Transport }

// RoundTrip implements http.RoundTripper. The body notes its trailers in the answer that it
// came with, which is not the one that is returned.
func (u upstreams) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := u.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	without := *answer
	without.Trailer = nil
	return &without, nil
}
