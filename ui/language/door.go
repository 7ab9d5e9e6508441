// Package language takes the choice of the language that pages speak, which the browser keeps.
package language

import (
	"net/http"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Door takes the choice. All fields must be set.
type Door struct {
	Cookies *web.Cookies
	Pages   *view.Pages
}

// Mount registers it.
func (d *Door) Mount(m *web.Mux) { m.Route("POST /language", d.choose) }

// choose keeps the language and leads back to the page where it was chosen. What the pages do
// not speak takes an earlier choice back.
func (d *Door) choose(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(err, fault.Malformed, "form.malformed", "The form could not be read.")
	}
	d.Pages.SetLanguage(w, r.PostForm.Get("language"), d.Cookies.Secure)
	back := r.PostForm.Get("back")
	if !flow.StaysHere(back) {
		back = "/"
	}
	return view.SeeOther(w, r, back)
}
