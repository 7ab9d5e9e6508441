package verify

import (
	"net/http"
	"net/url"
	"strings"
)

// bearer returns the token of a request: from its one Authorization header (RFC
// 6750 section 2.1) and from nowhere else. A token in the query has been written
// to logs and histories already, so such a request is refused and not only ignored
// (RFC 9700 section 4.3.2). The body is never looked at.
func bearer(r *http.Request) (string, error) {
	if r.URL.RawQuery != "" {
		query, err := url.ParseQuery(r.URL.RawQuery)
		if query.Has("access_token") || err != nil && strings.Contains(r.URL.RawQuery, "access_token") {
			return "", &Error{Reason: Malformed, Detail: "a token in the query"}
		}
	}
	values := r.Header["Authorization"]
	if len(values) > 1 {
		return "", &Error{Reason: Malformed, Detail: "more than one Authorization header"}
	}
	if len(values) == 0 {
		return "", &Error{Reason: Missing}
	}
	if len(values[0]) > maxToken+len("Bearer ") {
		return "", invalid("longer than 8 KiB")
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", &Error{Reason: Missing, Detail: "another scheme than Bearer"}
	}
	token = strings.TrimLeft(token, " ")
	if !isCredential(token) {
		return "", &Error{Reason: Malformed, Detail: "the Authorization header is malformed"}
	}
	return token, nil
}

// headerAssertion is where the gate says who calls.
const headerAssertion = "X-Gatehouse-Jwt"

// passedOn returns the assertion of a request that came through the gate. Nothing else
// of the request tells who calls.
func passedOn(r *http.Request) (string, error) {
	values := r.Header[headerAssertion]
	switch {
	case len(values) > 1:
		return "", &Error{Reason: Malformed, Detail: "more than one assertion"}
	case len(values) == 0:
		return "", &Error{Reason: Missing, Detail: "it did not come through the gate"}
	}
	return values[0], nil
}

// isCredential reports whether s is what may follow Bearer: b64token.
func isCredential(s string) bool {
	s = strings.TrimRight(s, "=")
	if s == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-._~+/", rune(c)) {
			return false
		}
	}
	return true
}
