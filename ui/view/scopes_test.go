package view

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScopesAreGroupedInWords(t *testing.T) {
	t.Parallel()
	ctx := withScopes(t.Context(), func(scope string) string { return map[string]string{"orders:write": "Change your {orders}"}[scope] })
	got := ScopesInWords(ctx, []string{"orders:write", "offline_access", "orders:read", "openid"})
	want := []ScopeGroup{
		{Title: "Who you are", Scopes: []ScopeLine{{"openid", "Recognise you when you come back", ""}}},
		{Title: "In your name", Scopes: []ScopeLine{{"orders:write", "Use {scope}", "Change your {orders}"}, {"orders:read", "Use {scope}", ""}}},
		{Title: "While you are away", Scopes: []ScopeLine{{"offline_access", "Keep this access when you have signed out of the browser", ""}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What the operator writes is text, whatever it looks like.
func TestTheOperatorsWordsStandForAScope(t *testing.T) {
	t.Parallel()
	for want, line := range map[string]ScopeLine{
		"Change your {orders} &lt;now&gt;": {"orders:write", "Use {scope}", "Change your {orders} <now>"},
		"Use <code>orders:read</code>":     {"orders:read", "Use {scope}", ""},
	} {
		var b strings.Builder
		if err := Scope(line).Render(t.Context(), &b); err != nil || strings.TrimSpace(b.String()) != want {
			t.Errorf("%v is %q (%v), want %q", line, b.String(), err, want)
		}
	}
}

// Who is asked only to say who they are signs in; who is asked for more gives it away.
func TestIdentityIsNotAccess(t *testing.T) {
	t.Parallel()
	for want, all := range map[bool][][]string{
		true:  {{"openid"}, {"openid", "profile", "email", "address", "phone", "offline_access"}, nil},
		false: {{"openid", "orders:read"}, {"orders:read"}, {"OpenID"}},
	} {
		for _, scopes := range all {
			if IdentityOnly(scopes) != want {
				t.Errorf("%q: %v, want %v", scopes, !want, want)
			}
		}
	}
}
