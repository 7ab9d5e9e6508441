package config

import (
	"fmt"
	"strings"
)

// Layer is where a value came from.
type Layer string

// The layers.
const (
	Defaulted   Layer = "default"
	Derived     Layer = "derived" // it follows from the key that Name says
	Database    Layer = "database"
	File        Layer = "file"
	Environment Layer = "environment"
	CommandLine Layer = "flag"
)

// Source says where a value came from.
type Source struct {
	Layer  Layer
	Name   string // the file, variable, flag, or key
	Line   int    // in a file
	Column int    // in characters, from 1
}

// String returns the source as a person would say it.
func (s Source) String() string {
	switch s.Layer {
	case Derived:
		return "follows from " + s.Name
	case Database:
		return "the database"
	case File:
		return fmt.Sprintf("%s:%d", s.Name, s.Line)
	case Environment, CommandLine:
		return s.Name
	}
	return "default"
}

// Sources says for each key where its value came from; a key that is missing
// has its default. The items of a list have entries of their own
// ("trusted_proxies[1]", "upstreams[1].issuer").
type Sources map[string]Source

// Of returns where the value of path came from.
func (s Sources) Of(path string) Source {
	if src, ok := s[path]; ok {
		return src
	}
	return Source{Layer: Defaulted}
}

// nearest returns the source of path, or of what holds it: a key that is missing
// in an item of a list is shown at the item.
func (s Sources) nearest(path string) Source {
	for path != "" {
		if src, ok := s[path]; ok {
			return src
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return Source{}
}

// replace notes where path came from, and forgets the items that an earlier layer
// gave it.
func (s Sources) replace(path string, src Source) {
	for name := range s {
		if strings.HasPrefix(name, path+"[") {
			delete(s, name)
		}
	}
	s[path] = src
}
