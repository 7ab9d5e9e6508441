package oauth

import (
	"slices"
	"strings"
)

// Kind is what sort of program a client is, as far as its settings tell. Nothing is decided by it.
type Kind string

// The kinds.
const (
	KindWeb     Kind = "web"     // a program on a server, with a secret or a key (RFC 6749 section 2.1)
	KindBrowser Kind = "browser" // a program in a browser
	KindNative  Kind = "native"  // a program on a person's device (RFC 8252)
	KindMachine Kind = "machine" // a program without people (RFC 6749 section 4.4)
)

// Kind tells what sort of program the client is: a public one whose answers go to a web address
// is taken for one in a browser.
func (c *Client) Kind() Kind {
	switch {
	case !slices.Contains(c.GrantTypes, GrantCode):
		return KindMachine
	case !c.Public():
		return KindWeb
	case c.AnyLocalhostPort || slices.ContainsFunc(c.RedirectURIs, onDevice):
		return KindNative
	}
	return KindBrowser
}

// onDevice reports whether a redirect URI is one of a program on a device: of a private scheme,
// or of a loopback address, whose port is free.
func onDevice(uri string) bool {
	return !strings.HasPrefix(uri, "https://") && !strings.HasPrefix(uri, "http://localhost") && !strings.Contains(uri, ".localhost")
}
