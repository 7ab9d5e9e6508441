// Package yamlfile is what the readers of YAML share: a parser that never panics, values
// as they were written, excerpts with a caret, and the nearest name to one with a slip.
package yamlfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// PlainOnly is said where something stands that is no plain value.
const PlainOnly = "anchors, aliases, tags and merges are not used here"

// Parse reads YAML. The library has panicked on odd input before; whoever writes such a
// file gets an error as well.
func Parse(b []byte) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			file, err = nil, errors.New("the file cannot be read as YAML")
		}
	}()
	return parser.ParseBytes(b, 0)
}

// Syntax says what is wrong with text that Parse refused, and where; a nil token is
// nowhere.
func Syntax(err error) (message string, at *token.Token) {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		return "the file cannot be read as YAML", nil
	}
	message, _, _ = strings.Cut(e.GetMessage(), "\n")
	return message, e.GetToken()
}

// Scalar returns a scalar as it was written: who reads it says what may stand there, not
// YAML's guess.
func Scalar(n ast.Node) (string, bool) {
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

// Start returns where a node begins: a mapping's own token is its first colon.
func Start(n ast.Node) *token.Token {
	if m, ok := n.(ast.MapNode); ok {
		if it := m.MapRange(); it.Next() {
			return it.Key().GetToken()
		}
	}
	return n.GetToken()
}

// Excerpt draws a caret under a place, and the line before it. Show returns the lines
// from 1 to count as they may be shown.
func Excerpt(show func(n int) string, count, line, column int) string {
	if line < 1 || line > count {
		return ""
	}
	var b strings.Builder
	if line > 1 {
		fmt.Fprintf(&b, "  %3d | %s\n", line-1, show(line-1))
	}
	shown := show(line)
	fmt.Fprintf(&b, "> %3d | %s\n        ", line, shown)
	for i, r := range []rune(shown) {
		if i >= column-1 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	b.WriteByte('^')
	return b.String()
}
