package config

import (
	"fmt"
	"reflect"
	"strings"

	"gatehouse/fault"
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

// loader is one reading of all layers into a Config struct.
type loader struct {
	schema   *schema
	root     reflect.Value // the struct
	sources  Sources
	text     *text // the file, for excerpts; nil: none
	problems []Problem
}

// newLoader returns a loader for the Config struct that cfg points to, which
// holds the defaults.
func newLoader(s *schema, cfg any) *loader {
	return &loader{schema: s, root: reflect.ValueOf(cfg).Elem(), sources: Sources{}}
}

// Load reads all layers. The error is an *Error that holds every problem of the
// reading, or, when everything could be read, every problem of the values.
func Load(o Options) (Config, Sources, error) {
	c := Default()
	l := newLoader(product, &c)
	if err := l.read(o); err != nil {
		return Config{}, nil, err
	}
	for path, s := range c.derive() {
		l.sources[path] = s
	}
	if err := l.check(c.Validate()); err != nil {
		return Config{}, nil, err
	}
	return c, l.sources, nil
}

// read reads all layers.
func (l *loader) read(o Options) error {
	env := environmentOf(o.Env)
	if o.File == "" {
		o.File = env.file
	}
	if o.File != "" {
		l.readFile(o.File)
	}
	l.readEnv(env)
	l.readFlags(o)
	return l.failure()
}

// check says where the values come from with which something is wrong.
func (l *loader) check(bad []fault.Field) error {
	for _, f := range bad {
		l.problem(l.sources.nearest(f.Name), f.Name+" "+f.Problem)
	}
	return l.failure()
}

// failure returns the problems so far, nil if there are none.
func (l *loader) failure() error {
	if len(l.problems) == 0 {
		return nil
	}
	return &Error{Problems: l.problems}
}

func (l *loader) readFlags(o Options) {
	for _, f := range o.Flags {
		l.readFlag(f)
	}
	for _, s := range o.Sets {
		path, value, ok := strings.Cut(s, "=")
		if !ok {
			l.problem(Source{Layer: CommandLine, Name: "--set"}, `needs KEY=VALUE, like "session.idle=12h"`)
			continue
		}
		l.readFlag(Flag{Name: "--set " + path, Key: path, Value: value})
	}
}

func (l *loader) readFlag(f Flag) {
	src := Source{Layer: CommandLine, Name: f.Name}
	k, file := l.schema.find(f.Key)
	if k == nil {
		l.problem(src, "there is no key "+f.Key+"; "+l.schema.suggest(f.Key, ""))
		return
	}
	if !file && k.hide(f.Value) != f.Value {
		l.problem(src, k.Path+" must not be given on the command line with a password in it, where others can read it; use the file, "+k.Env+" or "+k.Env+"_FILE")
		return
	}
	l.set(l.whole(), k, f.Value, file, src)
}

// scope is a struct to be filled: the whole, or one section of a list.
type scope struct {
	schema *schema
	prefix string // "upstreams[1]"; empty for the whole
	value  reflect.Value
}

func (l *loader) whole() scope { return scope{schema: l.schema, value: l.root} }

// set sets a key of the scope to text, or to what the file of that name holds.
func (l *loader) set(in scope, k *Key, text string, file bool, src Source) {
	path := join(in.prefix, k.Path)
	if file {
		var err error
		if text, err = readSecret(text); err != nil {
			l.problem(src, err.Error())
			return
		}
	}
	if err := k.set(in.value, text); err != nil {
		l.problem(src, path+" "+err.Error())
		return
	}
	l.sources.replace(path, src)
}

// readSecret reads the file that holds a secret; one newline at its end is not
// part of the value.
func readSecret(name string) (string, error) {
	b, err := readBounded(name)
	if err != nil {
		return "", err
	}
	value := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if value == "" {
		return "", fmt.Errorf("the file %s is empty", name)
	}
	return value, nil
}
