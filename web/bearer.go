package web

import "strings"

// BearerToken returns the token of a request's Authorization headers (RFC 6750
// section 2.1), "" when there is none of the scheme Bearer. What cannot be read, and
// more than one header, is a problem: a sentence for whoever sent it. Of two
// credentials nobody chooses.
func BearerToken(headers []string) (token, problem string) {
	if len(headers) > 1 {
		return "", "There is more than one Authorization header."
	}
	if len(headers) == 0 {
		return "", ""
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", ""
	}
	token = strings.TrimLeft(token, " ")
	if token == "" || hasByte(token, ' ') || hasByte(token, ',') || hasByte(token, '\t') {
		return "", "The Authorization header is malformed."
	}
	return token, ""
}

// hasByte looks for one byte, which is several times as fast as to look for any of three.
func hasByte(text string, c byte) bool { return strings.IndexByte(text, c) >= 0 }
