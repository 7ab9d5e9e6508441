package setting

import "testing"

// A guess is made where there is one answer, and it is near: who is led to another
// person, or to another number, is worse off than who is told nothing.
func TestNearestGuessesOnlyWhatIsCertain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		said  string
		names []string
		want  string
	}{
		{"shpo", []string{"shop", "stock"}, "shop"},
		{"suport", []string{"support", "auditor"}, "support"},
		{"nightlie", []string{"nightly"}, "nightly"},
		{"session.idel", []string{"session.idle", "session.absolute"}, "session.idle"},
		{"sessionidle", []string{"session.idle"}, "session.idle"},
		{"ada@exampel.test", []string{"ada@example.test"}, "ada@example.test"},
		{"adda@example.test", []string{"ada@example.test", "ada@example.test"}, "ada@example.test"},
		{"straße", []string{"strasse", "straßen"}, "straßen"},

		{"ann@example.test", []string{"ada@example.test"}, ""}, // another person at the same house
		{"bob@example.test", []string{"ada@example.test"}, ""}, // though most of it is the same
		{"desk", []string{"dark", "disc"}, ""},                 // two letters of four
		{"qa", []string{"qb"}, ""},                             // one of two
		{"orders-42", []string{"orders-43"}, ""},               // another number
		{"reporta", []string{"reports", "reportz"}, ""},        // either of two
		{"wet", []string{"web", "api"}, "web"},                 // one letter of three
		{"shop/orders:read", []string{"shop/stock:read"}, ""},  // another resource
		{"shop/order:read", []string{"shop/orders:read"}, "shop/orders:read"},
		{"nobody", []string{"everybody", "somebody"}, ""},
		{"", []string{"a"}, ""},
		{"x", nil, ""},
	} {
		if got := Nearest(c.said, c.names); got != c.want {
			t.Errorf("%q among %q: %q, want %q", c.said, c.names, got, c.want)
		}
	}
}
