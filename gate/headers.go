package gate

import (
	"slices"
	"strings"
)

// HeadersSpec is which headers of a visitor go on to the upstream.
type HeadersSpec struct {
	// Pass are the only ones, besides those that say what the body is; empty: all but
	// those that the gate writes itself.
	Pass []string `json:"pass,omitempty"`
}

// Values are what a plain header can tell an upstream of a caller.
var Values = []string{"subject", "kind", "client", "session", "acr", "auth_time", "organisation", "permission"}

// IdentityHeader tells an upstream one thing of a caller, for upstreams that cannot read
// an assertion. It is as good as the wire between the two.
type IdentityHeader struct{ Name, Value string }

// maxHeaders bounds the headers that a file names in one place.
const maxHeaders = 32

// Plain reports whether all servers read the name of a header alike: letters, digits and
// single hyphens between them.
func Plain(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c == '-' && (i == 0 || i == len(name)-1 || name[i-1] == '-') {
			return false
		}
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return name != ""
}

// framing are headers by which a message is understood, and those that the gate itself
// writes in one way: no file names them.
var framing = []string{
	"host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect", "keep-alive", "proxy-connection", "http2-settings",
	"authorization", "proxy-authorization", "proxy-authenticate", "cookie", "set-cookie", "forwarded", "x-real-ip", "x-request-id",
	"www-authenticate", "location", "content-type", "content-encoding", "date",
}

// free reports whether a file may name a header, and says what is wrong if not.
func (c *compiler) free(field, name string) bool {
	small := strings.ToLower(name)
	switch {
	case !Plain(name) || len(name) > 64:
		c.problem(field, "%q is no name that all servers read alike: letters, digits and single hyphens between them", short(name))
	case slices.Contains(framing, small) || strings.HasPrefix(small, "x-forwarded") || strings.HasPrefix(small, "x-gatehouse") || strings.HasPrefix(small, "gatehouse-") || strings.HasPrefix(small, "sec-") || strings.HasPrefix(small, "access-control-"):
		c.problem(field, "%s is not for routes to name", name)
	default:
		return true
	}
	return false
}

// short is what of a text an error quotes.
func short(text string) string { return text[:min(len(text), 40)] }

// identityHeaders reads what an upstream is told in plain headers.
func (c *compiler) identityHeaders(spec map[string]string) (all []IdentityHeader) {
	const field = "spec.identity.headers"
	if len(spec) > maxHeaders {
		c.problem(field, "has more than %d headers", maxHeaders)
		return nil
	}
	seen := map[string]bool{}
	for name, value := range spec {
		at := field + "." + name
		ok := c.free(at, name)
		if !slices.Contains(Values, value) {
			c.problem(at, "must be one of %s", strings.Join(Values, ", "))
			ok = false
		}
		// Servers that drop hyphens would see one header twice.
		if folded := strings.ReplaceAll(strings.ToLower(name), "-", ""); seen[folded] {
			c.problem(at, "reads like another one of them")
		} else if seen[folded] = true; ok {
			all = append(all, IdentityHeader{name, value})
		}
	}
	slices.SortFunc(all, func(a, b IdentityHeader) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// passed reads which headers of a visitor go on, by their names in small letters; nil is
// all.
func (c *compiler) passed(spec *HeadersSpec) map[string]bool {
	if len(spec.Pass) == 0 {
		return nil
	}
	if len(spec.Pass) > maxHeaders {
		c.problem("spec.headers.pass", "has more than %d headers", maxHeaders)
	}
	pass := map[string]bool{"content-type": true, "content-length": true, "content-encoding": true}
	for i, name := range spec.Pass {
		small := strings.ToLower(name)
		if small == "cookie" || c.free(index("spec.headers.pass", i), name) {
			pass[small] = true
		}
	}
	return pass
}
