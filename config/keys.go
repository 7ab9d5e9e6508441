package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gatehouse/setting"
)

// Prefix begins the name of every environment variable of Gatehouse.
const Prefix = "GATEHOUSE_"

// Key is one thing that can be configured.
type Key struct {
	Path    string // "session.idle"
	Env     string // "GATEHOUSE_SESSION_IDLE"
	Secret  bool   // never shown; GATEHOUSE_…_FILE names a file that holds it
	List    bool   // several values: a list in YAML, commas elsewhere
	Default string // as it would be written; empty when it is derived or unset
	Doc     string // one paragraph

	// Struct and Field say where the key is declared, for config/gen.
	Struct reflect.Type
	Field  string

	index []int
}

var (
	allKeys  = collect(reflect.TypeFor[Config](), "", nil)
	keyPaths = indexKeys(allKeys)
)

// Keys returns every key, in the order of the structs.
func Keys() []Key {
	keys := make([]Key, len(allKeys))
	def := Default()
	for i, k := range allKeys {
		k.Default = k.get(&def)
		k.Doc = docs[k.Path]
		keys[i] = k
	}
	return keys
}

func indexKeys(keys []Key) map[string]*Key {
	m := make(map[string]*Key, len(keys))
	for i := range keys {
		m[keys[i].Path] = &keys[i]
	}
	return m
}

// collect walks a Config struct. A field without a tag, or of a type that
// cannot be written in a file, is a programmer's mistake.
func collect(t reflect.Type, prefix string, index []int) []Key {
	var keys []Key
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("setting"), ",")
		at := append(append([]int(nil), index...), i)
		if f.Type.Kind() == reflect.Struct {
			keys = append(keys, collect(f.Type, strings.TrimPrefix(prefix+"."+name, "."), at)...)
			continue
		}
		path := join(prefix, name)
		if name == "" || !settable(f.Type) {
			panic(fmt.Sprintf("config: %s.%s cannot be a key", t, f.Name))
		}
		keys = append(keys, Key{
			Path:   path,
			Env:    Prefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_")),
			Secret: opts == "secret",
			List:   f.Type.Kind() == reflect.Slice,
			Struct: t,
			Field:  f.Name,
			index:  at,
		})
	}
	return keys
}

var durationType = reflect.TypeFor[time.Duration]()

func settable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Uint32:
		return true
	case reflect.Slice:
		return t.Elem().Kind() == reflect.String
	}
	return t == durationType
}

// set reads text into the field of c. The error is a sentence that continues
// the key's name, and does not repeat the text.
func (k *Key) set(c *Config, text string) error {
	v := reflect.ValueOf(c).Elem().FieldByIndex(k.index)
	if v.Type() == durationType {
		d, err := setting.ParseDuration(text)
		if err != nil {
			return err
		}
		v.SetInt(int64(d))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Slice:
		v.Set(reflect.ValueOf(splitList(text)))
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errNumber
		}
		v.SetInt(int64(n))
	case reflect.Uint32:
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return errNumber
		}
		v.SetUint(n)
	}
	return nil
}

var errNumber = fmt.Errorf(`is not a whole number; write one like "16"`)

func (k *Key) setList(c *Config, list []string) {
	reflect.ValueOf(c).Elem().FieldByIndex(k.index).Set(reflect.ValueOf(list))
}

// get writes the field of c as set would read it.
func (k *Key) get(c *Config) string {
	v := reflect.ValueOf(c).Elem().FieldByIndex(k.index)
	if v.Type() == durationType {
		return setting.FormatDuration(time.Duration(v.Int()))
	}
	if v.Kind() == reflect.Slice {
		return strings.Join(v.Interface().([]string), ",")
	}
	return fmt.Sprint(v.Interface())
}

// splitList cuts at commas and drops empty parts.
func splitList(s string) []string {
	var list []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
