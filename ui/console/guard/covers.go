package guard

import (
	"strings"

	"gatehouse/wire"
)

// Covers reports whether a pattern, such as shop/orders:*, names a permission. No wildcard
// names one that is sensitive.
func Covers(pattern string, p *wire.Permission) bool {
	if pattern == p.Permission {
		return true
	}
	if p.Sensitive {
		return false
	}
	api, side, _ := strings.Cut(pattern, "/")
	ofAPI, of, _ := strings.Cut(p.Permission, "/")
	resource, action, _ := strings.Cut(side, ":")
	ofResource, ofAction, _ := strings.Cut(of, ":")
	fits := func(pattern, name string) bool { return pattern == "*" || pattern == name }
	return api == ofAPI && fits(resource, ofResource) && fits(action, ofAction)
}
