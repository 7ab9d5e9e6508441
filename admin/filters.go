package admin

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/saved"
	"gatehouse/wire"
)

// filters adds the routes of the filters that people keep for lists of the console. Each has their
// own; nobody has a word for somebody else's.
func (d *Door) filters() {
	const all = "/filters"
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listFilters", Permission: "filters:read", Summary: "List the filters that the caller keeps for lists of the console"}, d.listFilters)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "saveFilter", Permission: "filters:write", Summary: "Keep a filter of a list of the console, for the caller alone", Status: http.StatusCreated}, d.saveFilter)
	add(d, Route{Method: http.MethodDelete, Path: all + "/{filter}", ID: "deleteFilter", Permission: "filters:write", Summary: "Delete a filter that the caller keeps", Kind: saved.KindFilter, Param: "filter"}, d.deleteFilter)
}

type filtersIn struct {
	Partial
	List string `query:"list" maxLength:"32" enum:"apis,applications,audit,edges,grants,groups,locks,organisations,permissions,roles,routes,service-accounts,sessions,upstreams,users" doc:"Those of this list alone"`
}

// listFilters is empty for a program, which has none.
func (d *Door) listFilters(ctx context.Context, c *Call, in *filtersIn) (*Page[wire.SavedFilter], error) {
	var found []saved.Filter
	if owner, err := ownerOf(c); err == nil {
		if found, err = d.Saved.All(ctx, owner); err != nil {
			return nil, err
		}
	}
	if in.List != "" {
		found = slices.DeleteFunc(found, func(f saved.Filter) bool { return f.List != in.List })
	}
	return pageOf(d, c, found, "", wire.OfFilter)
}

// FilterSave is what a filter is kept with.
type FilterSave struct {
	List  string            `json:"list" maxLength:"32" doc:"The list, by its path below that of the console: users, grants, audit and so on"`
	Name  string            `json:"name" minLength:"1" maxLength:"64"`
	Query map[string]string `json:"query" maxProperties:"16" doc:"The parameters of the list that are set, with their values"`
}

type filterSaveIn struct{ Body FilterSave }

func (d *Door) saveFilter(ctx context.Context, c *Call, in *filterSaveIn) (*Made[wire.SavedFilter], error) {
	owner, err := ownerOf(c)
	if err != nil {
		return nil, err
	}
	f, err := d.Saved.Save(ctx, c.By, saved.Filter{Owner: owner, List: in.Body.List, Name: in.Body.Name, Query: in.Body.Query})
	if err != nil {
		return nil, err
	}
	return &Made[wire.SavedFilter]{Location: below("/filters", string(f.ID)), Body: wire.OfFilter(f)}, nil
}

type filterIn struct {
	Filter string `path:"filter" maxLength:"64" doc:"The id of the filter, fil_…"`
}

// deleteFilter answers NotFound for a filter of somebody else.
func (d *Door) deleteFilter(ctx context.Context, c *Call, in *filterIn) (*Nothing, error) {
	owner, err := ownerOf(c)
	if err != nil {
		return nil, err
	}
	return &Nothing{}, d.Saved.Delete(ctx, c.By, owner, id.FilterOf(in.Filter))
}

// ownerOf is the person who calls. Invalid "filter.person" for a program.
func ownerOf(c *Call) (id.User, error) {
	if c.Subject.Kind != access.User {
		return "", fault.Wrap(errors.New("the caller is no person"), fault.Invalid, "filter.person", "Filters are kept for people, who see them in the console.")
	}
	return id.UserOf(c.Subject.ID), nil
}
