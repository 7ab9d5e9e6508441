package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/fault"
	"gatehouse/web"
)

// binding is how a request becomes the input of a handler, and what that returns the
// answer. It is made of the two types by reflection, once: the library's own way is a
// copy of itself for each pair of types, some 45 kB of the binary a route.
type binding struct {
	in, out reflect.Type
	params  []param
	body    []int        // where the body goes; nil: there is none
	schema  *huma.Schema // of the body
	needed  bool         // there must be one
	headers []header
	answer  []int // where the body of the answer is; nil: there is none
	schemas huma.Registry
}

// param is a parameter of the path or the query.
type param struct {
	name, in, initial string
	at                []int
	schema            *huma.Schema
}

// header is one of the answer.
type header struct {
	name string
	at   []int
}

// bind makes the binding of a route, and describes both types in op.
func bind(schemas huma.Registry, in, out reflect.Type, op *huma.Operation) *binding {
	b := &binding{in: in, out: out, schemas: schemas}
	for _, f := range reflect.VisibleFields(in) {
		switch {
		case f.Anonymous:
		case f.Name == "Body":
			b.takes(f, op)
		case f.Tag.Get("path") != "":
			b.parameter(f, "path", op)
		case f.Tag.Get("query") != "":
			b.parameter(f, "query", op)
		}
	}
	b.answers(op)
	return b
}

func (b *binding) takes(f reflect.StructField, op *huma.Operation) {
	b.body, b.needed = f.Index, f.Type.Kind() != reflect.Pointer
	b.schema = b.schemas.Schema(f.Type, true, "")
	op.RequestBody = &huma.RequestBody{Required: b.needed, Content: map[string]*huma.MediaType{"application/json": {Schema: b.schema}}}
}

func (b *binding) parameter(f reflect.StructField, in string, op *huma.Operation) {
	p := param{name: f.Tag.Get(in), in: in, initial: f.Tag.Get("default"), at: f.Index, schema: huma.SchemaFromField(b.schemas, f, "")}
	b.params = append(b.params, p)
	op.Parameters = append(op.Parameters, &huma.Param{Name: p.name, In: in, Description: f.Tag.Get("doc"), Required: in == "path", Schema: p.schema})
}

// answers describes the answer of a route, and its refusals.
func (b *binding) answers(op *huma.Operation) {
	partial := slices.ContainsFunc(b.params, func(p param) bool { return p.name == "fields" })
	if _, says := b.out.FieldByName("Body"); !says && b.out != streamed {
		op.DefaultStatus = http.StatusNoContent
	}
	good := &huma.Response{Description: http.StatusText(op.DefaultStatus)}
	if b.out == streamed {
		text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		good.Content = map[string]*huma.MediaType{kindLines: text, kindCSV: text}
	}
	for _, f := range reflect.VisibleFields(b.out) {
		if name := f.Tag.Get("header"); name != "" {
			b.headers = append(b.headers, header{name, f.Index})
			if good.Headers == nil {
				good.Headers = map[string]*huma.Header{}
			}
			good.Headers[name] = &huma.Header{Schema: &huma.Schema{Type: huma.TypeString}}
		}
		if f.Name == "Body" {
			b.answer = f.Index
			good.Content = map[string]*huma.MediaType{"application/json": {Schema: b.schemas.Schema(f.Type, true, "")}}
			if partial {
				good.Content[asPartial] = &huma.MediaType{Schema: b.schemas.Schema(partOf(f.Type), true, "")}
			}
		}
	}
	op.Responses = map[string]*huma.Response{strconv.Itoa(op.DefaultStatus): good}
	refusal := b.schemas.Schema(reflect.TypeFor[Problem](), true, "")
	for _, status := range op.Errors {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: refusal}},
		}
	}
}

// read fills in the input of a request, a pointer to the handler's type. What breaks a
// rule of the document is request.invalid, with all that does.
func (b *binding) read(r *http.Request, c *Call, into reflect.Value) error {
	var wrong huma.ValidateResult
	known := map[string]bool{}
	for _, p := range b.params {
		text, said := r.PathValue(p.name), true
		if p.in == "query" {
			known[p.name] = true
			if text, said = c.query.Get(p.name), c.query.Has(p.name); !said {
				text, said = p.initial, p.initial != ""
			}
		}
		if said {
			b.set(p, text, into.Elem().FieldByIndex(p.at), &wrong)
		}
	}
	for name := range c.query {
		if !known[name] {
			wrong.Add(path("query", name), nil, "there is no such parameter")
		}
	}
	if err := b.readBody(c, into, &wrong); err != nil {
		return err
	}
	return invalidBy(wrong.Errors)
}

// set sets a parameter to what a text comes to.
func (b *binding) set(p param, text string, to reflect.Value, wrong *huma.ValidateResult) {
	var value any = text
	switch to.Kind() {
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			wrong.Add(path(p.in, p.name), nil, "must be a whole number")
			return
		}
		value = n
		to.SetInt(int64(n))
	case reflect.Bool:
		yes := text == "true"
		if !yes && text != "false" {
			wrong.Add(path(p.in, p.name), nil, "must be true or false")
			return
		}
		value = yes
		to.SetBool(yes)
	case reflect.Struct:
		at, ok := momentOf(text)
		if !ok {
			wrong.Add(path(p.in, p.name), nil, "must be a moment such as 2026-03-04T05:06:07Z")
			return
		}
		to.Set(reflect.ValueOf(at))
	default:
		to.SetString(text)
	}
	huma.Validate(b.schemas, p.schema, path(p.in, p.name), huma.ModeWriteToServer, value, wrong)
}

// momentOf reads a moment of a query: one of a year that the clock, the databases and an answer know,
// in UTC, and none that would read as absent.
func momentOf(text string) (at time.Time, ok bool) {
	at, err := time.Parse(time.RFC3339Nano, text)
	year := at.UTC().Year()
	return at, err == nil && year >= 1970 && year <= 9999
}

func path(parts ...string) *huma.PathBuffer {
	p := huma.NewPathBuffer(nil, 0)
	for _, part := range parts {
		p.Push(part)
	}
	return p
}

func (b *binding) readBody(c *Call, into reflect.Value, wrong *huma.ValidateResult) error {
	switch {
	case b.body == nil && len(c.body) > 0:
		return unreadable("This request takes no body.")
	case b.body == nil || len(c.body) == 0 && !b.needed:
		return nil
	case len(c.body) == 0:
		return unreadable("A body is needed.")
	}
	value, err := web.ParseJSON(c.body, c.route.maxBody()) // the document says how long each text may be
	if err != nil {
		return unreadable("The body cannot be read as JSON: " + err.Error() + ".")
	}
	before := len(wrong.Errors)
	huma.Validate(b.schemas, b.schema, path("body"), huma.ModeWriteToServer, value, wrong)
	nulls(b.schemas, b.schema, value, path("body"), wrong)
	if len(wrong.Errors) > before {
		return nil
	}
	if err := json.Unmarshal(c.body, into.Elem().FieldByIndex(b.body).Addr().Interface()); err != nil {
		return fault.Wrap(err, fault.Malformed, "request.body", "The body cannot be read: a value in it is out of range.")
	}
	return nil
}

// write returns the body of an answer, a pointer to what the handler returned, and sets
// the headers.
func (b *binding) write(h http.Header, from reflect.Value) ([]byte, error) {
	for _, one := range b.headers {
		if text := from.Elem().FieldByIndex(one.at).String(); text != "" {
			h.Set(one.name, text)
		}
	}
	if b.answer == nil {
		return nil, nil
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(from.Elem().FieldByIndex(b.answer).Interface()); err != nil {
		return nil, fmt.Errorf("write an answer: %w", err)
	}
	h.Set("Content-Type", "application/json")
	return body.Bytes(), nil
}

// handler is a route's, on values of the types of its binding.
type handler func(ctx context.Context, c *Call, in reflect.Value) (out reflect.Value, err error)
