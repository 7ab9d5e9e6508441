package guard

import (
	"net/url"
	"strconv"

	"gatehouse/access"
	"gatehouse/wire"
)

// subjects are the pages of those to whom something is given: below which path they are, and
// the operation that shows one, with the name of its path.
var subjects = map[access.Kind]struct{ path, operation, param string }{
	access.User:           {"/console/users/", "getUser", "user"},
	access.Group:          {"/console/groups/", "getGroup", "group"},
	access.Organisation:   {"/console/organisations/", "getOrganisation", "organisation"},
	access.ServiceAccount: {"/console/service-accounts/", "getServiceAccount", "service"},
}

// PathOf is the page of somebody to whom something is given, "" where they have none, or none
// that the visitor may see.
func (v *Visit) PathOf(s wire.Subject) string {
	is, ok := subjects[s.Kind]
	if !ok || s.ID == "" || !v.Can(is.operation, On(is.param, s.ID)) {
		return ""
	}
	return is.path + url.PathEscape(s.ID)
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
