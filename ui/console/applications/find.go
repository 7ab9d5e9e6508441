package applications

import (
	"net/url"
	"strconv"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/wire"
)

// Finder finds applications by their ids and names.
var Finder = guard.Finder{Kind: string(access.Client), Label: Section.Label, Operation: Section.Operation, Find: find}

func find(v *guard.Visit, text string) (all []part.Hit, err error) {
	found, err := guard.Ask[admin.Page[wire.ClientState]](v, "listClients", admin.Input{Query: url.Values{"search": {text}, "limit": {strconv.Itoa(guard.MaxFound)}}})
	if err != nil {
		return nil, err
	}
	for _, c := range found.Body.Items {
		all = append(all, part.Hit{Label: c.Name, Under: string(c.ID), Href: pathOf(string(c.ID)), Value: string(c.ID)})
	}
	return all, nil
}
