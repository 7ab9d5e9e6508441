package config

import (
	"net/url"
	"regexp"
	"strings"
)

// Setting is a key with its value now, fit to be shown.
type Setting struct {
	Key
	Value  string // a secret's password is hidden
	Source Source
}

// Settings returns every key with its value in c.
func Settings(c Config, s Sources) []Setting {
	all := Keys()
	settings := make([]Setting, len(all))
	for i, k := range all {
		settings[i] = Setting{Key: k, Value: k.get(&c), Source: s.of(k.Path)}
		if k.Secret {
			settings[i].Value = redact(settings[i].Value)
		}
	}
	return settings
}

func (s Sources) of(path string) Source {
	if src, ok := s[path]; ok {
		return src
	}
	return Source{Kind: Defaulted}
}

// Explain returns the setting of one key, or the sentence that says which key
// may have been meant.
func Explain(c Config, s Sources, path string) (Setting, string) {
	for _, one := range Settings(c, s) {
		if one.Path == path {
			return one, ""
		}
	}
	return Setting{}, "there is no key " + path + "; " + suggest(path)
}

var passwordParam = regexp.MustCompile(`(?i)((?:ssl)?password|passwd|pwd|passfile)=[^&\s"']*`)

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
