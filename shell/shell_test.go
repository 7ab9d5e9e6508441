package shell

import (
	"slices"
	"testing"
)

func TestCommandIsReadAsTheShellReadsIt(t *testing.T) {
	t.Parallel()
	words, err := Words("a --b \"c d\" \"\" f=\"g h\" \\\n  e")
	if want := []string{"a", "--b", "c d", "", "f=g h", "e"}; err != nil || !slices.Equal(words, want) {
		t.Errorf("read %q and %v, want %q", words, err, want)
	}
	for _, more := range []string{"a $B", "a 'b'", "a | b", "a `b`", `a "$B"`} {
		if words, err := Words(more); err == nil {
			t.Errorf("%q was read as %q", more, words)
		}
	}
}

func TestCommandsToCopyAreQuoted(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"":                               "''",
		"https://app.example.test/cb":    "https://app.example.test/cb",
		"http://localhost/cb?a=1&b=$(x)": "'http://localhost/cb?a=1&b=$(x)'",
		"it's":                           `'it'\''s'`,
	} {
		if got := Line("run", word); got != "run "+want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
}
