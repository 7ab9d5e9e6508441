package oauth

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxURI bounds a registered URI.
const maxURI = 2000

// MatchRedirect reports whether presented is one of the registered redirect
// URIs, byte for byte (RFC 9700 section 4.1.3). The one exception is the port
// of a registered http URI on a loopback literal, 127.0.0.1 or [::1]: native
// applications cannot know it beforehand (RFC 8252 section 7.3). "localhost"
// is a name, not a literal, and matches exactly like all others.
func MatchRedirect(registered []string, presented string) bool {
	for _, uri := range registered {
		if uri == presented || samePlaceOnLoopback(uri, presented) {
			return true
		}
	}
	return false
}

func samePlaceOnLoopback(a, b string) bool {
	return samePlace(a, b, "http://127.0.0.1") || samePlace(a, b, "http://[::1]")
}

// localhost is the origin, without its port, that a client may have free.
const localhost = "http://localhost"

// samePlace reports whether a and b are the same below an origin, whatever their ports.
func samePlace(a, b, origin string) bool {
	afterA, okA := cutLoopback(a, origin)
	afterB, okB := cutLoopback(b, origin)
	return okA && okB && afterA == afterB
}

// cutLoopback returns what follows the origin and its optional port. It works
// on the text itself: a parser that normalises would accept other spellings.
func cutLoopback(uri, origin string) (string, bool) {
	rest, ok := strings.CutPrefix(uri, origin)
	if !ok {
		return "", false
	}
	if port, found := strings.CutPrefix(rest, ":"); found {
		end := strings.IndexAny(port, "/?")
		if end < 0 {
			end = len(port)
		}
		if !validPort(port[:end]) {
			return "", false
		}
		rest = port[end:]
	}
	return rest, rest == "" || rest[0] == '/' || rest[0] == '?'
}

// validPort accepts 1 to 65535 in its shortest form.
func validPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0 && strconv.FormatUint(n, 10) == s
}

// ValidateRedirectURI says why uri may not be registered as a redirect URI; the
// error completes "redirect_uris[0] …". Allowed are https with any host, with a
// path or without one, http on the loopback interface, and private-use schemes with a
// dot in them (RFC 8252 section 7.1). Refused is whatever two parsers might read
// differently: user information, wildcards, dot segments, encoded separators,
// backslashes, anything outside printable ASCII (RFC 9700 sections 2.1 and 4.1).
func ValidateRedirectURI(uri string) error {
	u, err := parseRegistered(uri)
	if err != nil {
		return err
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return checkPrivateScheme(u)
	}
	return checkWeb(u)
}

// ValidatePostLogoutURI says why uri may not be registered as the place to go
// after a sign-out. The rules are those of redirect URIs.
func ValidatePostLogoutURI(uri string) error { return ValidateRedirectURI(uri) }

// validateHomeURL says why uri may not be linked as an application's home.
func validateHomeURL(uri string) error {
	u, err := parseRegistered(uri)
	if err != nil {
		return err
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("must be an https address")
	}
	return checkWeb(u)
}

// parseRegistered holds the rules for all schemes.
func parseRegistered(uri string) (*url.URL, error) {
	if uri == "" || len(uri) > maxURI {
		return nil, fmt.Errorf("must have between 1 and %d characters", maxURI)
	}
	if strings.ContainsFunc(uri, func(r rune) bool { return r > 0x7f }) {
		return nil, beyondASCII(uri)
	}
	for _, c := range []byte(uri) {
		if c <= ' ' || c == 0x7f || strings.IndexByte("\"\\<>^`{|}*", c) >= 0 {
			return nil, fmt.Errorf("must not contain %q", rune(c))
		}
	}
	if strings.Contains(uri, "#") {
		return nil, errors.New("must not have a fragment")
	}
	u, err := url.Parse(uri)
	if err != nil {
		return nil, errors.New("cannot be read as a URI")
	}
	if u.Scheme == "" || !strings.HasPrefix(uri, u.Scheme+":") {
		return nil, errors.New("must begin with a scheme in lower case")
	}
	if u.Opaque != "" {
		return nil, errors.New(`must have a "/" after the scheme`)
	}
	if u.User != nil || strings.Contains(u.Host, "@") {
		return nil, errors.New("must not contain a user name")
	}
	if err := checkPath(u); err != nil {
		return nil, err
	}
	return u, checkEncodedControls(uri)
}

// beyondASCII says how to write what is not ASCII: a host as browsers send it
// (RFC 5891), the rest escaped (RFC 3986 section 2.1).
func beyondASCII(uri string) error {
	if !utf8.ValidString(uri) {
		return errors.New("must be ASCII text")
	}
	r, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(uri, func(r rune) bool { return r <= 0x7f }))
	plain := fmt.Errorf("must not contain %q: write it as %s", r, url.PathEscape(string(r)))
	scheme, rest, _ := strings.Cut(uri, "://")
	host, after := rest, ""
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host, after = rest[:end], rest[end:]
	}
	name, port, hasPort := strings.Cut(host, ":")
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil || ascii == name {
		return plain
	}
	if hasPort {
		ascii += ":" + port
	}
	return fmt.Errorf("must not contain %q: write the host in ASCII, as in %q", r, scheme+"://"+ascii+after)
}

// checkPath refuses what a browser or a proxy would rewrite.
func checkPath(u *url.URL) error {
	for segment := range strings.SplitSeq(u.EscapedPath(), "/") {
		name, _, _ := strings.Cut(segment, ";") // some servers cut "..;x" like this
		if name == "." || name == ".." {
			return errors.New(`must not contain "." or ".." as a part of the path`)
		}
	}
	lower := strings.ToLower(u.EscapedPath())
	for _, tricky := range []string{"%2e", "%2f", "%5c", "%25"} {
		if strings.Contains(lower, tricky) {
			return fmt.Errorf("must not contain %s in the path", tricky)
		}
	}
	return nil
}

// checkEncodedControls refuses malformed escapes, which url.Parse overlooks in
// a query, and escaped control characters.
func checkEncodedControls(uri string) error {
	for i := range len(uri) {
		if uri[i] != '%' {
			continue
		}
		if i+2 >= len(uri) {
			return errors.New("must not end in an incomplete escape")
		}
		n, err := strconv.ParseUint(uri[i+1:i+3], 16, 8)
		if err != nil || n < ' ' || n == 0x7f {
			return fmt.Errorf("must not contain %s", uri[i:i+3])
		}
	}
	return nil
}

func checkPrivateScheme(u *url.URL) error {
	switch u.Scheme {
	case "javascript", "data", "vbscript", "file", "blob", "about", "view-source", "filesystem", "ftp", "ws", "wss", "mailto", "tel", "chrome":
		return fmt.Errorf("must not use the scheme %q", u.Scheme)
	}
	if !strings.Contains(u.Scheme, ".") {
		return errors.New(`must be https, http on a loopback address, or a scheme with a dot in it such as "com.example.app:/"`)
	}
	if u.Host == "" && u.Path == "" {
		return errors.New(`must have a path, if only "/"`)
	}
	return nil
}

// checkWeb holds the rules for http and https.
func checkWeb(u *url.URL) error {
	host, port := u.Hostname(), u.Port()
	if !validHost(u.Host, host) {
		return errors.New("must have a host name of letters, digits, dots and hyphens, or an IP address")
	}
	if strings.HasSuffix(u.Host, ":") || port != "" && !validPort(port) {
		return errors.New("must have a port between 1 and 65535, or none")
	}
	if u.Scheme == "http" && host != "localhost" && host != "127.0.0.1" && host != "::1" && !strings.HasSuffix(host, ".localhost") {
		return errors.New("must be https: http is for localhost, *.localhost, 127.0.0.1 and [::1] only")
	}
	return nil
}

func validHost(raw, host string) bool {
	if strings.HasPrefix(raw, "[") {
		addr, err := netip.ParseAddr(host)
		return err == nil && addr.Is6() && addr.Zone() == "" && !addr.Is4In6() && addr.String() == host
	}
	if host == "" || len(host) > 253 || strings.HasPrefix(host, ".") || strings.Contains(host, "..") {
		return false
	}
	for _, c := range []byte(host) {
		if !isLetterOrDigit(c) && c != '.' && c != '-' {
			return false
		}
	}
	return !looksNumeric(host) || canonicalIPv4(host)
}

// looksNumeric reports whether a browser would read the host as an IPv4
// address: its last label is a number ("127.1", "0x7f000001", "2130706433").
func looksNumeric(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	_, err := strconv.ParseUint(last, 0, 64)
	return err == nil || last != "" && strings.Trim(last, "0123456789") == ""
}

func canonicalIPv4(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Is4() && addr.String() == host
}

func isLetterOrDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
