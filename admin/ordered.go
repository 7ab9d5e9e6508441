package admin

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/caller"
)

// Ordered are the parameters of a list that is small enough to be read as a whole.
type Ordered struct {
	Paged
	Search string `query:"search" maxLength:"128" doc:"Those of which a part of the id, the name or the description begins so, in small letters or capitals; parts stand behind a blank or one of / : . - _ @"`
	Sort   string `query:"sort" enum:"id,-id,created,-created" default:"id" doc:"Their order, with - the opposite one; what is built in was never created, and comes before the rest"`
}

// ordering is how the things of such a list are told apart, put in order and shown.
type ordering[T, W any] struct {
	id      func(T) string
	created func(T) time.Time
	called  func(T) string    // its name or description, which a search finds too; nil: it has none
	on      func(T) caller.On // nil: whoever sees the list sees all of it
	shape   func(T) W
}

// orderedOf is the page of all that in asks for and the caller sees.
func orderedOf[T, W any](d *Door, c *Call, in *Ordered, all []T, o ordering[T, W]) (*Page[W], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	by, backwards := strings.CutPrefix(in.Sort, "-")
	place := o.id
	if by == "created" {
		place = func(one T) string { return fmt.Sprintf("%020d.%s", max(o.created(one).UnixMicro(), 0), o.id(one)) }
	}
	all = slices.DeleteFunc(all, func(one T) bool {
		is := found(in.Search, o.id(one)) || o.called != nil && found(in.Search, o.called(one))
		return !is || o.on != nil && !c.Sees(o.on(one))
	})
	slices.SortFunc(all, func(a, b T) int { return strings.Compare(place(a), place(b)) })
	cut := slice[T]
	if backwards {
		slices.Reverse(all)
		cut = sliceBack[T]
	}
	page, next := cut(all, after, in.Limit, place)
	return pageOf(d, c, page, next, o.shape)
}

// sliceBack is slice of a list in the opposite order.
func sliceBack[T any](all []T, after string, limit int, name func(T) string) (page []T, next string) {
	begin := slices.IndexFunc(all, func(one T) bool { return after == "" || name(one) < after })
	if begin < 0 {
		return nil, ""
	}
	if page = all[begin:]; len(page) > limit {
		return page[:limit], name(page[limit-1])
	}
	return page, ""
}
