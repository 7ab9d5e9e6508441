package flow

import (
	"strings"
	"testing"
)

// What the operator writes is shown to everybody, so that it must be text, and a
// link that only leads somewhere.
func TestHelpIsTextAndALinkThatOnlyLeads(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, address string
		bad           string // the key that is refused
	}{
		{"", "", ""},
		{"Call 4711,\nask for Ada.", "https://help.example.com/it?topic=sign-in", ""},
		{"帮助", "mailto:help@example.com?subject=Sign%20in", ""},
		{strings.Repeat("ß", 1000), "", ""},
		{strings.Repeat("ß", 1001), "", "help_text"},
		{"a\x00b", "", "help_text"},
		{"\x1b[31m", "", "help_text"},
		{"\xff", "", "help_text"},
		{"", "http://help.example.com/", "help_url"},
		{"", "javascript:alert(1)", "help_url"},
		{"", "data:text/html,x", "help_url"},
		{"", "//help.example.com/", "help_url"},
		{"", "/help", "help_url"},
		{"", "https://", "help_url"},
		{"", "mailto:", "help_url"},
		{"", "https://user@help.example.com/", "help_url"},
		{"", "https://help.example.com/" + strings.Repeat("x", 500), "help_url"},
	} {
		c := DefaultConfig()
		c.HelpText, c.HelpURL = tt.text, tt.address
		got := ""
		for _, f := range c.Validate() {
			got += f.Name
		}
		if got != tt.bad {
			t.Errorf("%.40q, %.40q: refused %q, want %q", tt.text, tt.address, got, tt.bad)
		}
	}
}

func TestWordsOfScopesAreText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, says, bad string }{
		{"orders:read", "See your orders", ""},
		{"https://api.example.com/auth/orders", "Siehe deine Aufträge {x}", ""},
		{"", "See", "name"},
		{"two words", "See", "name"},
		{"a\"b", "See", "name"},
		{"ö", "See", "name"},
		{"a", "", "says"},
		{"a", " ", "says"},
		{"a", "\x00", "says"},
		{"a", strings.Repeat("x", 201), "says"},
	} {
		got := ""
		for _, f := range (ScopeWords{tt.name, tt.says}).Validate() {
			got += f.Name
		}
		if got != tt.bad {
			t.Errorf("%q, %.40q: refused %q, want %q", tt.name, tt.says, got, tt.bad)
		}
	}
	c := DefaultConfig()
	c.Scopes = []ScopeWords{{"a", "A"}, {"b", "B"}, {"a", "C"}}
	if bad := c.Validate(); len(bad) != 1 || bad[0].Name != "scopes" {
		t.Errorf("one scope twice: %v", bad)
	}
}
