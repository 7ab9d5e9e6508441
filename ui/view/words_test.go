package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScopesAreGroupedInWords(t *testing.T) {
	t.Parallel()
	got := ScopesInWords([]string{"offline_access", "orders:read", "openid"})
	want := []ScopeGroup{
		{Title: groupIdentity, Scopes: []ScopeLine{{"openid", "Recognise you when you come back"}}},
		{Title: groupOther, Scopes: []ScopeLine{{"orders:read", "Use “orders:read”"}}},
		{Title: groupOffline, Scopes: []ScopeLine{{"offline_access", "Keep this access when you have signed out of the browser"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
