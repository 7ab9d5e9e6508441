package id

import (
	"strings"
	"testing"
)

func TestWhatCannotBeANameNamesNothing(t *testing.T) {
	t.Parallel()
	for prefix, read := range map[string]func(string) string{
		"usr_": func(s string) string { return string(UserOf(s)) },
		"ses_": func(s string) string { return string(SessionOf(s)) },
		"int_": func(s string) string { return string(InteractionOf(s)) },
	} {
		if fresh := random(prefix); read(fresh) != fresh {
			t.Errorf("%s is not read", fresh)
		}
		for _, text := range []string{
			"", prefix, strings.Repeat("a", 36), "xxx_" + random("")[:32], prefix + strings.Repeat("a", 1<<20), prefix + strings.Repeat("a", 61),
			prefix + "a b", prefix + "a\x00", prefix + "a\n", prefix + "A", prefix + "ä", " " + prefix + "a", prefix + "'--",
		} {
			if got := read(text); got != "" {
				t.Errorf("%.40q is read as %.40q", text, got)
			}
		}
	}
}
