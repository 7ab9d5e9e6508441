// Package theme takes the choice between light and dark pages, which the browser keeps.
package theme

import (
	"net/http"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Door takes the choice. Its field must be set.
type Door struct{ Cookies *web.Cookies }

// Mount registers it.
func (d *Door) Mount(m *web.Mux) { m.Route("POST /theme", d.choose) }

// choose keeps the theme and leads back to the page where it was chosen. What is no theme takes
// an earlier choice back.
func (d *Door) choose(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(err, fault.Malformed, "form.malformed", "The form could not be read.")
	}
	view.SetTheme(w, view.Theme(r.PostForm.Get("theme")), d.Cookies.Secure)
	back := r.PostForm.Get("back")
	if !flow.StaysHere(back) {
		back = "/"
	}
	return view.SeeOther(w, r, back)
}
