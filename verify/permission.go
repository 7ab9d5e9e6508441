package verify

import (
	"fmt"
	"strings"
)

// fullName returns the id of a permission that may be written short within its
// own API: "orders:read" is "shop/orders:read".
func fullName(api, name string) (string, error) {
	owner, short, whole := strings.Cut(name, "/")
	if !whole {
		owner, short = api, name
	}
	if owner == "" {
		return "", fmt.Errorf("verify: %q is short, and Config.API does not say for what", name)
	}
	resource, action, ok := strings.Cut(short, ":")
	if !ok || !isID(owner) || !isPath(resource) || !isID(action) {
		return "", fmt.Errorf("verify: %q is no permission like orders:read or shop/orders:read", name)
	}
	return owner + "/" + short, nil
}

// isPath reports whether s is ids with dots between them.
func isPath(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !isID(part) {
			return false
		}
	}
	return true
}

func isID(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return true
}
