package proxy

import (
	"net/http"
	"strings"

	"gatehouse/gate"
)

// managedHeader is a header that is the gate's to write, or that of another proxy or a cloud
// which an application may trust: none that a visitor sends goes on.
type managedHeader struct {
	name string // in small letters; with a * at its end it is how names begin
	// speaks is whether it says who somebody is, or asks an application to do something
	// else than what the request line says. Another proxy that asks about a request sends
	// it on as it came: such a one is refused there, and all others that are known by name
	// our files for that proxy take away.
	speaks bool
}

var managedHeaders = []managedHeader{
	// Those of the gate, and those that end at it. Of our names CheckSpellings refuses all
	// but the ones that proxies write over.
	{"x-gatehouse*", false},
	{"gatehouse-*", false},
	{"authorization", false},
	{"proxy-authorization", false},
	{"x-request-id", false},
	{"http2-settings", false},
	{"upgrade", false},
	{"connection", false},
	{"trailer", false},
	{"te", false},

	// Where a request came from, and as what.
	{"forwarded", false},
	{"x-forwarded*", false},
	{"x-forwarded-for", false},
	{"x-forwarded-host", false},
	{"x-forwarded-proto", false},
	{"x-forwarded-method", false},
	{"x-forwarded-uri", false},
	{"x-forwarded-port", false},
	{"x-forwarded-prefix", false},
	{"x-forwarded-scheme", false},
	{"x-forwarded-server", false},
	{"x-forwarded-ssl", false},
	{"x-original-*", false},
	{"x-original-method", false},
	{"x-original-scheme", false},
	{"x-original-host", false},
	{"x-original-uri", false},
	{"x-envoy-*", false},
	{"x-envoy-original-path", false},
	{"x-envoy-external-address", false},
	{"x-client-*", false},
	{"x-client-ip", false},
	{"x-real-ip", false},
	{"x-cluster-client-ip", false},
	{"true-client-ip", false},
	{"client-ip", false},
	{"cf-*", false},
	{"cf-connecting-ip", false},
	{"fastly-*", false},
	{"fastly-client-ip", false},
	{"x-azure-*", false},
	{"x-azure-clientip", false},
	{"x-appengine-*", false},
	{"x-appengine-user-ip", false},
	{"x-goog-*", false},
	{"x-host", false},
	{"x-scheme", false},
	{"x-url-scheme", false},
	{"front-end-https", false},
	{"x-replaced-path", false},

	// Another method or address than the request line has.
	{"x-http-method", true},
	{"x-http-method-override", true},
	{"x-method-override", true},
	{"proxy", true},
	{"x-original-url", true},
	{"x-rewrite-url", true},
	{"x-override-url", true},
	{"x-accel-*", true},

	// Who somebody is.
	{"remote-*", true},
	{"x-remote-*", true},
	{"x-webauth-*", true},
	{"x-auth-request-*", true},
	{"x-authenticated-*", true},
	{"x-authentik-*", true},
	{"x-pomerium-*", true},
	{"x-ssl-*", true},
	{"ssl-*", true},
	{"x-client-cert*", true},
	{"client-cert*", true}, // RFC 9440
	{"x-amzn-mtls-*", true},
	{"x-arr-*", true},
	{"x-forwarded-client-cert*", true},
	{"x-forwarded-tls-client-cert*", true},
	{"x-forwarded-user*", true},
	{"x-forwarded-groups*", true},
	{"x-forwarded-email*", true},
	{"x-forwarded-preferred-username*", true},
	{"x-forwarded-access-token*", true},
	{"x-ms-client-principal*", true},
	{"x-amzn-oidc-*", true},
	{"x-goog-authenticated-*", true},
	{"x-goog-iap-*", true},
	{"cf-access-*", true},
	{"x-appengine-user-email", true},
	{"x-appengine-user-id", true},
	{"x-appengine-user-nickname", true},
	{"x-appengine-user-organization", true},
	{"x-appengine-user-is-admin", true},
	{"x-appengine-auth-domain", true},
	{"x-appengine-inbound-appid", true},
}

// The table, by name, and the beginnings of names by their first letter.
var managedNames, managedPrefixes = tables(managedHeaders)

func tables(all []managedHeader) (names map[string]bool, prefixes [256][]managedHeader) {
	names = map[string]bool{}
	for _, m := range all {
		if prefix, begins := strings.CutSuffix(m.name, "*"); begins {
			prefixes[prefix[0]] = append(prefixes[prefix[0]], managedHeader{prefix, m.speaks})
			continue
		}
		names[m.name] = m.speaks
	}
	return names, prefixes
}

// beginsManaged reports whether a name in small letters begins like those of the table that
// speak, or like any of it.
func beginsManaged(small []byte, speaking bool) bool {
	if len(small) == 0 {
		return false
	}
	for i := range managedPrefixes[small[0]] {
		m := &managedPrefixes[small[0]][i]
		if (m.speaks || !speaking) && len(small) >= len(m.name) && string(small[:len(m.name)]) == m.name {
			return true
		}
	}
	return false
}

// managed reports whether a header, by its name in small letters, goes no further.
func managed(small []byte) bool {
	_, named := managedNames[string(small)]
	return named || beginsManaged(small, false)
}

// speaks reports whether a header says who somebody is, or asks for something else than the
// request line.
func speaks(name string) bool {
	var room [nameRoom]byte
	small := appendSmall(room[:0], name)
	return managedNames[string(small)] || beginsManaged(small, true)
}

// nameRoom is how long names are that cost no allocation.
const nameRoom = 64

// appendSmall appends a name in small letters. Those of other alphabets stay as they are: no
// name of the table has any, and no name that has some is plain.
func appendSmall(b []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

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
func Strips(name string) bool {
	if stripped, usual := usualHeaders[name]; usual {
		return stripped
	}
	return strips(name)
}

// usualHeaders are those that most requests have, as net/http writes them, and whether they
// are stripped: to look that up costs less than to read the name.
var usualHeaders = func() map[string]bool {
	all := map[string]bool{}
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Connection", "Content-Length", "Content-Type", "Cookie", "Dnt",
		"If-Match", "If-Modified-Since", "If-None-Match", "Origin", "Pragma", "Priority", "Range", "Referer", "Sec-Ch-Ua", "Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform",
		"Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "Traceparent", "Upgrade-Insecure-Requests", "User-Agent", "X-Requested-With",
	} {
		all[name] = strips(name)
	}
	return all
}()

func strips(name string) bool {
	if !gate.Plain(name) {
		return true
	}
	var room [nameRoom]byte
	return managed(appendSmall(room[:0], name))
}
