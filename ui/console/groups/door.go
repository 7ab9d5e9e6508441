// Package groups is the console's area of groups and organisations: what both are, who is in
// them, what they give to whoever is in them, and who looks after them. The two have the same
// pages over operations of their own (kind).
package groups

import (
	"net/url"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Groups and Organisations are the area's entries of the navigation.
var (
	Groups        = section(&ofGroups)
	Organisations = section(&ofOrganisations)
)

func section(k *kind) guard.Section {
	return guard.Section{Path: k.path, Operation: k.list, Label: func(say *words.Catalogue) string { return string(k.say(say).Title) }}
}

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	for _, k := range []*kind{&ofGroups, &ofOrganisations} {
		page := func(method, path string, h func(v *guard.Visit, k *kind) error) {
			d.Guard.Route(m, method+" "+k.path+path, func(v *guard.Visit) error { return h(v, k) })
		}
		page("GET", "", d.all)
		page("GET", below+"/new", d.askNew)
		page("POST", below+"/new", d.create)
		one := "/{" + k.param + "}"
		page("GET", one, d.one)
		page("GET", one+"/edit", d.askEdit)
		page("POST", one+"/edit", d.edit)
		page("GET", one+"/delete", d.askDelete)
		page("POST", one+"/delete", d.delete)
		page("GET", one+"/members", d.members)
		page("GET", one+"/members/"+adding, d.askAdd)
		page("POST", one+"/members/"+adding, d.add)
		page("GET", one+"/members/{kind}/{member}", d.askRemove)
		page("POST", one+"/members/{kind}/{member}", d.remove)
	}
}

// Below the path of a kind stand ids, of which none is called "-", and below its members
// their kinds.
const (
	below  = "/-"
	adding = "-"
)

func (k *kind) pathOf(id string) string { return k.path + "/" + url.PathEscape(id) }

// roleOf is the page of a role.
func roleOf(role string) string { return "/console/roles/" + url.PathEscape(role) }

// grantTo is the page that asks what to grant to one of them, and grantsOf that of all that
// was.
func (f *oneFrame) grantTo() string {
	return "/console/grants/new?" + url.Values{"kind": {string(f.kind.is)}, "subject": {f.Thing.ID}}.Encode()
}

func (f *oneFrame) grantsOf() string {
	return "/console/grants?" + url.Values{"subject": {f.kind.subject(f.Thing.ID)}}.Encode()
}
