package users

import (
	"net/url"
	"strconv"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/person"
	"gatehouse/wire"
)

// Finder finds people by their addresses and names.
var Finder = guard.Finder{Kind: string(access.User), Label: Section.Label, Operation: Section.Operation, Find: find}

func find(v *guard.Visit, text string) (all []part.Hit, err error) {
	found, err := guard.Ask[admin.Page[wire.ListedUser]](v, "listUsers", admin.Input{Query: url.Values{"search": {text}, "limit": {strconv.Itoa(guard.MaxFound)}}})
	if err != nil {
		return nil, err
	}
	for _, u := range found.Body.Items {
		hit := part.Hit{Label: person.Named(&u.User), Href: person.Path(string(u.ID)), Value: u.Email}
		if u.Name != "" {
			hit.Under = u.Email
		}
		all = append(all, hit)
	}
	return all, nil
}
