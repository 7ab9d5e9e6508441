// Package problems is the page behind the type of a problem document (RFC 9457
// section 3.1.1): what a code means and what to do about it, in the words of
// docs/problems.md.
package problems

import (
	"net/http"

	"gatehouse/docs"
	"gatehouse/fault"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Door serves the pages. Its field must be set.
type Door struct{ Pages *view.Pages }

// Mount registers the page.
func (d *Door) Mount(m *web.Mux) { m.Route("GET /problems/{code}", d.show) }

func (d *Door) show(w http.ResponseWriter, r *http.Request) error {
	p, ok := docs.ProblemOf(r.PathValue("code"))
	if !ok {
		return fault.New(fault.NotFound, "page.not_found", "There is no such page.")
	}
	return d.Pages.Show(w, r, http.StatusOK, problemPage{p.Code, p.Group, p.Paragraphs})
}
