package proxy

import "maps"

// NotAVisitors are headers that are not a visitor's to send: all names, and one of each
// beginning.
func NotAVisitors() map[string]bool {
	all := maps.Clone(managedNames)
	for _, prefix := range managedPrefixes {
		all[prefix] = true
		all[prefix+"x"] = true
	}
	for _, name := range Managed {
		all[name] = true
	}
	return all
}
