package gate

import (
	"strings"

	"gatehouse/fault"
)

// ReadURL reads a URL as a browser would send it, without mending its path: the host and the path
// that a request with it has. Faults: Invalid "gate.url" for what is none, and those of ParseHost,
// ParsePath and CheckQuery.
func ReadURL(text string) (host string, path Path, err error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme != "http" && scheme != "https" {
		return "", Path{}, &fault.Error{Kind: fault.Invalid, Code: "gate.url", Detail: "This is no URL.", Fields: []fault.Field{{Name: "url", Problem: "must be a URL such as https://api.example.com/orders/42"}}}
	}
	authority, target := rest, "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, target = rest[:i], rest[i:]
	}
	target, query, _ := strings.Cut(target, "?")
	if target == "" {
		target = "/"
	}
	if host, _, err = ParseHost(authority); err != nil {
		return "", Path{}, err
	}
	if path, err = ParsePath(target); err != nil {
		return "", Path{}, err
	}
	return host, path, CheckQuery(query)
}
