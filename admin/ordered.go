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
	Search string `query:"search" maxLength:"128" doc:"Those whose id, name or description begins so, in small letters or capitals"`
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
		found := begins(o.id(one), in.Search) || o.called != nil && begins(o.called(one), in.Search)
		return !found || o.on != nil && !c.Sees(o.on(one))
	})
	slices.SortFunc(all, func(a, b T) int { return strings.Compare(place(a), place(b)) })
	cut := slice[T]
	if backwards {
		slices.Reverse(all)
		cut = sliceBack[T]
	}
	found, next := cut(all, after, in.Limit, place)
	return pageOf(d, c, found, next, o.shape)
}

// begins reports whether a name begins with a text, in whatever case.
func begins(name, text string) bool {
	return strings.HasPrefix(strings.ToLower(name), strings.ToLower(text))
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
