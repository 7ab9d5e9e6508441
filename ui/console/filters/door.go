// Package filters is the console's area of the filters that the visitor keeps for its lists: one
// gets a name there, and all of them are seen and deleted. The lists show them by guard.Frame.
package filters

import (
	"net/http"
	"net/url"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/saved"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/web"
	"gatehouse/wire"
)

const (
	path    = guard.PathFilters
	pathNew = path + "/new"
)

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", path, d.list)
	page("POST", path, d.remove)
	page("GET", pathNew, d.askNew)
	page("POST", pathNew, d.save)
}

// list shows all that the visitor keeps.
func (d *Door) list(v *guard.Visit) error {
	p := listPage{Frame: v.Frame(), CanDelete: v.Can("deleteFilter", nil)}
	found, err := guard.Ask[admin.Page[wire.SavedFilter]](v, "listFilters", admin.Input{})
	if err != nil {
		return err
	}
	p.Filters = found.Body.Items
	return v.Show(http.StatusOK, p)
}

// remove deletes those that were chosen. One that is gone already is no matter.
func (d *Door) remove(v *guard.Visit) error {
	chosen := v.R.PostForm["row"]
	if len(chosen) > saved.MaxFilters {
		return fault.New(fault.Invalid, "request.invalid", "Too many were chosen at once.")
	}
	for _, one := range chosen {
		_, err := guard.Ask[admin.Nothing](v, "deleteFilter", admin.Input{Path: guard.On("filter", one)})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if len(chosen) == 0 {
		return view.SeeOther(v.W, v.R, path)
	}
	return v.Done(path, "deleted")
}

// asked is the page about the filter that somebody wants to keep, as the address or the form has
// it: the known parameters of a known list alone.
func asked(v *guard.Visit, list, query string) newPage {
	p := newPage{Frame: v.Frame(), List: list, Query: map[string]string{}}
	typed, _ := url.ParseQuery(query)
	for _, name := range saved.Lists[list] {
		if value := typed.Get(name); value != "" {
			p.Query[name] = value
		}
	}
	return p
}

func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("saveFilter", nil); err != nil {
		return err
	}
	return v.Show(http.StatusOK, asked(v, v.Query("list"), v.Query("query")))
}

// save leads back to the list, which has the filter then.
func (d *Door) save(v *guard.Visit) error {
	p := asked(v, v.Value("list"), v.Value("query"))
	p.Name = v.Value("name")
	_, err := guard.Ask[admin.Made[wire.SavedFilter]](v, "saveFilter", admin.Input{Body: admin.FilterSave{List: p.List, Name: p.Name, Query: p.Query}})
	if err == nil {
		return view.SeeOther(v.W, v.R, guard.ListOf(p.List, p.query()))
	}
	status, ok := v.Reject(&p.Frame, guard.Taken(err, "name"))
	if !ok {
		return err
	}
	return v.Show(status, p)
}
