package guard_test

import (
	"net/url"
	"testing"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
)

// Another filter begins a list anew, and the page that asks stays as it is.
func TestAListIsNarrowedFromItsBeginning(t *testing.T) {
	t.Parallel()
	asked := url.Values{"search": {"ada"}, "cursor": {"x"}}
	for _, c := range []struct{ name, value, want string }{
		{"state", "disabled", "/list?search=ada&state=disabled"},
		{"search", "grace", "/list?search=grace"},
		{"search", "", "/list"},
		{"cursor", "y", "/list?cursor=y&search=ada"},
	} {
		if got := guard.With("/list", asked, c.name, c.value); got != c.want {
			t.Errorf("%s = %q: got %s, want %s", c.name, c.value, got, c.want)
		}
	}
	if got, want := asked.Encode(), "cursor=x&search=ada"; got != want {
		t.Errorf("the page asks %s then, want %s", got, want)
	}
	if got, want := guard.With("/list", nil, "state", "active"), "/list?state=active"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAPagerLeadsOnAndBackToTheFirstPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		asked url.Values
		next  string
		want  part.Pager
	}{
		{nil, "", part.Pager{}},
		{url.Values{"search": {"a"}}, "y", part.Pager{Next: "/list?cursor=y&search=a"}},
		{url.Values{"search": {"a"}, "cursor": {"x"}}, "", part.Pager{First: "/list?search=a"}},
	} {
		if got := guard.Pager("/list", c.asked, c.next); got != c.want {
			t.Errorf("of %v, then %q: got %+v, want %+v", c.asked, c.next, got, c.want)
		}
	}
}
