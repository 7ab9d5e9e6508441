// Package wordstest looks into catalogues, and makes one in a language that
// nobody speaks, so that tests see what a page says without asking the catalogue.
package wordstest

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"gatehouse/ui/words"
)

// English returns a copy of the catalogue that others fall back to.
func English() words.Catalogue { return *words.In(context.Background()) }

// Entry is a text of a catalogue: its place, as in "SignIn.Title", and its type.
// The forms of a plural are entries of their own.
type Entry struct {
	Path, Text string
	Type       reflect.Type
}

// Entries returns all texts of c in order, without those that are empty.
func Entries(c words.Catalogue) []Entry {
	var all []Entry
	walk("", reflect.ValueOf(c), func(path string, v reflect.Value) string {
		if v.String() != "" {
			all = append(all, Entry{path, v.String(), v.Type()})
		}
		return v.String()
	})
	return all
}

// PseudoTag names the pseudo language. Its real speakers forgive us.
var PseudoTag = language.MustParse("eo")

// Pseudo returns English in disguise: every entry stands in brackets, is longer,
// and has no plain Latin letter but in its gaps.
func Pseudo() words.Catalogue {
	c := walk("", reflect.ValueOf(English()), func(_ string, v reflect.Value) string { return Disguise(v.String()) }).Interface().(words.Catalogue)
	c.Language = PseudoTag
	return c
}

var gap = regexp.MustCompile(`\{\w+\}`)

// Gaps returns the gaps of text, sorted.
func Gaps(text string) []string {
	all := gap.FindAllString(text, -1)
	slices.Sort(all)
	return all
}

// Disguise returns an entry as Pseudo has it, "" for one that is empty.
func Disguise(text string) string {
	if text == "" {
		return ""
	}
	var b strings.Builder
	rest := text
	for _, at := range gap.FindAllString(text, -1) {
		before, after, _ := strings.Cut(rest, at)
		b.WriteString(strings.Map(wide, before) + at)
		rest = after
	}
	b.WriteString(strings.Map(wide, rest))
	return "⟦" + b.String() + strings.Repeat("~", 1+len(text)/3) + "⟧"
}

// wide turns a Latin letter into its full-width sister.
func wide(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r - '!' + '！'
	}
	return r
}

// walk calls f with every text in v, and returns v with what f returned instead.
func walk(path string, v reflect.Value, f func(path string, text reflect.Value) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(f(path, v))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Type != reflect.TypeFor[language.Tag]() {
				out.Field(i).Set(walk(join(path, v.Type().Field(i).Name), v.Field(i), f))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			out.Index(i).Set(walk(join(path, fmt.Sprint(i)), v.Index(i), f))
		}
	case reflect.Map:
		out.Set(reflect.MakeMap(v.Type()))
		for _, key := range v.MapKeys() {
			out.SetMapIndex(key, walk(join(path, fmt.Sprint(key)), v.MapIndex(key), f))
		}
	}
	return out
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
