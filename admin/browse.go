package admin

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The document, the page that shows it to people, and the style sheet of that. It has no
// script.
const (
	PathDocument = "/api/openapi.json"
	PathPage     = "/api/docs"
	pathStyle    = "/api/docs.css"
)

//go:embed browse.css
var style string

// file is an answer that is the same for everybody.
type file struct {
	kind string
	body func() (string, error) // called again and again, by several at once
}

// ServeHTTP answers with the file, under a policy that lets it load its style alone.
func (f *file) ServeHTTP(w http.ResponseWriter, _ *http.Request) error {
	body, err := f.body()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", f.kind)
	_, _ = io.WriteString(w, body) // the visitor has gone if this fails
	return nil
}

// sheet writes a page; every text is escaped on its way.
type sheet struct {
	strings.Builder
	schemas huma.Registry
}

// put writes a format whose arguments are texts to be escaped.
func (s *sheet) put(format string, texts ...string) {
	escaped := make([]any, len(texts))
	for i, text := range texts {
		escaped[i] = html.EscapeString(text)
	}
	fmt.Fprintf(s, format, escaped...)
}

// browse returns the page of the document.
func (d *Door) browse() string {
	doc := d.document
	s := &sheet{schemas: doc.Components.Schemas}
	s.put(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>%s</title><link rel="stylesheet" href="%s"></head><body><main>`, doc.Info.Title, pathStyle)
	s.put(`<h1>%s</h1><p>%s</p><p>The same for programs: <a href="%s">OpenAPI 3.1</a>.</p>`, doc.Info.Title, doc.Info.Description, PathDocument)
	tags := map[string][]*huma.Operation{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		p := doc.Paths[path]
		for _, op := range []*huma.Operation{p.Get, p.Post, p.Put, p.Patch, p.Delete} {
			if op != nil {
				tags[op.Tags[0]] = append(tags[op.Tags[0]], op)
			}
		}
	}
	names := slices.Sorted(maps.Keys(tags))
	s.put(`<nav aria-label="Things"><ul>`)
	for _, name := range names {
		s.put(`<li><a href="#%s">%s</a></li>`, name, name)
	}
	s.put(`</ul></nav>`)
	for _, name := range names {
		s.put(`<section id="%s"><h2>%s</h2>`, name, name)
		for _, op := range tags[name] {
			s.operation(op)
		}
		s.put(`</section>`)
	}
	s.put(`</main></body></html>`)
	return s.String()
}

func (s *sheet) operation(op *huma.Operation) {
	s.put(`<details id="%s"><summary><b>%s</b> <code>%s</code> <span>%s</span></summary>`, op.OperationID, op.Method, op.Path, op.Summary)
	permission, _ := op.Extensions["x-permission"].(string)
	s.put(`<p>Needs <code>%s</code>.</p>`, permission)
	if len(op.Parameters) > 0 {
		s.put(`<h3>Parameters</h3><dl>`)
		for _, p := range op.Parameters {
			s.member(p.Name+" ("+p.In+")", p.Schema, p.Required, p.Description)
		}
		s.put(`</dl>`)
	}
	if op.RequestBody != nil {
		s.put(`<h3>Body</h3>`)
		s.shape(op.RequestBody.Content["application/json"].Schema)
	}
	s.put(`<h3>Answers</h3>`)
	var refusals []string
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		answer := op.Responses[status]
		if status >= "400" {
			refusals = append(refusals, status)
			continue
		}
		s.put(`<p><code>%s</code> %s</p>`, status, answer.Description)
		if content := answer.Content["application/json"]; content != nil {
			s.shape(content.Schema)
		}
	}
	s.put(`<p>Refusals: %s.</p></details>`, strings.Join(refusals, ", "))
}

// shape lists the members of an object, and of the things of a list.
func (s *sheet) shape(of *huma.Schema) {
	of = s.resolve(of)
	if items := of.Properties["items"]; items != nil && items.Items != nil {
		s.put(`<p>A page of <code>items</code>, each with</p>`)
		of = s.resolve(items.Items)
	}
	s.put(`<dl>`)
	for _, name := range slices.Sorted(maps.Keys(of.Properties)) {
		s.member(name, of.Properties[name], slices.Contains(of.Required, name), of.Properties[name].Description)
	}
	s.put(`</dl>`)
}

func (s *sheet) resolve(of *huma.Schema) *huma.Schema {
	if of.Ref == "" {
		return of
	}
	return s.schemas.SchemaFromRef(of.Ref)
}

func (s *sheet) member(name string, of *huma.Schema, required bool, says string) {
	s.put(`<dt><code>%s</code> <i>%s</i>`, name, s.kind(of))
	if required {
		s.put(` <em>always</em>`)
	}
	s.put(`</dt><dd>%s</dd>`, says)
}

// kind is the type of a member in a word or two.
func (s *sheet) kind(of *huma.Schema) string {
	switch {
	case of == nil:
		return ""
	case of.Ref != "":
		return of.Ref[strings.LastIndex(of.Ref, "/")+1:]
	case of.Items != nil:
		return "list of " + s.kind(of.Items)
	case of.Format == "date-time":
		return "time"
	case of.Type == "":
		return "anything"
	}
	return of.Type
}
