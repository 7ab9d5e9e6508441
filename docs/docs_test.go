package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseReadsCodesGroupsAndParagraphs(t *testing.T) {
	t.Parallel()
	got := parse("# Title\n\nIntroduction.\n\n- [A](#a)\n\n## First\n\n### a.b\n\nOne `x`\nline; see\n[that page](page.md#x).\n\nTwo.\n\n### a.c\n\nThree.\n## Second\n### d.e\nFour.")
	want := []Problem{
		{"a.b", "First", []string{"One `x` line; see that page.", "Two."}},
		{"a.c", "First", []string{"Three."}},
		{"d.e", "Second", []string{"Four."}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

var inCode = regexp.MustCompile("`[^`]*`")

// The page shows words and `code`. Whoever writes more into a section must
// teach the page to show it.
func TestProblemsHoldNothingThatThePageCannotShow(t *testing.T) {
	t.Parallel()
	all := Problems()
	if len(all) < 50 {
		t.Fatalf("only %d problems were found", len(all))
	}
	for _, p := range all {
		if again, ok := ProblemOf(p.Code); !ok || again.Group == "" || len(p.Paragraphs) == 0 {
			t.Errorf("%s says nothing", p.Code)
		}
		for _, said := range p.Paragraphs {
			words := inCode.ReplaceAllString(said, "") // code is shown as it stands
			if strings.Contains(words, "`") || strings.ContainsAny(words, "*[]|<>#") || strings.HasPrefix(said, "- ") {
				t.Errorf("%s holds more than words and code: %s", p.Code, said)
			}
		}
	}
	if _, ok := ProblemOf("no.such"); ok {
		t.Error("a code that nobody explains was found")
	}
}
