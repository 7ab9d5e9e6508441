package identity

import (
	"context"
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

// asked is a store that notes how many people it is asked for.
type asked struct {
	*memory
	most int
}

func (a *asked) Users(ctx context.Context, f UserFilter) ([]User, error) {
	a.most = max(a.most, f.Limit)
	return a.memory.Users(ctx, f)
}

// A list goes on behind the last one that was shown, and one question brings a
// bounded number, whatever was asked for.
func TestAPageOfPeopleEndsAtTheLastOneShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"a", "b", "c"} {
		h.person(name + "@example.test")
	}
	page, next, err := h.Users(t.Context(), UserFilter{Limit: 2})
	if err != nil || len(page) != 2 || next != (UserCursor{Email: "b@example.test"}) {
		t.Errorf("%d people, going on behind %+v, %v", len(page), next, err)
	}
	store := &asked{memory: h.memory}
	h.Store = store
	for _, limit := range []int{0, 501, 1 << 40} {
		if page, next, err := h.Users(t.Context(), UserFilter{Limit: limit}); err != nil || len(page) != 3 || next != (UserCursor{}) {
			t.Errorf("asked for %d: %d people, %+v, %v", limit, len(page), next, err)
		}
	}
	if store.most > 501 {
		t.Errorf("the store is asked for %d", store.most)
	}
}
