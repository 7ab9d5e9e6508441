package identity

import (
	"slices"
	"strings"
	"testing"
)

func TestWordsAreTheLaterPartsOfANameAndAnAddress(t *testing.T) {
	t.Parallel()
	for want, u := range map[string]User{
		"":                   {Email: "ada@localhost"},
		"example.com müller": {Name: "Anna MÜLLER", Email: "anna@example.com"},
		"b.c@x.example.org c@x.example.org example.org x.example.org": {Email: "a.b.c@x.example.org"},
		"boy example.test": {Name: "Page- -boy", Email: "p@example.test"},
	} {
		if got := strings.Join(WordsOf(u), " "); got != want {
			t.Errorf("of %q, %q: %q, want %q", u.Name, u.Email, got, want)
		}
	}
}

func TestWordsOfALongNameAreBounded(t *testing.T) {
	t.Parallel()
	got := WordsOf(User{Name: strings.Repeat("a b ", 40), Email: "a@example.com"})
	if len(got) != MaxWords || !slices.IsSorted(got) {
		t.Errorf("%d words: %v", len(got), got)
	}
}
