package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Prefix begins the name of every environment variable of Gatehouse.
const Prefix = "GATEHOUSE_"

// Kind says what may stand as a key's value.
type Kind string

// The kinds.
const (
	Text     Kind = "text"
	Number   Kind = "number"
	Duration Kind = "duration"
	Boolean  Kind = "boolean"
	List     Kind = "list"             // several texts: a list in YAML, commas elsewhere
	Sections Kind = "list of sections" // several structs; in the file only
)

// Key is one thing that can be configured.
type Key struct {
	Path    string // "session.idle"; "upstreams[].issuer" for a key of each section of a list
	Env     string // "GATEHOUSE_SESSION_IDLE"; empty for what stands in the file only
	Kind    Kind
	Secret  bool   // never shown; a key with _file at its end names a file that holds it
	Default string // as it would be written; empty when it is derived or unset
	Doc     string // one paragraph
	// Changeable keys may be changed while Gatehouse runs, where nothing but the default
	// sets them.
	Changeable bool

	// Struct and Field say where the key is declared, for config/gen.
	Struct reflect.Type
	Field  string

	secretURL bool // a secret of which all but the password may be shown
	index     []int
	item      reflect.Type // of Sections: the struct of one of them,
	items     *schema      // and its keys
}

// schema is the keys of one Config struct, found by reflection. The paths of a
// list's items begin anew in a schema of their own.
type schema struct {
	keys  []Key
	paths map[string]*Key
}

// schemaOf walks a Config struct. A field without a tag, or of a type that
// cannot be written in a file, is a programmer's mistake, and so are two keys of
// one name.
func schemaOf(t reflect.Type) *schema {
	s := &schema{keys: collect(t, "", nil), paths: map[string]*Key{}}
	for i := range s.keys {
		k := &s.keys[i]
		for _, name := range k.names() {
			if s.paths[name] != nil {
				panic(fmt.Sprintf("config: %s has two keys %s", t, name))
			}
			s.paths[name] = k
		}
	}
	return s
}

// fileSuffix ends the name of a key that names the file of a secret's value.
const fileSuffix = "_file"

// names returns the paths under which k may stand.
func (k *Key) names() []string {
	if k.Secret {
		return []string{k.Path, k.Path + fileSuffix}
	}
	return []string{k.Path}
}

// find returns the key of a path, nil if there is none, and whether the value
// names a file that holds the key's.
func (s *schema) find(path string) (k *Key, file bool) {
	k = s.paths[path]
	return k, k != nil && k.Path != path
}

// hidden returns the names of the keys whose values are never shown at all.
func (s *schema) hidden() []string {
	var names []string
	for i := range s.keys {
		switch k := &s.keys[i]; {
		case k.Kind == Sections:
			names = append(names, k.items.hidden()...)
		case k.Secret && !k.secretURL:
			names = append(names, k.Path[strings.LastIndexByte(k.Path, '.')+1:])
		}
	}
	return names
}

// holds reports whether path is a section of s.
func (s *schema) holds(path string) bool {
	for i := range s.keys {
		if strings.HasPrefix(s.keys[i].Path, path+".") {
			return true
		}
	}
	return false
}

func collect(t reflect.Type, prefix string, index []int) []Key {
	var keys []Key
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("setting"), ",")
		if name == "-" { // it is about the keys, and none
			continue
		}
		at := append(append([]int(nil), index...), i)
		if f.Type.Kind() == reflect.Struct {
			keys = append(keys, collect(f.Type, join(prefix, name), at)...)
			continue
		}
		kind := kindOf(f.Type)
		if name == "" || kind == "" {
			panic(fmt.Sprintf("config: %s.%s cannot be a key", t, f.Name))
		}
		k := Key{
			Path: join(prefix, name), Kind: kind, Secret: option == "secret" || option == "secret-url", secretURL: option == "secret-url",
			Struct: t, Field: f.Name, index: at,
		}
		if kind == Sections {
			k.item, k.items = f.Type.Elem(), schemaOf(f.Type.Elem())
		} else {
			k.Env = envName(k.Path)
		}
		keys = append(keys, k)
	}
	return keys
}

func envName(path string) string {
	return Prefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

var durationType = reflect.TypeFor[time.Duration]()

// kindOf returns the kind of values of type t, "" for what cannot be written.
func kindOf(t reflect.Type) Kind {
	if t == durationType {
		return Duration
	}
	switch t.Kind() {
	case reflect.String:
		return Text
	case reflect.Int, reflect.Uint32:
		return Number
	case reflect.Bool:
		return Boolean
	case reflect.Slice:
		if t.Elem() == reflect.TypeFor[string]() {
			return List
		}
		if t.Elem().Kind() == reflect.Struct {
			return Sections
		}
	}
	return ""
}

// flat returns the keys with those of list items behind their list, and the
// defaults that they have in v, a Config struct.
func (s *schema) flat(v reflect.Value, prefix string) []Key {
	var keys []Key
	for _, k := range s.keys {
		k.Default = k.get(v)
		k.Path = join(prefix, k.Path)
		_, k.Changeable = changeable[k.Path]
		if prefix != "" {
			k.Env = ""
		}
		keys = append(keys, k)
		if k.Kind == Sections {
			keys = append(keys, k.items.flat(k.newItem(), k.Path+"[]")...)
		}
	}
	return keys
}
