package docs

import (
	"slices"
	"testing"
)

func TestCommandIsReadAsTheShellReadsIt(t *testing.T) {
	t.Parallel()
	words, err := Command("a --b \"c d\" \"\" f=\"g h\" \\\n  e")
	if want := []string{"a", "--b", "c d", "", "f=g h", "e"}; err != nil || !slices.Equal(words, want) {
		t.Errorf("read %q and %v, want %q", words, err, want)
	}
	for _, more := range []string{"a $B", "a 'b'", "a | b", "a `b`", `a "$B"`} {
		if words, err := Command(more); err == nil {
			t.Errorf("%q was read as %q", more, words)
		}
	}
}
