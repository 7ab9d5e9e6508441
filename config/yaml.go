package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"gatehouse/config/internal/yamlfile"
)

// maxFile bounds the configuration file; a larger one is a mistake.
const maxFile = 1 << 20

func (l *loader) readFile(name string) {
	src := Source{Layer: File, Name: name}
	b, err := readBounded(name)
	if err != nil {
		l.unread = true
		l.problem(src, err.Error())
		return
	}
	l.text = newText(string(b), l.schema.hidden())
	file, err := yamlfile.Parse(b)
	if err != nil {
		l.unread = true
		l.syntax(src, err)
		return
	}
	for i, doc := range file.Docs {
		if i > 0 && doc.Body != nil {
			l.unread = true
			l.problem(at(src, doc.Body.GetToken()), "the file holds a second document; write everything into one")
			return
		}
		if doc.Body != nil {
			l.section(src, l.whole(), "", doc.Body)
		}
	}
}

func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the file: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the file: %w", err)
	}
	if len(b) > maxFile {
		return nil, errors.New("the file is over 1 MiB, too large for a configuration")
	}
	return b, nil
}

func (l *loader) syntax(src Source, err error) {
	message, where := yamlfile.Syntax(err)
	l.problem(at(src, where), message)
}

// at returns src at the position of t.
func at(src Source, t *token.Token) Source {
	if t != nil && t.Position != nil {
		src.Line, src.Column = t.Position.Line, t.Position.Column
	}
	return src
}

// section reads a mapping whose path in the scope is known to hold keys. An empty
// one sets nothing.
func (l *loader) section(src Source, in scope, path string, n ast.Node) {
	if n.Type() == ast.NullType {
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		what := join(in.prefix, path)
		if what == "" {
			what = "the file"
		}
		l.unreadable(at(src, n.GetToken()), join(in.prefix, path), what+` must hold keys, each as "name: value" on a line of its own`)
		return
	}
	for it := m.MapRange(); it.Next(); {
		l.entry(src, in, path, it.KeyValue())
	}
}

func (l *loader) entry(src Source, in scope, section string, e *ast.MappingValueNode) {
	key, ok := e.Key.(*ast.StringNode)
	if !ok {
		l.unreadable(at(src, e.Key.GetToken()), join(in.prefix, section), "this is not the name of a key; "+plainOnly)
		return
	}
	path := join(section, key.Value)
	full, here := join(in.prefix, path), at(src, key.GetToken())
	switch k, file := in.schema.find(path); {
	case k != nil && e.Value.Type() == ast.NullType:
		l.unreadable(here, full, full+` has no value; remove the key, or write "" for an empty one`)
	case k != nil && l.sources[join(in.prefix, k.Path)].Layer == File:
		l.unreadable(here, full, join(in.prefix, k.Path)+" is there twice, itself and as a file; remove one of them")
	case k != nil:
		l.value(src, in, k, file, e.Value)
	case in.schema.holds(path):
		l.section(src, in, path, e.Value)
	default:
		l.unknown(src, in, path, e)
	}
}

// unknown complains about a key that is not there. When it is a secret's name with
// a slip in it, the value is one all the same.
func (l *loader) unknown(src Source, in scope, path string, e *ast.MappingValueNode) {
	if k, _ := in.schema.find(in.schema.meant(path)); k != nil {
		l.hide(k, e.Value)
	}
	l.unreadable(at(src, e.Key.GetToken()), join(in.prefix, in.schema.orMeant(path)), "there is no key "+join(in.prefix, path)+"; "+in.schema.suggest(path, in.prefix))
}

// hide keeps a secret's value out of excerpts.
func (l *loader) hide(k *Key, n ast.Node) {
	if here := at(Source{}, n.GetToken()); k.Secret {
		l.text.hide(here.Line, here.Column, n)
	}
}

const plainOnly = yamlfile.PlainOnly

func (l *loader) value(src Source, in scope, k *Key, file bool, n ast.Node) {
	if !file {
		l.hide(k, n)
	}
	switch k.Kind {
	case List:
		l.list(src, in, k, n)
		return
	case Sections:
		l.items(src, in, k, n)
		return
	}
	here := at(src, n.GetToken())
	text, ok := yamlfile.Scalar(n)
	if !ok {
		l.unreadable(here, join(in.prefix, k.Path), join(in.prefix, k.Path)+" must be a single value; "+plainOnly)
		return
	}
	l.set(in, k, text, file, here)
}

func (l *loader) list(src Source, in scope, k *Key, n ast.Node) {
	here, path := at(src, n.GetToken()), join(in.prefix, k.Path)
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		l.unreadable(here, path, path+` must be a list, like "[10.0.0.0/8, 192.0.2.7]"`)
		return
	}
	var items []string
	for i, item := range seq.Values {
		name := fmt.Sprintf("%s[%d]", path, i)
		text, ok := yamlfile.Scalar(item)
		if !ok {
			l.unreadable(at(src, item.GetToken()), path, name+" must be a single value; "+plainOnly)
			return
		}
		l.sources[name] = at(src, item.GetToken())
		items = append(items, text)
	}
	k.setList(in.value, items)
	l.sources[path] = here
}

// items reads a list of sections; what a section does not say has its default.
func (l *loader) items(src Source, in scope, k *Key, n ast.Node) {
	path := join(in.prefix, k.Path)
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		l.unreadable(at(src, n.GetToken()), path, path+` must be a list of sections, each with "- " before its first key`)
		return
	}
	l.sources[path] = at(src, n.GetToken())
	for i, node := range seq.Values {
		item := scope{schema: k.items, prefix: fmt.Sprintf("%s[%d]", path, i), value: k.newItem()}
		l.sources[item.prefix] = at(src, yamlfile.Start(node))
		l.section(src, item, "", node)
		list := k.field(in.value)
		list.Set(reflect.Append(list, item.value))
	}
}
