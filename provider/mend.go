package provider

import (
	"gatehouse/oauth"
	"gatehouse/web"
)

// mendAddress is the command that registers a refused address of this machine, by
// the flag of its kind; nobody is told to register one of anybody else's.
func mendAddress(c *oauth.Client, flag, uri string) []string {
	if len(uri) > longestSaid || !web.OnThisMachine(uri) {
		return nil
	}
	return []string{"gatehouse", "client", "update", string(c.ID), flag, uri}
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
