package oauth_test

import (
	"slices"
	"testing"

	"gatehouse/oauth"
)

// What means nothing is said with what was meant, where that is certain.
func TestUnknownScopesAreToldWithTheNearestOne(t *testing.T) {
	t.Parallel()
	m := oauth.Meant{"openid", "profile", "email", "orders.read", "orders.write"}
	got := m.Unknown([]string{"openid", "profil", "orders.read", "reports:read", "orders.reed"})
	want := []oauth.UnknownScope{{"profil", "profile"}, {"reports:read", ""}, {"orders.reed", "orders.read"}}
	if !slices.Equal(got, want) {
		t.Errorf("unknown are %v, want %v", got, want)
	}
	if all := m.Unknown(nil); all != nil {
		t.Errorf("of no scopes unknown are %v", all)
	}
}
