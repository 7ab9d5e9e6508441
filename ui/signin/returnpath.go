package signin

import (
	"net/url"
	"strings"
)

// defaultReturn is where a sign-in of our own leads when nothing better is known.
const defaultReturn = "/account"

// ReturnPath returns the page that a sign-in of our own goes on to: path if a
// browser that is sent there stays on this host, else the account. Browsers read
// "\" as "/", drop tabs and line ends, and servers on the way may decode "%2f",
// so that everything of the kind is refused (RFC 9700 section 4.11).
func ReturnPath(path string) string {
	if !staysHere(path) {
		return defaultReturn
	}
	return path
}

func staysHere(path string) bool {
	if len(path) > 2048 || !strings.HasPrefix(path, "/") || strings.Contains(path, "//") {
		return false
	}
	if strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }) {
		return false
	}
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" {
		return false
	}
	return !strings.Contains(u.Path, "//") && !strings.Contains(u.Path, "/..") &&
		!strings.ContainsFunc(u.Path, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) &&
		!strings.Contains(strings.ToLower(u.EscapedPath()), "%2f")
}
