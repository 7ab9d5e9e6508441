package filters

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// listed is how a list is called: as its page is.
func listed(say *words.Catalogue, list string) string {
	titles := map[string]words.Title{
		"apis": say.ConsoleAPIs.Title, "applications": say.ConsoleApplications.Title, "audit": say.ConsoleAudit.Title, "edges": say.ConsoleEdges.Title,
		"grants": say.ConsoleGrants.Title, "groups": say.ConsoleGroups.Title, "locks": say.ConsoleLocks.Title, "organisations": say.ConsoleOrganisations.Title,
		"permissions": say.ConsoleRoles.All, "roles": say.ConsoleRoles.Title, "routes": say.ConsoleRoutes.Title, "service-accounts": say.ConsoleServices.Title,
		"sessions": say.ConsoleSessions.Title, "upstreams": say.ConsoleUpstreams.Title, "users": say.ConsoleUsers.Title,
	}
	if title := titles[list]; title != "" {
		return string(title)
	}
	return list
}

// narrows is what a filter narrows its list by, as an address says it.
func narrows(query map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		all = append(all, name+"="+query[name])
	}
	return strings.Join(all, "  ")
}

// listPage lists what the visitor keeps.
type listPage struct {
	guard.Frame
	Filters   []wire.SavedFilter
	CanDelete bool
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleFilters.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "deleted" {
		return say.ConsoleFilters.DidDelete
	}
	return ""
}

func (p listPage) table(say *words.Catalogue) part.Table {
	w := &say.ConsoleFilters
	t := part.Table{ID: "filters", Caption: string(w.Title), Columns: []part.Column{{Label: w.Name}, {Label: w.List}, {Label: w.Narrows}}}
	if p.CanDelete {
		t.Bulk = &part.Bulk{Action: path, Token: p.Token, Fields: p.Carried(), Do: []part.Button{{ID: "delete", Name: "do", Value: "delete", Label: w.Delete, Danger: true}}}
	}
	for i := range p.Filters {
		f := &p.Filters[i]
		t.Rows = append(t.Rows, part.Row{Value: string(f.ID), Label: f.Name, Href: guard.ListOf(f.List, guard.QueryOf(f)), Cells: []templ.Component{
			part.Text(f.Name), part.Text(listed(say, f.List)), code(narrows(f.Query)),
		}})
	}
	return t
}

// newPage gives a filter a name.
type newPage struct {
	guard.Frame
	List, Name string
	Query      map[string]string
}

func (p newPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleFilters.NewTitle))
}
func (p newPage) Body() templ.Component { return newBody(p) }

func (p newPage) query() string {
	q := url.Values{}
	for name, value := range p.Query {
		q.Set(name, value)
	}
	return q.Encode()
}

// back is the list, as it is narrowed.
func (p newPage) back() string {
	if p.List == "" || len(p.Query) == 0 {
		return path
	}
	return guard.ListOf(p.List, p.query())
}

func (p newPage) form(say *words.Catalogue) part.Form {
	w := &say.ConsoleFilters
	return p.Draw(say, part.Form{
		ID: "filter", Action: pathNew, Cancel: p.back(), Do: []part.Button{{ID: "submit", Label: w.Save, Main: true}},
		Hidden: []part.Hidden{{Name: "list", Value: p.List}, {Name: "query", Value: p.query()}},
		Fields: []part.Field{{ID: "name", Label: w.Name, Hint: w.NameHint, Value: p.Name, Max: 64, Complete: "off", Focus: p.Wrong == nil}},
	})
}
