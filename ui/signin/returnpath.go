package signin

import "gatehouse/flow"

// defaultReturn is where a sign-in of our own leads when nothing better is known.
const defaultReturn = "/account"

// ReturnPath returns the page that a sign-in of our own goes on to: path if a
// browser that is sent there stays on this host, else the account.
func ReturnPath(path string) string {
	if !flow.StaysHere(path) {
		return defaultReturn
	}
	return path
}
