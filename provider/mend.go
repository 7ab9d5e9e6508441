package provider

import (
	"gatehouse/oauth"
	"gatehouse/web"
)

// mendRedirect is the command that registers a refused address of this machine;
// nobody is told to register one of anybody else's.
func mendRedirect(c *oauth.Client, uri string) []string {
	if len(uri) > longestSaid || !web.OnThisMachine(uri) {
		return nil
	}
	return []string{"gatehouse", "client", "update", string(c.ID), "--add-redirect-uri", uri}
}

// mendClient is the command that lets an application in that is switched off or
// not registered. An id that nobody registered is not repeated.
func mendClient(c *oauth.Client, uri string) []string {
	switch {
	case c != nil && c.Disabled:
		return []string{"gatehouse", "client", "update", string(c.ID), "--disabled=false"}
	case len(uri) <= longestSaid && web.OnThisMachine(uri):
		return []string{"gatehouse", "client", "create", "--name", "My application", "--redirect-uri", uri}
	}
	return []string{"gatehouse", "client", "list"}
}
