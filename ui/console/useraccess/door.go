// Package useraccess is the tab Access of a person's page in the console: everything that they
// may do with every grant behind it, the answer to one question with its steps, and what is
// granted, extended and revoked from there.
package useraccess

import (
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/web"
)

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) {
		d.Guard.Route(m, method+" "+person.List+"/{user}/access"+path, h)
	}
	page("GET", "", d.access)
	page("GET", "/check", d.check)
	page("GET", "/grant", d.askGrant)
	page("POST", "/grant", d.grant)
	for _, c := range changes {
		page("GET", "/grants/{grant}/"+c.name, d.askChange(c))
		page("POST", "/grants/{grant}/"+c.name, d.change(c))
	}
}
