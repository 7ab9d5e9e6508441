package config

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"
)

// Setting is a key with its value now, fit to be shown.
type Setting struct {
	Key
	Value  string // a secret is hidden; of a URL, its password
	Source Source
}

// Settings returns every key with its value in c. The keys of a list of sections
// come once for each section, "upstreams[1].issuer"; an empty list comes itself.
func Settings(c Config, s Sources) []Setting {
	all := product.settings(reflect.ValueOf(&c).Elem(), s, "")
	known := map[string]Key{}
	for _, k := range Keys() {
		known[k.Path] = k
	}
	for i := range all {
		k := known[general(all[i].Path)]
		all[i].Default, all[i].Doc, all[i].Changeable = k.Default, k.Doc, k.Changeable
	}
	return all
}

func (s *schema) settings(v reflect.Value, from Sources, prefix string) []Setting {
	var all []Setting
	for _, k := range s.keys {
		one := Setting{Key: k, Value: k.hide(k.get(v))}
		one.Path = join(prefix, k.Path)
		one.Source = from.Of(one.Path)
		if k.Kind != Sections || k.field(v).Len() == 0 {
			all = append(all, one)
			continue
		}
		for i := range k.field(v).Len() {
			all = append(all, k.items.settings(k.field(v).Index(i), from, fmt.Sprintf("%s[%d]", one.Path, i))...)
		}
	}
	return all
}

// Explain returns the setting of one key, or the sentence that says which key
// may have been meant. What is asked about the sections of a list in general,
// "upstreams[].issuer", has no value.
func Explain(c Config, s Sources, path string) (Setting, string) {
	for _, one := range Settings(c, s) {
		if one.Path == path {
			return one, ""
		}
	}
	for _, k := range Keys() {
		if k.Path == path {
			return Setting{Key: k, Source: s.Of(path)}, ""
		}
	}
	return Setting{}, "there is no key " + path + "; " + product.suggest(path, "")
}

var index = regexp.MustCompile(`\[[0-9]+\]`)

// general returns the path under which the documentation has path.
func general(path string) string { return index.ReplaceAllString(path, "[]") }

// hide returns value as it may be shown.
func (k *Key) hide(value string) string {
	switch {
	case !k.Secret || value == "":
		return value
	case k.secretURL:
		return redact(value)
	}
	return stars
}

var passwordParam = regexp.MustCompile(`(?i)((?:ssl)?password|passwd|pwd|passfile)=[^&\s]*`)

// redact hides the password of a URL anywhere in s. Whatever stands between
// "://" and the last "@" of the line counts as one, so that a mistake in a URL
// does not bring its password to light.
func redact(s string) string {
	s = passwordParam.ReplaceAllString(s, "$1="+stars)
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	i := strings.LastIndexByte(rest, '@')
	if i < 0 {
		return s
	}
	user, _, hasPassword := strings.Cut(rest[:i], ":")
	if !hasPassword && url.PathEscape(user) == user {
		return s
	}
	if strings.ContainsAny(user, "@/ ") {
		user = ""
	}
	return scheme + "://" + user + ":" + stars + rest[i:]
}
