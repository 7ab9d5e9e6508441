package guard

import (
	"maps"
	"net/url"

	"gatehouse/ui/console/part"
)

// With is the address of a list that is asked for asked, with another value of a parameter ("" for
// none) and from its beginning: a cursor belongs to the filters that it was found with.
func With(path string, asked url.Values, name, value string) string {
	q := url.Values{}
	maps.Copy(q, asked)
	q.Del("cursor")
	if q.Set(name, value); value == "" {
		q.Del(name)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Pager leads from a page of such a list to the next one, and back to the first.
func Pager(path string, asked url.Values, next string) (pages part.Pager) {
	if asked.Get("cursor") != "" {
		pages.First = With(path, asked, "cursor", "")
	}
	if next != "" {
		pages.Next = With(path, asked, "cursor", next)
	}
	return pages
}
