// Package upstreams is the console's area of what stands beside the gate: the servers behind it,
// and the other proxies that ask it. Both have the same pages over operations of their own (kind).
// What is in files is shown, and changes there.
package upstreams

import (
	"net/url"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Upstreams and Edges are the area's entries of the navigation.
var (
	Upstreams = section(&ofUpstreams)
	Edges     = section(&ofEdges)
)

func section(k *kind) guard.Section {
	return guard.Section{Path: k.path, Operation: k.list, Label: func(say *words.Catalogue) string { return string(k.say(say).Title) }}
}

// UpstreamFinder and EdgeFinder find them by how their ids begin.
var (
	UpstreamFinder = finder(&ofUpstreams)
	EdgeFinder     = finder(&ofEdges)
)

func finder(k *kind) guard.Finder {
	return guard.Finder{Label: section(k).Label, Operation: k.served, Find: func(v *guard.Visit, text string) (hits []part.Hit, err error) {
		all, _, err := k.serving(v, guard.Searching(text))
		for _, one := range all {
			hits = append(hits, part.Hit{Label: one.ID, Under: one.first(), Href: k.pathOf(one.ID)})
		}
		return hits, err
	}}
}

// pathRoutes is the area of the gate's routes.
const pathRoutes = "/console/routes"

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	for _, k := range []*kind{&ofUpstreams, &ofEdges} {
		page := func(method, path string, h func(v *guard.Visit, k *kind) error) {
			d.Guard.Route(m, method+" "+k.path+path, func(v *guard.Visit) error { return h(v, k) })
		}
		page("GET", "", d.all)
		page("GET", "/new", d.askNew)
		page("POST", "/new", d.create)
		const one = "/one/{part}"
		page("GET", one, d.one)
		page("GET", one+"/edit", d.askEdit)
		page("POST", one+"/edit", d.edit)
		page("GET", one+"/delete", d.askDelete)
		page("POST", one+"/delete", d.remove)
	}
}

func (k *kind) pathNew() string          { return k.path + "/new" }
func (k *kind) pathOf(one string) string { return k.path + "/one/" + url.PathEscape(one) }
