package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/proof"
)

// changeable are the keys that may be changed while Gatehouse runs, each with what the
// code that reads the file does not say against a value; nil: nothing. What is not here
// is read once: listeners, the database, keys, the issuer, proxies and secrets, and
// whatever a stolen session could do more harm with than with the administration it
// opens.
var changeable = map[string]func(value string) string{
	"session.idle":            nil,
	"session.absolute":        nil,
	"signin.mfa":              notNobody,
	"signin.interaction_ttl":  nil,
	"signin.fresh":            nil,
	"signin.help_text":        nil,
	"signin.help_url":         nil,
	"passwords.min_length":    nil,
	"tokens.access_token_ttl": nil,
	"tokens.id_token_ttl":     nil,
	"tokens.refresh_idle":     nil,
	"tokens.refresh_absolute": nil,
	"audit.retention":         nil,
	"brand.name":              nil,
	"brand.accent":            nil,
}

// notNobody keeps from the network what would let administrators act by a password
// alone: that is decided by who can write to the machine.
func notNobody(value string) string {
	if value == string(proof.MFANobody) {
		return `may be set to "nobody" only in the file, by a variable or by a flag`
	}
	return ""
}

// MaxStored bounds a value in the database, in bytes.
const MaxStored = 4096

// Changeable returns the keys that may be changed while Gatehouse runs, in their order.
func Changeable() []string { return slices.Sorted(maps.Keys(changeable)) }

// Known reports whether there is a key, and whether it may be changed while Gatehouse
// runs.
func Known(key string) (is, changes bool) {
	k, file := product.find(key)
	_, changes = changeable[key]
	return k != nil && !file, changes
}

// Stored is what the database holds of a key.
type Stored struct{ Key, Value string }

// Unusable is what the database holds and nobody can use, such as a value of a newer
// version.
type Unusable struct{ Key, Problem string }

// Fixed returns where the value of key comes from if nothing in the database counts
// beside it: the file, a variable, a flag, or the program that began with this value.
func (c *Config) Fixed(key string) (Source, bool) {
	switch src := c.Sources.Of(key); src.Layer {
	case File, Environment, CommandLine:
		return src, true
	case Defaulted:
		def := Default()
		k, _ := product.find(key)
		if k != nil && k.get(reflect.ValueOf(c).Elem()) != k.get(reflect.ValueOf(&def).Elem()) {
			return Source{Layer: CommandLine, Name: "the program that started this process"}, true
		}
	}
	return Source{}, false
}

// Over returns c with what the database holds between the defaults and the file, and
// what of it is left out. Whatever the rows say, what comes back can be used as well as
// c: where the whole breaks a rule, no row of that section counts, the same on every
// replica with the same file.
func Over(c Config, rows []Stored) (Config, []Unusable) {
	rows, left := c.readable(rows)
	for {
		whole := c.with(rows)
		bad := c.spoiled(&whole)
		var kept []Stored
		for _, r := range rows {
			if p := about(bad, r.Key); p != "" {
				left = append(left, Unusable{r.Key, p})
			} else {
				kept = append(kept, r)
			}
		}
		if len(kept) == len(rows) {
			slices.SortFunc(left, func(a, b Unusable) int { return strings.Compare(a.Key, b.Key) })
			return whole, left
		}
		rows = kept
	}
}

// Refusals says what would be wrong with a key if the database held rows, "" for nothing.
// What is wrong elsewhere already is no reason.
func (c *Config) Refusals(rows []Stored, key string) string {
	usable, left := c.readable(rows)
	for _, l := range left {
		if l.Key == key {
			return l.Problem
		}
	}
	whole := c.with(usable)
	return about(c.spoiled(&whole), key)
}

// spoiled is what is wrong with whole and not with c.
func (c *Config) spoiled(whole *Config) []fault.Field {
	before := c.Validate()
	return slices.DeleteFunc(whole.Validate(), func(f fault.Field) bool { return slices.Contains(before, f) })
}

// readable are the rows of keys that may be changed and that nothing else sets, as far as
// their values can be read, in the order of their keys.
func (c *Config) readable(rows []Stored) (usable []Stored, left []Unusable) {
	for _, r := range slices.SortedFunc(slices.Values(rows), func(a, b Stored) int { return strings.Compare(a.Key, b.Key) }) {
		if _, fixed := c.Fixed(r.Key); fixed {
			continue
		}
		if p := c.unreadable(r); p != "" {
			left = append(left, Unusable{r.Key, p})
			continue
		}
		usable = append(usable, r)
	}
	return usable, left
}

func (c *Config) unreadable(r Stored) string {
	more, changes := changeable[r.Key]
	if !changes {
		return "is no key that may be changed while Gatehouse runs"
	}
	if len(r.Value) > MaxStored {
		return "is longer than a setting may be"
	}
	k, _ := product.find(r.Key)
	scratch := *c
	if err := k.set(reflect.ValueOf(&scratch).Elem(), r.Value); err != nil {
		return err.Error()
	}
	if more == nil {
		return ""
	}
	return more(r.Value)
}

// with is c with rows that can be read.
func (c *Config) with(rows []Stored) Config {
	whole := *c
	whole.Sources = maps.Clone(c.Sources)
	if whole.Sources == nil {
		whole.Sources = Sources{}
	}
	for _, r := range rows {
		k, _ := product.find(r.Key)
		_ = k.set(reflect.ValueOf(&whole).Elem(), r.Value) // readable has done it once
		whole.Sources[r.Key] = Source{Layer: Database}
	}
	return whole
}

// about returns what is wrong with key, else with its section, "" for nothing.
func about(bad []fault.Field, key string) (problem string) {
	for _, f := range bad {
		if f.Name == key {
			return f.Problem
		}
		if problem == "" && section(f.Name) == section(key) {
			problem = "does not fit the rest: " + f.Name + " " + f.Problem
		}
	}
	return problem
}
