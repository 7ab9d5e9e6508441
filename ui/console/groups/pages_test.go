package groups

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

// samples is every page of the area, in the states that draw differently.
func samples() map[string]view.Page {
	f, wrong := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	to := func(s wire.Subject) string {
		if s.Kind == access.Client {
			return ""
		}
		return "/console/" + s.ID
	}
	ada, deploy := wire.Subject{Kind: access.User, ID: "usr_a", Email: "ada@example.com"}, wire.Subject{Kind: access.Client, ID: "deploy"}
	desk := thing{"desk", "x", at}
	one := oneFrame{Frame: f, Thing: desk, ETag: `"1"`, Now: at, Members: true, CanEdit: true, CanDelete: true, CanAdd: true, CanGrant: true, Granted: true, kind: &ofGroups, to: to}
	acme := oneFrame{Frame: f, Thing: thing{ID: "acme", Created: at}, Now: at, kind: &ofOrganisations}
	gives := []wire.Grant{
		{Role: "editor", Effect: access.Allow, Where: access.Own, Org: "acme", Created: at, ExpiresAt: at.Add(time.Hour), Reason: "42"},
		{Permission: "shop/orders:read", Effect: access.Deny, Created: at},
	}
	members := []wire.Member{{Member: ada, Created: at, NotBefore: at.Add(time.Hour), ExpiresAt: at.Add(2 * time.Hour), Reason: "43"}, {Member: deploy, Created: at}, {Member: ada, Created: at, ExpiresAt: at}}
	mistyped := deletePage{oneFrame: one, Inside: 200, MoreInside: true, Mistyped: true}
	broken := addPage{oneFrame: one, Kind: "user", Member: "x"}
	broken.Frame = wrong
	return map[string]view.Page{
		"groups":                listPage{Frame: f, kind: &ofGroups, Asked: url.Values{"search": {"41"}, "cursor": {"c"}}, Things: []thing{desk, {ID: "night"}}, Next: "n", Now: at, CanCreate: true},
		"groups, none":          listPage{Frame: f, kind: &ofGroups, CanCreate: true},
		"groups, not found":     listPage{Frame: f, kind: &ofGroups, Asked: url.Values{"search": {"42"}}},
		"organisations":         listPage{Frame: f, kind: &ofOrganisations, Things: []thing{{ID: "acme"}}},
		"organisations, none":   listPage{Frame: f, kind: &ofOrganisations, CanCreate: true},
		"group":                 onePage{oneFrame: one, Grants: true, Gives: gives, MoreGives: true, Managers: []wire.Subject{ada, deploy}, Within: []branch{{"night", []branch{{id: "depot"}}}}},
		"group, nothing":        onePage{oneFrame: one, Grants: true},
		"organisation":          onePage{oneFrame: acme},
		"members":               membersPage{oneFrame: one, Asked: url.Values{"kind": {"user"}, "cursor": {"c"}}, List: members, Next: "n"},
		"members, nobody":       membersPage{oneFrame: one},
		"members, to see":       membersPage{oneFrame: acme, List: members},
		"new group":             editPage{Frame: f, kind: &ofGroups},
		"new group, wrong":      editPage{Frame: wrong, kind: &ofGroups, ID: "x"},
		"new organisation":      editPage{Frame: f, kind: &ofOrganisations},
		"edit group":            one.editPage(),
		"edit organisation":     acme.editPage(),
		"delete group":          deletePage{oneFrame: one},
		"delete group, typo":    mistyped,
		"delete group, kept":    deletePage{oneFrame: one, Gives: gives, More: true},
		"delete organisation":   deletePage{oneFrame: acme, Inside: 2},
		"add, already":          addPage{oneFrame: one, Kind: "user", Member: "x", Already: true, Change: true},
		"add":                   addPage{oneFrame: one, Gives: gives, More: true, Kind: "user"},
		"add, wrong":            broken,
		"remove":                removePage{oneFrame: one, Member: ada, Gives: gives, More: true},
		"remove, loses nothing": removePage{oneFrame: one, Member: deploy},
	}
}

func TestPagesOfGroupsAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}
