package grants

import (
	"slices"
	"strings"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// gain is what a grant comes to: what it gives, and how many it reaches. What the visitor may
// not see of it is not told.
type gain struct {
	Permissions []string // with those of the roles within its role
	Known       bool     // these are all
	Members     int      // of a group or an organisation
	More        bool     // it has more members than that
}

// maxRoles is how many roles are read to tell what one of them gives.
const maxRoles = 50

func gainOf(v *guard.Visit, role, permission string, subject wire.Subject) (g gain, err error) {
	g.Known = true
	if permission != "" {
		g.Permissions = []string{permission}
	}
	if role != "" {
		if err := g.read(v, role); err != nil {
			return g, err
		}
	}
	return g, g.count(v, subject)
}

// read adds what a role gives, and what the roles within it do.
func (g *gain) read(v *guard.Visit, role string) error {
	if !v.Can("getRole", guard.On("role", role)) {
		g.Known = false
		return nil
	}
	asked, next := []string{role}, 0
	for ; next < len(asked) && next < maxRoles; next++ {
		found, err := guard.Ask[admin.One[wire.Role]](v, "getRole", admin.Input{Path: guard.On("role", asked[next])})
		if fault.Is(err, fault.NotFound) {
			return guard.Wrong("role", "is none that there is")
		}
		if err != nil {
			return err
		}
		g.Permissions = append(g.Permissions, found.Body.Permissions...)
		for _, parent := range found.Body.Parents {
			if !slices.Contains(asked, parent) {
				asked = append(asked, parent)
			}
		}
	}
	g.Known = g.Known && next == len(asked)
	slices.Sort(g.Permissions)
	g.Permissions = slices.Compact(g.Permissions)
	return nil
}

// count looks who is in a group or an organisation, as far as one page goes.
func (g *gain) count(v *guard.Visit, subject wire.Subject) error {
	operation, named := "", guard.On("group", subject.ID)
	switch subject.Kind {
	case access.Group:
		operation = "listGroupMembers"
	case access.Organisation:
		operation, named = "listOrganisationMembers", guard.On("organisation", subject.ID)
	}
	if operation == "" || !v.Can(operation, named) {
		return nil
	}
	found, err := guard.Ask[admin.Page[wire.Member]](v, operation, admin.Input{Path: named, Query: map[string][]string{"limit": {"200"}}})
	if fault.Is(err, fault.NotFound) {
		return guard.Wrong("subject", "names nothing that there is")
	}
	if err != nil {
		return err
	}
	g.Members, g.More = len(found.Body.Items), found.Body.Next != ""
	return nil
}

// apis are those of which permissions are given.
func (g *gain) apis() (all []string) {
	for _, p := range g.Permissions {
		api, _, _ := strings.Cut(p, "/")
		if !slices.Contains(all, api) {
			all = append(all, api)
		}
	}
	return all
}
