package access

import "testing"

// Nothing is decided by an address: domains are read in too many ways (a@evil.test@shop.test).
func TestNoConditionAsksForAnAddress(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"principal.email", "principal.email_verified", "principal.name", "principal.domain", "principal.claims", "user.email", "email", "session.email"} {
		if _, err := ParseExpression(name + ` == "ada@shop.test"`); err == nil {
			t.Errorf("a condition may ask for %s", name)
		}
	}
	if _, err := ParseExpression(`principal.id == "usr_a"`); err != nil {
		t.Error(err)
	}
}
