package store

import (
	"slices"
	"testing"
)

// What is written as a list comes back as that list, whichever way it is read.
func TestListsComeBack(t *testing.T) {
	t.Parallel()
	for _, list := range [][]string{
		nil,
		{""},
		{"", ""},
		{"openid"},
		{"openid", "offline_access"},
		{`a"b`, "c"},
		{`a","b`},
		{`back\slash`, `tail\`},
		{"<html> & 'quotes'", "\u2028", "ünï"},
		{"[", "]", `["`},
	} {
		var got []string
		if err := (wordsIn{&got}).Scan(words(list)); err != nil || !slices.Equal(got, list) {
			t.Errorf("%q was written as %s and came back as %q, %v", list, words(list), got, err)
		}
	}
	for text, want := range map[string][]string{`[ "a", "b" ]`: {"a", "b"}, `["a", "b"]`: {"a", "b"}, `[]`: nil} {
		var got []string
		if err := (wordsIn{&got}).Scan(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s came back as %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "[", `["`, `["]`, `["a"`, `["a""b"]`, `["a",]`, "null x", `{"a":1}`} {
		var got []string
		if err := (wordsIn{&got}).Scan(text); err == nil {
			t.Errorf("%s was taken for the list %q", text, got)
		}
	}
}
