package part

import (
	"strings"
	"testing"

	"gatehouse/ui/words"
)

// A command of several lines is copied as it is: script takes the white space of what is not whole
// together. It is called by its first line.
func TestACommandOfSeveralLinesIsCopiedWhole(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	ctx := words.With(t.Context(), words.Shipped().Named("en"))
	if err := Command("same", "gatehouse a\ngatehouse b").Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"data-part data-whole>gatehouse a\ngatehouse b</code>", `aria-label="Copy gatehouse a"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the command lacks %s:\n%s", want, b.String())
		}
	}
}
