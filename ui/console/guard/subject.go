package guard

import (
	"net/url"
	"strconv"

	"gatehouse/access"
	"gatehouse/wire"
)

// The paths of those areas whose things others link to; below each stands one thing by its id.
const (
	PathUsers           = Root + "/users"
	PathGroups          = Root + "/groups"
	PathOrganisations   = Root + "/organisations"
	PathServiceAccounts = Root + "/service-accounts"
)

// subjects are the pages of those to whom something is given: at which path their area is, and
// the operation that shows one, with the name of its path.
var subjects = map[access.Kind]struct{ path, operation, param string }{
	access.User:           {PathUsers, "getUser", "user"},
	access.Group:          {PathGroups, "getGroup", "group"},
	access.Organisation:   {PathOrganisations, "getOrganisation", "organisation"},
	access.ServiceAccount: {PathServiceAccounts, "getServiceAccount", "service"},
}

// PathOf is the page of somebody to whom something is given, "" where they have none, or none
// that the visitor may see.
func (v *Visit) PathOf(s wire.Subject) string {
	is, ok := subjects[s.Kind]
	if !ok || s.ID == "" || !v.Can(is.operation, On(is.param, s.ID)) {
		return ""
	}
	return is.path + "/" + url.PathEscape(s.ID)
}

// Searching is what a list is asked with for what a Finder finds.
func Searching(text string) url.Values {
	return url.Values{"search": {text}, "limit": {strconv.Itoa(MaxFound)}}
}

// PageOf is where the page of somebody is by to, "" for nowhere: of whom nothing may be seen.
func PageOf(to func(wire.Subject) string, s wire.Subject) string {
	if to == nil {
		return ""
	}
	return to(s)
}
