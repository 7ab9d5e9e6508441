package config

import (
	"fmt"
	"strings"
)

// Options says where the configuration comes from. Later layers win: defaults,
// file, environment, flags.
type Options struct {
	File  string   // a YAML file; empty: the one GATEHOUSE_CONFIG names, else none
	Env   []string // NAME=value, as os.Environ returns them
	Flags []Flag   // the flags that stand for one key
	Sets  []string // KEY=value, the values of --set; they come last
}

// Flag is a command line flag that stands for a key.
type Flag struct{ Name, Key, Value string }

// Kind says from which layer a value came.
type Kind string

// The layers.
const (
	Defaulted   Kind = "default"
	Derived     Kind = "derived" // it follows from the key that Name says
	File        Kind = "file"
	Environment Kind = "environment"
	CommandLine Kind = "flag"
)

// Source says where a value came from.
type Source struct {
	Kind   Kind
	Name   string // the file, variable, flag, or key
	Line   int    // in a file
	Column int    // in characters, from 1
}

// String returns the source as a person would say it.
func (s Source) String() string {
	switch s.Kind {
	case Derived:
		return "follows from " + s.Name
	case File:
		return fmt.Sprintf("%s:%d", s.Name, s.Line)
	case Environment, CommandLine:
		return s.Name
	}
	return "default"
}

// Sources says for each key where its value came from; a key that is missing
// has its default. List items have entries of their own ("trusted_proxies[1]").
type Sources map[string]Source

// loader is one reading of all layers.
type loader struct {
	cfg      Config
	sources  Sources
	text     *text // the file, for excerpts; nil: none
	problems []Problem
}

// Load reads all layers. The error is an *Error that holds every problem of the
// reading, or, when everything could be read, every problem of the values.
func Load(o Options) (Config, Sources, error) {
	l := &loader{cfg: Default(), sources: Sources{}}
	env := l.environment(o.Env)
	if o.File == "" {
		o.File = env.file
	}
	if o.File != "" {
		l.readFile(o.File)
	}
	l.readEnv(env)
	l.readFlags(o)
	if len(l.problems) > 0 {
		return Config{}, nil, &Error{Problems: l.problems}
	}
	for path, s := range l.cfg.derive() {
		l.sources[path] = s
	}
	for _, f := range l.cfg.Validate() {
		l.problem(l.sourceOf(f.Name), f.Name+" "+f.Problem)
	}
	if len(l.problems) > 0 {
		return Config{}, nil, &Error{Problems: l.problems}
	}
	return l.cfg, l.sources, nil
}

// sourceOf returns the source of name, or of the list that holds it.
func (l *loader) sourceOf(name string) Source {
	if s, ok := l.sources[name]; ok {
		return s
	}
	list, _, _ := strings.Cut(name, "[")
	return l.sources[list]
}

func (l *loader) readFlags(o Options) {
	for _, f := range o.Flags {
		l.readFlag(f)
	}
	for _, s := range o.Sets {
		path, value, ok := strings.Cut(s, "=")
		if !ok {
			l.problem(Source{Kind: CommandLine, Name: "--set"}, `needs KEY=VALUE, like "session.idle=12h"`)
			continue
		}
		l.readFlag(Flag{Name: "--set " + path, Key: path, Value: value})
	}
}

func (l *loader) readFlag(f Flag) {
	src := Source{Kind: CommandLine, Name: f.Name}
	k := keyPaths[f.Key]
	if k == nil {
		l.problem(src, "there is no key "+f.Key+"; "+suggest(f.Key))
		return
	}
	if k.Secret && redact(f.Value) != f.Value {
		l.problem(src, k.Path+" must not be given on the command line with a password in it, where others can read it; use the file, "+k.Env+" or "+k.Env+"_FILE")
		return
	}
	l.set(k, f.Value, src)
}

func (l *loader) set(k *Key, value string, src Source) {
	if err := k.set(&l.cfg, value); err != nil {
		l.problem(src, k.Path+" "+err.Error())
		return
	}
	l.forgetItems(k.Path)
	l.sources[k.Path] = src
}

// forgetItems drops the sources of list items that a later layer replaces.
func (l *loader) forgetItems(path string) {
	for name := range l.sources {
		if strings.HasPrefix(name, path+"[") {
			delete(l.sources, name)
		}
	}
}
