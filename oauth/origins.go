package oauth

import (
	"net/url"
	"strings"
)

// HasOrigin reports whether an enabled client has a redirect URI of that origin,
// written as browsers write it in the Origin header (RFC 6454 section 6.2):
// such an application runs in a browser and may read what it is answered. It
// asks the snapshot alone.
func (r *Registry) HasOrigin(origin string) bool {
	origins := *r.origins.Load()
	if origins[origin] {
		return true
	}
	rest, ok := cutLoopback(origin, localhost)
	return ok && rest == "" && origins[anyPort]
}

// anyPort stands among the origins for localhost with any port.
const anyPort = localhost + ":*"

func originsOf(clients []Client) map[string]bool {
	set := map[string]bool{}
	for i := range clients {
		if clients[i].Disabled {
			continue
		}
		for _, uri := range clients[i].RedirectURIs {
			if origin := originOf(uri); origin != "" {
				set[origin] = true
			}
			if _, ok := cutLoopback(uri, localhost); ok && clients[i].AnyLocalhostPort {
				set[anyPort] = true
			}
		}
	}
	return set
}

// originOf returns the origin of an http or https URI, without the scheme's own
// port; "" for a private-use scheme, which has none that a browser would send.
func originOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return ""
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		return "https://" + strings.TrimSuffix(host, ":443")
	}
	return "http://" + strings.TrimSuffix(host, ":80")
}
