package guard

import (
	"net/url"

	"gatehouse/admin"
	"gatehouse/saved"
	"gatehouse/ui/console/part"
	"gatehouse/wire"
)

// PathFilters is the page of the filters that the visitor keeps; below it stands the one that keeps
// another.
const PathFilters = "/console/filters"

// kept are the filters that the visitor keeps for the list of a page, and where what narrows it now
// gets a name.
type kept struct {
	filters []part.Link
	now     string // the address of the one that narrows the page; "" for none
	save    string
}

// Keeps notes on the frame of a list which filters the visitor keeps for it. list is its path below
// Root.
func (v *Visit) Keeps(f *Frame, list string) error {
	if !v.Can("listFilters", nil) {
		return nil
	}
	found, err := Ask[admin.Page[wire.SavedFilter]](v, "listFilters", admin.Input{Query: url.Values{"list": {list}}})
	if err != nil {
		return err
	}
	now := v.Only(saved.Lists[list]...).Encode()
	for _, one := range found.Body.Items {
		query := QueryOf(&one)
		if query == now {
			f.kept.now = ListOf(list, query)
		}
		f.kept.filters = append(f.kept.filters, part.Link{Label: one.Name, Href: ListOf(list, query)})
	}
	if now != "" && f.kept.now == "" && v.Can("saveFilter", nil) {
		f.kept.save = PathFilters + "/new?" + url.Values{"list": {list}, "query": {now}}.Encode()
	}
	return nil
}

// ListOf is the address of a list with what narrows it.
func ListOf(list, query string) string { return Root + "/" + list + "?" + query }

// QueryOf is what a filter narrows its list by, as an address has it: of what the list takes alone.
func QueryOf(one *wire.SavedFilter) string {
	q := url.Values{}
	for _, name := range saved.Lists[one.List] {
		if value := one.Query[name]; value != "" {
			q.Set(name, value)
		}
	}
	return q.Encode()
}

// Filtered are the filters of a list with those that the visitor keeps.
func (f *Frame) Filtered(all part.Filters) part.Filters {
	all.Kept, all.Now, all.Save = f.kept.filters, f.kept.now, f.kept.save
	if len(all.Kept) > 0 {
		all.Manage = PathFilters
	}
	return all
}
