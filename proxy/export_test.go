package proxy

// NotAVisitors are headers that are not a visitor's to send: all names, and one of each
// beginning.
func NotAVisitors() map[string]bool {
	all := map[string]bool{}
	for name := range managedNames {
		all[name] = true
	}
	for _, some := range managedPrefixes {
		for _, m := range some {
			all[m.name] = true
			all[m.name+"x"] = true
		}
	}
	for _, name := range Overwritten {
		all[name] = true
	}
	return all
}
