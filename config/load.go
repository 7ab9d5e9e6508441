package config

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gatehouse/fault"
)

// Options says where the configuration comes from. Later layers win: defaults,
// file, environment, flags. What the database holds comes between the first two (Over).
type Options struct {
	File  string   // a YAML file; empty: the one GATEHOUSE_CONFIG names, else none
	Env   []string // NAME=value, as os.Environ returns them
	Flags []Flag   // the flags that stand for one key
	// Files, if set, looks at the files that the configuration names, and says what
	// is wrong with them by the keys.
	Files func(Config) []fault.Field
	Sets  []string // KEY=value, the values of --set; they come last
}

// Flag is a command line flag that stands for a key.
type Flag struct{ Name, Key, Value string }

// loader is one reading of all layers into a Config struct.
type loader struct {
	schema   *schema
	bad      []string      // the keys that could not be read
	root     reflect.Value // the struct
	sources  Sources
	unread   bool  // the file could not be read at all
	text     *text // the file, for excerpts; nil: none
	problems []Problem
}

// newLoader returns a loader for the Config struct that cfg points to, which
// holds the defaults.
func newLoader(s *schema, cfg any) *loader {
	return &loader{schema: s, root: reflect.ValueOf(cfg).Elem(), sources: Sources{}}
}

// Load reads all layers. The error is an *Error that holds every problem there is:
// of the reading, of the values, and of the files that o.Files looks at.
func Load(o Options) (Config, Sources, error) {
	c := Default()
	l := newLoader(product, &c)
	l.read(o)
	for path, s := range c.derive() {
		l.sources[path] = s
	}
	l.check(c.Validate())
	if o.Files != nil {
		l.check(o.Files(c))
	}
	if err := l.failure(); err != nil {
		return Config{}, nil, err
	}
	c.Sources = l.sources
	return c, l.sources, nil
}

// read reads all layers.
func (l *loader) read(o Options) {
	env := environmentOf(o.Env)
	if o.File == "" {
		o.File = env.file
	}
	if o.File != "" {
		l.readFile(o.File)
	}
	l.readEnv(env)
	l.readFlags(o)
}

// check says where the values come from with which something is wrong. What may
// only follow from something that could not be read is left for the next time:
// beside a slip in one key of a section the others are not what was meant.
func (l *loader) check(bad []fault.Field) {
	if l.unread {
		return
	}
	for _, f := range bad {
		if !l.follows(f.Name) {
			l.problem(l.sources.nearest(f.Name), f.Name+" "+f.Problem)
		}
	}
}

// follows reports whether what is wrong with path may come of a key that could not
// be read: one of its section, or for the issuer, which follows from others, any
// of those.
func (l *loader) follows(path string) bool {
	return slices.ContainsFunc(l.bad, func(key string) bool {
		if path == "issuer" && (section(key) == "listen" || section(key) == "tls" || key == "insecure_http_issuer_for_tests") {
			return true
		}
		return section(key) == section(path)
	})
}

// section returns the first part of a path, without the index of a list.
func section(path string) string {
	first, _, _ := strings.Cut(path, ".")
	first, _, _ = strings.Cut(first, "[")
	return first
}

// unreadable is problem for a key that could not be read, or one that somebody
// most likely meant.
func (l *loader) unreadable(src Source, key, text string) {
	l.bad, l.unread = append(l.bad, key), l.unread || key == ""
	l.problem(src, text)
}

// failure returns the problems so far, nil if there are none. Those of the file
// stand as in it: who mends them goes through it once.
func (l *loader) failure() error {
	if len(l.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(l.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Source.Line, b.Source.Line), cmp.Compare(a.Source.Column, b.Source.Column))
	})
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
		l.unreadable(src, l.schema.orMeant(f.Key), "there is no key "+f.Key+"; "+l.schema.suggest(f.Key, ""))
		return
	}
	if !file && k.hide(f.Value) != f.Value {
		l.unreadable(src, k.Path, k.Path+" must not be given on the command line with a password in it, where others can read it; use the file, "+k.Env+" or "+k.Env+"_FILE")
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
			l.unreadable(src, path, err.Error())
			return
		}
	}
	if err := k.set(in.value, text); err != nil {
		l.unreadable(src, path, path+" "+err.Error())
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
