package identity

import (
	"encoding/base64"
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
		"meier@localhost":  {Email: "anna.meier@localhost"},
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

// A place in a search is read again whatever somebody is called: else nobody behind them was found.
func TestAPlaceInASearchIsReadAgainWhateverSomebodyIsCalled(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\ufdfa", 100) // eighteen characters each, folded
	for _, u := range []User{
		{ID: "usr_00000000000000000000000001", Name: "x müller " + long, Email: "x@example.test"},
		{ID: "usr_00000000000000000000000001", Name: "müller " + long, Email: "x@example.test"},
		{ID: "usr_00000000000000000000000001", Name: "müller " + strings.Repeat("\U0001F600", 190), Email: "x@example.test"},
	} {
		c := CursorOf(u, "mül")
		if again, ok := ParseUserCursor(c.String()); !ok || again != c || len(c.String()) > 1500 {
			t.Errorf("%q (%d bytes) is read as %v, %v", c.String(), len(c.String()), again, ok)
		}
	}
}

// What is no place of a search is refused, also where it looks like one.
func TestAPlaceThatNoSearchGaveIsNone(t *testing.T) {
	t.Parallel()
	place := func(word string) string {
		return "word." + base64.RawURLEncoding.EncodeToString([]byte(word)) + ".usr_00000000000000000000000001"
	}
	if _, ok := ParseUserCursor(place("sue")); !ok {
		t.Fatal("a place is refused")
	}
	for what, text := range map[string]string{
		"no text": place("a\x00b"), "no characters": place("\xff\xfe"), "too long": place(strings.Repeat("a", maxFolded+1)), "no word": place(""),
		"nobody": "word.c3Vl.", "of no person": "word.c3Vl.grp_1", "another spelling": "word.c3Vm.usr_1.x", "bits to spare": "word.c3V." + "usr_00000000000000000000000001",
	} {
		if c, ok := ParseUserCursor(text); ok {
			t.Errorf("%s: %q is read as %+v", what, text, c)
		}
	}
}
