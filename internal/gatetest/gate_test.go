package gatetest

import (
	"net/http"
	"testing"
)

func TestAnApplicationSignsAPersonInAndGetsTokens(t *testing.T) {
	g := New(t)
	g.Run()
	ada := g.Person("ada", TOTP)
	app := g.App("web")
	b := g.Browser()

	tokens := app.Tokens(b, ada)
	if tokens.Text("access_token") == "" || tokens.Text("refresh_token") == "" || tokens.Text("id_token") == "" {
		t.Fatalf("a token is missing: %s", tokens.Body)
	}
	if got := Claims(tokens.Text("id_token"))["acr"]; got != "aal2" {
		t.Errorf("acr is %v, want aal2", got)
	}
	if a := app.Introspect(tokens.Text("access_token")); a.JSON["active"] != true {
		t.Errorf("introspection: %s", a.Body)
	}
	if a := g.Userinfo(tokens.Text("access_token")); a.Status != http.StatusOK || a.Text("sub") != string(ada.ID) {
		t.Errorf("userinfo: %d %s", a.Status, a.Body)
	}
	second := app.Refresh(tokens.Text("refresh_token"))
	if second.Status != http.StatusOK {
		t.Fatalf("refresh: %d %s", second.Status, second.Body)
	}
	if a := app.Revoke(second.Text("refresh_token")); a.Status != http.StatusOK {
		t.Errorf("revoke: %d %s", a.Status, a.Body)
	}
	g.Settle()
	if a := app.Introspect(second.Text("access_token")); a.JSON["active"] != false {
		t.Errorf("after the revocation: %s", a.Body)
	}
	if a := app.Refresh(second.Text("refresh_token")); a.Error() != "invalid_grant" {
		t.Errorf("refresh after the revocation: %d %s", a.Status, a.Body)
	}
}
