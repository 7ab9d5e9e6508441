package admin

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// Paged are the parameters of every list.
type Paged struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many there are on a page at most"`
	Cursor string `query:"cursor" maxLength:"2048" doc:"Where the page goes on: next of the one before, asked with the same filters"`
	Partial
}

// Partial is the parameter of whatever can be answered in part.
type Partial struct {
	Fields string `query:"fields" maxLength:"512" doc:"Only these members of each thing, with commas between them"`
}

// List is a page of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent on the last one"`
}

// Page is the answer with one.
type Page[T any] struct {
	Body List[T]
}

// One is the answer with one thing, in the revision that the ETag names.
type One[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// Made is the answer with a thing that was just made.
type Made[T any] struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     T
}

// oneOf is the answer with a thing in its revision, unless there is an error.
func oneOf[W any](shown W, rev int64, err error) (*One[W], error) {
	if err != nil {
		return nil, err
	}
	return &One[W]{ETag: etag(rev), Body: shown}, nil
}

// madeOf is the answer with a thing that was made at an address, unless there is an error.
func madeOf[W any](shown W, address string, rev int64, err error) (*Made[W], error) {
	if err != nil {
		return nil, err
	}
	return &Made[W]{Location: address, ETag: etag(rev), Body: shown}, nil
}

// below is the address of a thing by its name, which may have any characters.
func below(path, name string) string { return Base + path + "/" + url.PathEscape(name) }

// Nothing is the answer to what leaves nothing to say: 204.
type Nothing struct{}

// pageOf is the page of what a service found, and of where it goes on.
func pageOf[T, W any](d *Door, c *Call, found []T, next string, shape func(T) W) (*Page[W], error) {
	at, err := d.cursor(c, next)
	if err != nil {
		return nil, err
	}
	p := &Page[W]{Body: List[W]{Items: make([]W, len(found)), Next: at}}
	for i := range found {
		p.Body.Items[i] = shape(found[i])
	}
	return p, nil
}

// slice is the page of a list that is small enough to be read as a whole, in the order
// of the names of its things, behind the one that after names.
func slice[T any](all []T, after string, limit int, name func(T) string) (page []T, next string) {
	begin, _ := slices.BinarySearchFunc(all, after, func(one T, after string) int {
		if name(one) <= after {
			return -1
		}
		return 1
	})
	if after == "" {
		begin = 0
	}
	page = all[begin:]
	if len(page) > limit {
		return page[:limit], name(page[limit-1])
	}
	return page, ""
}

// narrow reads which members are wanted.
func (c *Call) narrow() error {
	text := c.query.Get("fields")
	if text == "" || len(c.route.fields) == 0 {
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		if !slices.Contains(c.route.fields, name) {
			return invalid(aParameter+"fields", "has what is no member; the members are "+strings.Join(c.route.fields, ", "))
		}
		c.fields = append(c.fields, name)
	}
	return nil
}

// fieldsOf returns the JSON names of the members of what an answer's struct is about.
func fieldsOf(answer reflect.Type) []string {
	body, ok := answer.FieldByName("Body")
	if !ok {
		return nil
	}
	item := body.Type
	if items, ok := item.FieldByName("Items"); ok {
		item = items.Type.Elem()
	}
	var names []string
	for _, f := range reflect.VisibleFields(item) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
