package housetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gatehouse/admin"
)

// described is an operation of the document.
type described struct {
	ID         string `json:"operationId"`
	Permission string `json:"x-permission"`
	Parameters []parameter
	Body       struct {
		Content map[string]struct{ Schema schema }
	} `json:"requestBody"`

	method, path string
}

type parameter struct {
	Name, In string
	Schema   schema
}

// schema is what the document says of a value.
type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Format     string
	Enum       []any
	MaxLength  int
	Required   []string
	Properties map[string]schema
}

// takes reports whether the operation has a parameter.
func (d described) takes(name string) bool {
	return slices.ContainsFunc(d.Parameters, func(p parameter) bool { return p.Name == name })
}

// about is the path of an operation about things that there are.
func (d described) about(there map[string]string) string {
	return pathParts.ReplaceAllStringFunc(d.path, func(part string) string { return there[strings.Trim(part, "{}")] })
}

// needed is what an operation must be told in its query, as "permission=…"; "" for most.
func needed(operation string) string {
	switch operation {
	case "checkUserAccess", "listHolders":
		return "permission=gatehouse/users:read"
	case "explainGateRequest":
		return "url=https://a.test/"
	}
	return ""
}

// documented are the operations of the document, with the schemas of their bodies.
func documented(t *testing.T) (all []described) {
	t.Helper()
	text, err := admin.Document()
	must(t, err)
	var doc struct {
		Paths      map[string]map[string]described
		Components struct{ Schemas map[string]schema }
	}
	must(t, json.Unmarshal(text, &doc))
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			d := doc.Paths[path][method]
			d.method, d.path = strings.ToUpper(method), path
			for kind, body := range d.Body.Content {
				if name, named := strings.CutPrefix(body.Schema.Ref, "#/components/schemas/"); named {
					body.Schema = doc.Components.Schemas[name]
					d.Body.Content[kind] = body
				}
			}
			all = append(all, d)
		}
	}
	if len(all) < 50 {
		t.Fatalf("the document has %d operations", len(all))
	}
	return all
}

// A member that may be left out is none that may be null: who means to remove something
// would be told that it was done.
func TestNoMemberOfABodyIsNull(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	s.Settle()
	tried := 0
	for _, d := range documented(t) {
		for name, member := range d.Body.Content["application/json"].Schema.Properties {
			if member.Type == nil && member.Ref == "" { // whatever it may be
				continue
			}
			tried++
			a := s.call(s.boss, d.method, d.about(there), map[string]any{name: nil}, "If-Match", "*")
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Body), fmt.Sprintf("%q", "#/"+name)) {
				t.Errorf("%s takes null for %s: %d %s", d.ID, name, a.Status, a.Body)
			}
		}
	}
	if tried < 50 {
		t.Errorf("%d members were tried", tried)
	}
}

// A text is as long as the document lets it be, wherever it stands.
func TestLongTextsAreTakenWhereTheDocumentTakesThem(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	s.Settle()
	tried := 0
	for _, d := range documented(t) {
		for name, member := range d.Body.Content["application/json"].Schema.Properties {
			if member.MaxLength < 4<<10 {
				continue
			}
			tried++
			a := s.call(s.boss, d.method, d.about(there), map[string]any{name: strings.Repeat("a", member.MaxLength)}, "If-Match", "*")
			if problem(a) == "request.body" {
				t.Errorf("%s does not read a %s of %d bytes: %s", d.ID, name, member.MaxLength, a.Body)
			}
		}
	}
	if tried == 0 {
		t.Error("no member may be long")
	}
}

// A parameter that is there and empty is no number, no word of a list, and no moment.
func TestAnEmptyParameterIsHeldToTheDocument(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	s.Settle()
	tried := 0
	for _, d := range documented(t) {
		for _, p := range d.Parameters {
			free := p.Schema.Type == "string" && p.Schema.Format == "" && len(p.Schema.Enum) == 0
			if p.In != "query" || free || slices.Contains(p.Schema.Enum, any("")) {
				continue
			}
			tried++
			a := s.call(s.boss, d.method, d.about(there)+"?"+p.Name+"=", nil, "If-Match", "*")
			if a.Status < 400 || a.Status >= 500 {
				t.Errorf("%s takes an empty %s: %d %s", d.ID, p.Name, a.Status, a.Body)
			}
		}
	}
	if tried < 10 {
		t.Errorf("%d parameters were tried", tried)
	}
}

// What a path is asked by is what the document says of it, and of none that looks alike.
func TestAllowNamesTheMethodsOfTheDocument(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there, want := s.targets(), map[string][]string{}
	for _, d := range documented(t) {
		want[d.about(there)] = append(want[d.about(there)], d.method)
		if d.method == http.MethodGet {
			want[d.about(there)] = append(want[d.about(there)], http.MethodHead)
		}
	}
	for path, methods := range want {
		slices.Sort(methods)
		a := s.call(s.boss, http.MethodOptions, path, nil)
		if got := a.Header.Get("Allow"); a.Status != http.StatusMethodNotAllowed || got != strings.Join(methods, ", ") {
			t.Errorf("%s: %d, is asked by %s, want %v", path, a.Status, got, methods)
		}
	}
}
