package identity

import (
	"strings"
	"testing"
)

func TestCursorsOfPeopleComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	for _, c := range []UserCursor{{}, {Email: "ada@example.test"}, {Email: "a.b@example.test", Name: "ada, \"the\" first. 名"}} {
		if got, ok := ParseUserCursor(c.String()); !ok || got != c {
			t.Errorf("%q is read as %+v (%v), want %+v", c, got, ok, c)
		}
	}
	for _, s := range []string{
		"ada@example.test", "YQ==", "YQ.", "YQ.YQ.YQ", ".", "AA", UserCursor{Email: strings.Repeat("a", 2000)}.String(),
		UserCursor{Email: "a", Name: strings.Repeat("a", 2000)}.String(),
	} {
		if c, ok := ParseUserCursor(s); ok {
			t.Errorf("%.40q was taken for %.40v", s, c)
		}
	}
}

// What somebody looks for is bounded before it is folded, and found however it is
// written.
func TestSearchesFoldAsNamesAndEmailsDo(t *testing.T) {
	t.Parallel()
	for search, want := range map[string][2]string{
		"ADA":                              {"ada", "ada"},
		" Ａda ":                            {"ada", "ada"},
		"ada@BÜCHER.example":               {"ada@xn--bcher-kva.example", "ada@bücher.example"},
		"İpek":                             {"ipek", "ipek"},
		"":                                 {"", ""},
		"\x00":                             {"", ""},
		strings.Repeat("\ufdfa", 1_000_00): {"", ""},
	} {
		if email, name := SearchKeys(search); email != want[0] || name != want[1] {
			t.Errorf("%.40q: emails begin with %q and names with %q, want %q", search, email, name, want)
		}
	}
}
