package secret

import (
	"strings"
	"testing"
)

func TestBoxOpensWhatItSealedAndNothingElse(t *testing.T) {
	t.Parallel()
	box, other := NewBox([]byte(strings.Repeat("k", 32))), NewBox([]byte(strings.Repeat("o", 32)))
	text, err := box.Seal([]byte("the question"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := box.Seal([]byte("the question"))
	if err != nil || again == text {
		t.Errorf("sealed twice: %q, %v", again, err)
	}
	if salt := text[:20]; again[:20] == salt {
		t.Errorf("two values have the key of the salt %s", salt)
	}
	if plain, err := box.Open(text); err != nil || string(plain) != "the question" {
		t.Errorf("opened %q, %v", plain, err)
	}
	if plain, err := other.Open(text); err == nil {
		t.Errorf("another key opens %q", plain)
	}
	for i := range text {
		changed := text[:i] + string(text[i]^1) + text[i+1:]
		if plain, err := box.Open(changed); err == nil {
			t.Errorf("with character %d changed it opens: %q", i, plain)
		}
	}
	for _, rubbish := range []string{"", "a", "YQ", text[:20], text + "A", text + "=", " " + text} {
		if plain, err := box.Open(rubbish); err == nil {
			t.Errorf("%q opens: %q", rubbish, plain)
		}
	}
}
