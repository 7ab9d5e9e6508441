package admin

import "testing"

// Whoever remembers the second half of a name finds it, too.
func TestASearchFindsTheBeginningsOfParts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, name string
		want       bool
	}{
		{"refund", "shop/orders:refund", true},
		{"orders:ref", "shop/orders:refund", true},
		{"orders", "/v1/orders/{id}", true},
		{"MÜLL", "Anna Müller", true},
		{"example", "ada@example.com", true},
		{"desk", "support-desk_2", true},
		{"2", "support-desk_2", true},
		{"-desk", "support-desk", false},
		{"efund", "shop/orders:refund", false},
		{"ab", "aab ab", true},
		{"", "anything", true},
		{"x", "", false},
	} {
		if got := found(c.text, c.name); got != c.want {
			t.Errorf("%q in %q: %v", c.text, c.name, got)
		}
	}
	if !found("two", "one", "two") || found("two") {
		t.Error("not each of several names is looked at")
	}
}
