package proxy

import (
	"net/http"
	"strings"
)

// HeaderAssertion carries to the upstream who calls and what they were allowed.
const HeaderAssertion = "X-Gatehouse-Jwt"

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
		if begins(name, "x-gatehouse") || begins(name, "gatehouse-") {
			delete(h, name)
		}
	}
	delete(h, "Trailer")
	cookies := h["Set-Cookie"]
	if len(cookies) == 0 {
		return
	}
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

// begins reports whether a name begins with a text, whatever the size of its letters.
func begins(name, small string) bool {
	return len(name) >= len(small) && strings.EqualFold(name[:len(small)], small)
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
