package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/ui/words/wordstest"
)

func TestScopesAreGroupedInWords(t *testing.T) {
	t.Parallel()
	say := wordstest.English()
	got := ScopesInWords(&say, []string{"offline_access", "orders:read", "openid"})
	want := []ScopeGroup{
		{Title: "Who you are", Scopes: []ScopeLine{{"openid", "Recognise you when you come back"}}},
		{Title: "In your name", Scopes: []ScopeLine{{"orders:read", "Use {scope}"}}},
		{Title: "While you are away", Scopes: []ScopeLine{{"offline_access", "Keep this access when you have signed out of the browser"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
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
