package housetest

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// Whoever left their browser open hands on no right of Gatehouse's own administration, by
// whatever detour, and leads nobody to another address; everything else they may do.
func TestWhatLeadsToTheAdministrationTakesAFreshProof(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		there := s.targets()
		steward := s.Person("steward", gatetest.TOTP)
		s.role(steward, "steward", func(one string) bool { return one == "users:read" })
		a, ctx := s.House.Access, t.Context()
		_, err := a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: "stewards"})
		must(t, err)
		given, err := a.Give(ctx, gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.Group, ID: "stewards"}, Effect: access.Allow, Role: "steward", Where: access.Where{Place: access.Everywhere}, Reason: "test",
			Window: access.Window{ExpiresAt: time.Now().Add(10 * time.Hour)},
		})
		must(t, err)
		b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
		time.Sleep(admin.SudoFor + time.Minute)
		who := s.atDoor(t, b)
		later := time.Now().Add(20 * time.Hour).UTC().Format(time.RFC3339)
		type m = map[string]any
		to := func(kind, name string) m { return m{"kind": kind, "id": name} }
		for name, c := range map[string]struct {
			operation string
			path      map[string]string
			body      any
			asks      bool
		}{
			"a grant of a built-in role":     {"createGrant", nil, m{"subject": to("user", there["user"]), "role": "gatehouse/viewer", "reason": "x"}, true},
			"a grant of a role that has it":  {"createGrant", nil, m{"subject": to("user", there["user"]), "role": "steward", "reason": "x"}, true},
			"several of them":                {"createGrants", nil, m{"grants": []m{{"subject": to("user", there["user"]), "role": "steward", "reason": "x"}}}, true},
			"a longer grant":                 {"extendGrant", map[string]string{"grant": string(given.ID)}, m{"expires_at": later}, true},
			"a role that has it":             {"createRole", nil, m{"id": "other", "permissions": []string{"gatehouse/users:read"}}, true},
			"a role that comes to have it":   {"updateRole", map[string]string{"role": "target"}, m{"parents": []string{"steward"}}, true},
			"a member of a group":            {"putGroupMember", map[string]string{"group": "stewards", "kind": "user", "member": there["user"]}, nil, true},
			"a group in that group":          {"putGroupMember", map[string]string{"group": "stewards", "kind": "group", "member": "desk"}, nil, true},
			"an account with a key":          {"createServiceAccount", nil, m{"id": "another", "role": "steward"}, true},
			"a new application":              {"createClient", nil, m{"id": "another"}, true},
			"where an application leads":     {"updateClient", map[string]string{"client": there["client"]}, m{"redirect_uris": []string{"https://evil.example.test/cb"}}, true},
			"an address of a steward":        {"updateUser", map[string]string{"user": string(steward.ID)}, m{"email": "evil@example.test"}, true},
			"an address of anybody":          {"updateUser", map[string]string{"user": there["user"]}, m{"email": "evil@example.test"}, true},
			"an address said to be verified": {"updateUser", map[string]string{"user": there["user"]}, m{"email_verified": false}, true},
			"the end of a personal token":    {"revokePersonalToken", map[string]string{"user": there["user"], "token": there["token"]}, nil, true},
			"the end of a key":               {"revokeServiceKey", map[string]string{"service": there["service"], "key": there["key"]}, nil, true},
			"a name":                         {"updateUser", map[string]string{"user": there["user"]}, m{"name": "Another"}, false},
			"a grant of something else":      {"createGrant", nil, m{"subject": to("user", there["user"]), "role": "target", "reason": "x"}, false},
			"a role of something else":       {"createRole", nil, m{"id": "else", "permissions": []string{"target/things:read"}}, false},
			"a member of another group":      {"putGroupMember", map[string]string{"group": "desk", "kind": "user", "member": there["user"]}, nil, false},
		} {
			_, err := s.Server.API().AskAny(ctx, who, s.asking(t), c.operation, admin.Input{Path: c.path, Body: c.body, IfMatch: "*"})
			no, ok := errors.AsType[*caller.Refusal](err)
			if asks := ok && no.Need == (access.Requirement{MaxAge: admin.SudoFor}); asks != c.asks || !c.asks && err != nil {
				t.Errorf("%s: %v, want a proof: %t", name, err, c.asks)
			}
		}
		idle := atConsole(t, s.Gate, s.Person("bob", gatetest.TOTP))
		time.Sleep(admin.SudoFor + time.Minute)
		_, err = s.Server.API().AskAny(ctx, s.atDoor(t, idle), s.asking(t), "deleteUser", admin.Input{Path: map[string]string{"user": there["user"]}, IfMatch: "*"})
		if no, ok := errors.AsType[*caller.Refusal](err); !ok || no.Need != (access.Requirement{}) || !fault.Is(err, fault.Forbidden) {
			t.Errorf("who may not, whatever they prove, is asked for a proof: %v", err)
		}
	})
}

// What an operator asks of the console's client counts for who is in already, as disabling and
// locking it does.
func TestWhatTheConsoleAsksItAsksOfWhoIsIn(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	set := func(change func(c *oauth.Client)) {
		t.Helper()
		c, err := g.House.OAuth.Client(t.Context(), house.ConsoleClient)
		must(t, err)
		change(&c)
		_, err = g.House.OAuth.UpdateClient(t.Context(), gatetest.Console, c)
		must(t, err)
		g.Settle()
	}
	b := atConsole(t, g, g.Person("bob")) // who has no second step, and may nothing
	b.Get("/console/users").Is(http.StatusForbidden).Says("gatehouse/users:read")
	set(func(c *oauth.Client) { c.RequireLevel = proof.AAL2 })
	if page := b.Get("/console/users"); strings.HasPrefix(page.URL.Path, "/console") {
		t.Errorf("who proved too little is at %s: %d", page.URL, page.Status)
	}
	set(func(c *oauth.Client) { c.RequireLevel = 0 })
	b.Get("/console/users").Is(http.StatusForbidden).Says("gatehouse/users:read")
	set(func(c *oauth.Client) { c.Disabled = true })
	b.Get("/console/users").Is(http.StatusForbidden).Says("The console is closed.")
	set(func(c *oauth.Client) { c.Disabled = false })
	b.Get("/console/users").Says("gatehouse/users:read")
	_, err := g.House.Access.PutLock(t.Context(), gatetest.Console, access.LockRecord{
		Lock: access.Lock{On: access.LockTarget{Kind: access.LockClient, ID: string(house.ConsoleClient)}, Reason: "test"},
	})
	must(t, err)
	g.Settle()
	b.Get("/console/users").Is(http.StatusForbidden).Says("The console is closed.")
}

// Whoever opens the console without a cookie, as each picture in a page of somebody else can
// have a browser do, has guessed nothing, and keeps out nobody at their address.
func TestOpeningTheConsoleWithoutACookieIsNoGuess(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	for n := range 300 {
		r, err := http.NewRequest(http.MethodGet, gatetest.Issuer+"/console/users", http.NoBody)
		must(t, err)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		resp, err := g.RoundTrip(r)
		must(t, err)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("request %d: %d", n, resp.StatusCode)
		}
	}
	b.Get("/console").Is(http.StatusOK)
	if page := g.Browser().Get("/console"); page.Status != http.StatusOK {
		t.Errorf("somebody else at the address: %d", page.Status)
	}
}
