package demo

import (
	"bytes"
	"regexp"
	"testing"
)

// What is no terminal gets a line for each part, once it is done.
func TestTheProgressOfPartsIsALineEach(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := newBar(&out)
	for _, done := range []int{0, 500, 1000} {
		b.show("people", done, 1000)
	}
	b.show("roles", 3, 3)
	b.end()
	want := regexp.MustCompile(`\A  people +1000, 0s\n  roles +3, 0s\n\z`)
	if !want.MatchString(out.String()) {
		t.Errorf("it says %q", out.String())
	}
}
