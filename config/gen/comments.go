package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"unicode"

	"gatehouse/config"
)

// comments returns the documentation of every key by its path, read from the
// source of the struct that declares it.
func comments(root string) (map[string]string, error) {
	packages := map[string]map[string]string{}
	docs := map[string]string{}
	for _, k := range config.Keys() {
		path := k.Struct.PkgPath()
		if packages[path] == nil {
			dir := filepath.Join(root, strings.TrimPrefix(path, "gatehouse/"))
			fields, err := fieldComments(dir)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", dir, err)
			}
			packages[path] = fields
		}
		docs[k.Path] = sentence(k.Field, packages[path][k.Struct.Name()+"."+k.Field])
	}
	return docs, nil
}

// fieldComments returns the comments of all struct fields of the package in
// dir, by "Type.Field".
func fieldComments(dir string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	fields := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if t, ok := n.(*ast.TypeSpec); ok {
				addFields(fields, t)
			}
			return true
		})
	}
	return fields, nil
}

func addFields(fields map[string]string, t *ast.TypeSpec) {
	s, ok := t.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range s.Fields.List {
		for _, n := range f.Names {
			fields[t.Name.Name+"."+n.Name] = f.Doc.Text()
		}
	}
}

// sentence turns a Go comment, which begins with the field's name, into one for
// people who do not read the code: "Idle is how long…" becomes "How long…".
func sentence(field, comment string) string {
	s := strings.Join(strings.Fields(comment), " ")
	s = strings.TrimPrefix(s, field+" ")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "is "), "are ")
	if s == "" {
		return ""
	}
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}
