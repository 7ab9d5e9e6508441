package gatetest

import (
	"net/http"
	"runtime"
	"testing"
	"weak"

	"gatehouse/house"
	"gatehouse/server"
	"gatehouse/store"
)

// The testing package keeps each parallel test, with what it had registered to be cleaned up, until the
// last of them is done: hundreds of houses would lie in memory.
func TestAHouseIsLetGoWithItsTest(t *testing.T) {
	var kept *testing.T
	var (
		rooms  weak.Pointer[house.House]
		shelf  weak.Pointer[store.Store]
		doors  weak.Pointer[server.Server]
		logged weak.Pointer[Log]
	)
	t.Run("its test", func(t *testing.T) {
		kept = t
		g := New(t)
		g.Run()
		g.App("web").ClientCredentials()
		rooms, shelf, doors, logged = weak.Make(g.House), weak.Make(g.House.Store), weak.Make(g.Server), weak.Make(g.Log)
	})
	runtime.GC()
	for what, there := range map[string]bool{
		"house": rooms.Value() != nil, "store": shelf.Value() != nil, "server": doors.Value() != nil, "log": logged.Value() != nil,
	} {
		if there {
			t.Errorf("the %s is in memory still", what)
		}
	}
	runtime.KeepAlive(kept)
}

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
