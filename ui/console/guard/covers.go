package guard

import (
	"net/url"
	"slices"
	"strings"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/wire"
)

// Covers reports whether a pattern, such as shop/orders:*, gives a permission.
func Covers(pattern string, p *wire.Permission) bool {
	by, err := access.ParsePattern(pattern)
	if err != nil {
		return false
	}
	one, err := access.ParsePermission(p.Permission)
	return err == nil && by.Gives(one.API, access.Permission{Resource: one.Resource, Action: one.Action, Sensitive: p.Sensitive})
}

// maxAPIs is of how many APIs it is looked up what their permissions take.
const maxAPIs = 5

// TakesStep is the first permission named by one of some patterns that takes a second step, "" for none
// as far as the visitor sees them.
func (v *Visit) TakesStep(patterns []string) (string, error) {
	if !v.Can("listPermissions", nil) {
		return "", nil
	}
	var apis []string
	for _, pattern := range patterns {
		if api, _, ok := strings.Cut(pattern, "/"); ok && !slices.Contains(apis, api) {
			apis = append(apis, api)
		}
	}
	for _, api := range apis[:min(len(apis), maxAPIs)] {
		found, err := Ask[admin.Page[wire.Permission]](v, "listPermissions", admin.Input{Query: url.Values{"api": {api}, "limit": {"200"}}})
		if err != nil {
			return "", err
		}
		for i := range found.Body.Items {
			p := &found.Body.Items[i]
			if SecondStep(&p.Requirement) && slices.ContainsFunc(patterns, func(one string) bool { return Covers(one, p) }) {
				return p.Permission, nil
			}
		}
	}
	return "", nil
}
