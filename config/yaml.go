package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFile bounds the configuration file; a larger one is a mistake.
const maxFile = 1 << 20

func (l *loader) readFile(name string) {
	src := Source{Kind: File, Name: name}
	b, err := readBounded(name)
	if err != nil {
		l.problem(src, err.Error())
		return
	}
	l.text = newText(string(b))
	file, err := parse(b)
	if err != nil {
		l.syntax(src, err)
		return
	}
	for i, doc := range file.Docs {
		if i > 0 && doc.Body != nil {
			l.problem(at(src, doc.Body.GetToken()), "the file holds a second document; write everything into one")
			return
		}
		if doc.Body != nil {
			l.section(src, "", doc.Body)
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

// parse reads YAML. The library has panicked on odd input before; whoever
// writes such a file gets an error as well.
func parse(b []byte) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			file, err = nil, errors.New("the file cannot be read as YAML")
		}
	}()
	return parser.ParseBytes(b, 0)
}

func (l *loader) syntax(src Source, err error) {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		l.problem(src, "the file cannot be read as YAML")
		return
	}
	msg, _, _ := strings.Cut(e.GetMessage(), "\n")
	l.problem(at(src, e.GetToken()), msg)
}

// at returns src at the position of t.
func at(src Source, t *token.Token) Source {
	if t != nil && t.Position != nil {
		src.Line, src.Column = t.Position.Line, t.Position.Column
	}
	return src
}

// section reads a mapping whose path is known to hold keys. An empty one sets
// nothing.
func (l *loader) section(src Source, path string, n ast.Node) {
	if n.Type() == ast.NullType {
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		what := "the file"
		if path != "" {
			what = path
		}
		l.problem(at(src, n.GetToken()), what+` must hold keys, each as "name: value" on a line of its own`)
		return
	}
	for it := m.MapRange(); it.Next(); {
		l.entry(src, path, it.KeyValue())
	}
}

func (l *loader) entry(src Source, section string, e *ast.MappingValueNode) {
	key, ok := e.Key.(*ast.StringNode)
	if !ok {
		l.problem(at(src, e.Key.GetToken()), "this is not the name of a key; "+plainOnly)
		return
	}
	path := join(section, key.Value)
	if k := keyPaths[path]; k != nil {
		if e.Value.Type() == ast.NullType {
			l.problem(at(src, key.GetToken()), path+` has no value; remove the key, or write "" for an empty one`)
			return
		}
		l.value(src, k, e.Value)
		return
	}
	if isSection(path) {
		l.section(src, path, e.Value)
		return
	}
	l.problem(at(src, key.GetToken()), "there is no key "+path+"; "+suggest(path))
}

const plainOnly = "anchors, aliases, tags and merges are not used here"

func (l *loader) value(src Source, k *Key, n ast.Node) {
	here := at(src, n.GetToken())
	if k.Secret {
		l.text.hide(here.Line, here.Column, n)
	}
	if k.List {
		l.list(src, k, n)
		return
	}
	text, ok := scalar(n)
	if !ok {
		l.problem(here, k.Path+" must be a single value; "+plainOnly)
		return
	}
	l.set(k, text, here)
}

func (l *loader) list(src Source, k *Key, n ast.Node) {
	here := at(src, n.GetToken())
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		l.problem(here, k.Path+` must be a list, like "[10.0.0.0/8, 192.0.2.7]"`)
		return
	}
	var items []string
	for i, item := range seq.Values {
		text, ok := scalar(item)
		if !ok {
			l.problem(at(src, item.GetToken()), fmt.Sprintf("%s[%d] must be a single value; %s", k.Path, i, plainOnly))
			return
		}
		l.sources[fmt.Sprintf("%s[%d]", k.Path, i)] = at(src, item.GetToken())
		items = append(items, text)
	}
	k.setList(&l.cfg, items)
	l.sources[k.Path] = here
}

// scalar returns a scalar as it was written: a key's own type says what may
// stand there, not YAML's guess.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func isSection(path string) bool {
	for i := range allKeys {
		if strings.HasPrefix(allKeys[i].Path, path+".") {
			return true
		}
	}
	return false
}
