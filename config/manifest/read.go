package manifest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"gatehouse/apply"
	"gatehouse/config/internal/yamlfile"
	"gatehouse/setting"
)

// reader reads one document.
type reader struct {
	m      *Manifest
	words  vocabulary
	bad    *Error
	places places
	shift  int // lines before the document
}

func (r *reader) problem(at place, text string) {
	r.bad.Problems = append(r.bad.Problems, r.places.file.problem(at, text))
}

func (r *reader) at(t *token.Token) place {
	if t == nil || t.Position == nil {
		return r.places.at
	}
	return place{t.Position.Line + r.shift, t.Position.Column}
}

// read reads the lines from one to before another as a document. One that says nothing
// is none.
func (r *reader) read(from, to int) {
	lines := r.places.file.lines[from:to]
	text := strings.Join(lines, "\n")
	if i := slices.IndexFunc(lines, tooDeep); i >= 0 {
		r.problem(place{from + i + 1, 1}, "too much is nested on this line")
		return
	}
	if len(text) > maxDocument {
		r.problem(r.places.at, fmt.Sprintf("this document is over %d KiB", maxDocument>>10))
		return
	}
	if len(r.m.places) >= apply.MaxObjects {
		r.problem(r.places.at, fmt.Sprintf("there are more than %d objects", apply.MaxObjects))
		return
	}
	parsed, err := yamlfile.Parse([]byte(text + "\n"))
	if err != nil {
		message, t := yamlfile.Syntax(err)
		r.problem(r.at(t), message)
		return
	}
	for _, doc := range parsed.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.NullType && doc.Body.Type() != ast.CommentType {
			r.object(doc.Body)
		}
	}
}

// tooDeep bounds what a parser would follow into one another.
func tooDeep(line string) bool {
	depth, dashes := 0, 0
	for _, c := range line {
		switch c {
		case '[', '{':
			depth++
		case '-', '?', ':':
			dashes++
		}
		if depth > maxDepth*8 {
			return true
		}
	}
	rest := strings.TrimLeft(line, " ")
	if len(line)-len(rest) > maxDepth*8 {
		return true
	}
	for dashes = 0; strings.HasPrefix(rest, "- ") || strings.HasPrefix(rest, "? "); dashes++ {
		rest = strings.TrimLeft(rest[2:], " ")
	}
	return dashes > maxDepth
}

// document is what all objects have.
type document struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       spec     `json:"spec"`
}

type metadata struct {
	ID string `json:"id"`
}

// spec is read once the kind is known.
type spec struct{ node ast.Node }

func (r *reader) object(body ast.Node) {
	r.places.at = r.at(yamlfile.Start(body))
	before := len(r.bad.Problems)
	var d document
	r.value(body, reflect.ValueOf(&d).Elem(), "")
	clean := len(r.bad.Problems) == before // what is not there may be what was misspelt
	if d.APIVersion != apply.Version && (clean || d.APIVersion != "") {
		r.problem(r.of("apiVersion"), "apiVersion must be "+apply.Version)
	}
	said := r.words.spec(d.Kind)
	if said == nil {
		if clean || d.Kind != "" {
			r.problem(r.of("kind"), "kind "+suggest(d.Kind, r.words.kinds))
		}
		return
	}
	if d.Spec.node != nil {
		r.value(d.Spec.node, reflect.ValueOf(said).Elem(), "spec")
	}
	r.words.keep(r.m, d.Kind, d.Metadata.ID, said)
	r.places.kind = apply.Kind(d.Kind)
	r.m.places = append(r.m.places, r.places)
}

func (r *reader) of(path string) place {
	if at, ok := r.places.of[path]; ok {
		return at
	}
	return r.places.at
}

func suggest(name string, known []string) string {
	if near := setting.Nearest(name, known); near != "" {
		return fmt.Sprintf("%q is none; did you mean %s?", name, near)
	}
	return fmt.Sprintf("%q is none; there are %s", name, strings.Join(known, ", "))
}

// value reads a node into what v is.
func (r *reader) value(n ast.Node, v reflect.Value, path string) {
	at := r.at(yamlfile.Start(n))
	if _, there := r.places.of[path]; !there && path != "" {
		r.places.of[path] = at
	}
	switch {
	case slices.Contains([]ast.NodeType{ast.AnchorType, ast.AliasType, ast.TagType}, n.Type()):
		r.problem(at, named(path)+" must be plain; "+yamlfile.PlainOnly)
	case n.Type() == ast.NullType:
		r.problem(at, named(path)+` has no value; remove the key, or write "" for an empty one`)
	case v.Type() == reflect.TypeFor[spec]():
		v.Set(reflect.ValueOf(spec{n}))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.value(n, v.Elem(), path)
	case v.Kind() == reflect.Struct:
		r.fields(n, v, path)
	case v.Kind() == reflect.Map:
		r.entries(n, v, path)
	case v.Kind() == reflect.Slice:
		r.items(n, v, path)
	case v.Kind() == reflect.Interface:
		if one, ok := r.plain(n, path); ok {
			v.Set(reflect.ValueOf(one))
		}
	case v.Kind() == reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok || b.GetToken().Value != "true" && b.GetToken().Value != "false" {
			r.problem(at, named(path)+" must be true or false")
			return
		}
		v.SetBool(b.Value)
	case v.Kind() == reflect.Int:
		number, err := strconv.Atoi(n.GetToken().Value)
		if _, ok := n.(*ast.IntegerNode); !ok || err != nil || strconv.Itoa(number) != n.GetToken().Value {
			r.problem(at, named(path)+" must be a whole number")
			return
		}
		v.SetInt(int64(number))
	default:
		text, ok := yamlfile.Scalar(n)
		if !ok {
			r.problem(at, named(path)+" must be a single value; "+yamlfile.PlainOnly)
			return
		}
		v.SetString(text)
	}
}

func named(path string) string {
	if path == "" {
		return "the document"
	}
	return path
}

// mapping calls f for each entry of a mapping whose key is a plain name, once each.
func (r *reader) mapping(n ast.Node, path string, f func(name string, key *token.Token, value ast.Node)) {
	m, ok := n.(ast.MapNode)
	if !ok {
		r.problem(r.at(n.GetToken()), named(path)+` must hold keys, each as "name: value" on a line of its own`)
		return
	}
	seen := map[string]bool{}
	for it := m.MapRange(); it.Next(); {
		e := it.KeyValue()
		key, ok := e.Key.(*ast.StringNode)
		if !ok {
			r.problem(r.at(e.Key.GetToken()), "this is not the name of a key; "+yamlfile.PlainOnly)
			continue
		}
		if seen[key.Value] {
			r.problem(r.at(key.GetToken()), join(path, key.Value)+" is there twice")
			continue
		}
		seen[key.Value] = true
		r.places.of[join(path, key.Value)] = r.at(key.GetToken())
		f(key.Value, key.GetToken(), e.Value)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (r *reader) fields(n ast.Node, v reflect.Value, path string) {
	r.mapping(n, path, func(name string, key *token.Token, value ast.Node) {
		i := slices.Index(fieldsOf(v.Type()), name)
		if i < 0 {
			r.problem(r.at(key), "the key "+suggest(name, fieldsOf(v.Type())))
			return
		}
		r.value(value, v.Field(i), join(path, name))
	})
}

var namesOfFields sync.Map // reflect.Type → []string

// fieldsOf are the names of a struct's fields in files.
func fieldsOf(t reflect.Type) (names []string) {
	if known, ok := namesOfFields.Load(t); ok {
		return known.([]string)
	}
	defer func() { namesOfFields.Store(t, names) }()
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

func (r *reader) entries(n ast.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeMap(v.Type()))
	r.mapping(n, path, func(name string, _ *token.Token, value ast.Node) {
		one := reflect.New(v.Type().Elem()).Elem()
		r.value(value, one, join(path, name))
		v.SetMapIndex(reflect.ValueOf(name), one)
	})
}

// plain reads what may be a text, a number, true or false, or a list of these, as JSON
// would.
func (r *reader) plain(n ast.Node, path string) (any, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.BoolNode:
		if text := n.GetToken().Value; text == "true" || text == "false" {
			return n.Value, true
		}
	case *ast.IntegerNode, *ast.FloatNode: // 010 is eight to some readers, and ten to others
		text := n.GetToken().Value
		if number, err := strconv.ParseFloat(text, 64); err == nil && json.Valid([]byte(text)) {
			return number, true
		}
	case *ast.SequenceNode:
		list := make([]any, 0, len(n.Values))
		for i, item := range n.Values {
			one, ok := r.plain(item, fmt.Sprintf("%s[%d]", path, i))
			if !ok {
				return nil, false
			}
			list = append(list, one)
		}
		return list, true
	}
	r.problem(r.at(yamlfile.Start(n)), path+" must be a text, a number, true or false, or a list of these")
	return nil, false
}

func (r *reader) items(n ast.Node, v reflect.Value, path string) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		r.problem(r.at(yamlfile.Start(n)), path+` must be a list, each item with "- " before it`)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	for i, item := range seq.Values {
		r.value(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}
