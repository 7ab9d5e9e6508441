package housetest

import (
	"net/http"
	"testing"
)

// A stateless token costs no row: neither of its own nor in the audit table.
func TestTokensForApplicationsWriteNoRow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	db := underneath(t, s.Gate)
	before := rowsOf(t, db)
	for range 20 {
		a := s.app.ClientCredentials("scope", "orders")
		if a.Status != http.StatusOK {
			t.Fatalf("client_credentials: %d %s", a.Status, a.Body)
		}
		if in := s.app.Introspect(a.Text("access_token")); in.JSON["active"] != true {
			t.Fatalf("introspection: %s", in.Body)
		}
	}
	if rows := differing(before, rowsOf(t, db)); len(rows) > 0 {
		t.Errorf("tokens wrote rows:\n%v", rows)
	}
}

// A refresh changes the one row of its family and nothing else.
func TestRefreshChangesOneRow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	refresh := s.app.Tokens(s.browser, s.ada).Text("refresh_token")
	db := underneath(t, s.Gate)
	before := rowsOf(t, db)
	for range 5 {
		a := s.app.Refresh(refresh)
		if a.Status != http.StatusOK {
			t.Fatalf("refresh: %d %s", a.Status, a.Body)
		}
		refresh = a.Text("refresh_token")
	}
	if rows := differing(before, rowsOf(t, db)); len(rows) != 2 {
		t.Errorf("five refreshes changed more than one row:\n%v", rows)
	}
}
