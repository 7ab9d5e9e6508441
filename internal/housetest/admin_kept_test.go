package housetest

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/gate"
	"gatehouse/internal/gatetest"
	"gatehouse/wire"
)

// keepers are the routes whose answers are kept for their repeats.
func keepers() []*admin.Route {
	return slices.DeleteFunc(admin.Table(), func(rt *admin.Route) bool { return !rt.Repeats() || rt.Secret })
}

// An answer that is kept goes with the person of whom it tells, whatever the route, and a
// repeat makes nobody again.
func TestNothingIsKeptOfWhoIsDeleted(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	db := underneath(t, s.Gate)
	const canary = "Canary"
	bodies := map[string]any{"createUser": map[string]any{"email": "canary-made@example.test", "name": canary}}
	told := 0
	for _, rt := range keepers() {
		person := s.Person("canary-"+strings.ToLower(rt.ID), gatetest.NoPassword)
		u, err := s.House.Identity.User(context.Background(), person.ID)
		must(t, err)
		u.Name = canary
		_, err = s.House.Identity.Update(context.Background(), gatetest.Console, u)
		must(t, err)
		there["user"] = string(person.ID)
		path := pathOf(rt, func(part string) string { return there[part] })
		body := bodies[rt.ID]
		if body == nil {
			body = map[string]any{"subject": map[string]any{"kind": "user", "id": person.ID}, "reason": "test"}
			if rt.Kind == "user" {
				body = nil
			}
		}
		first := s.call(s.boss, rt.Method, path, body, "Idempotency-Key", rt.ID)
		if !strings.Contains(string(first.Body), canary) {
			continue // it tells of nobody; TestWhatIsKeptOfPeopleIsKnown holds its type
		}
		told++
		if again := s.call(s.boss, rt.Method, path, body, "Idempotency-Key", rt.ID); again.Status != first.Status || string(again.Body) != string(first.Body) {
			t.Errorf("%s: the first was answered %d %s, its repeat %d %s", rt.ID, first.Status, first.Body, again.Status, again.Body)
		}
		people := len(column(t, db, "SELECT id FROM users"))
		if a := s.call(s.boss, http.MethodDelete, "/api/v1/users/"+first.Text("id"), nil, "If-Match", "*"); a.Status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", rt.ID, a.Status, a.Body)
		}
		for _, row := range column(t, db, "SELECT CAST(answer AS TEXT) || person FROM requests") {
			if strings.Contains(row, canary) || strings.Contains(row, first.Text("id")) {
				t.Errorf("%s: kept of somebody who was deleted: %s", rt.ID, row)
			}
		}
		a := s.call(s.boss, rt.Method, path, body, "Idempotency-Key", rt.ID)
		if a.Status != http.StatusConflict || problem(a) != "idempotency.forgotten" || strings.Contains(string(a.Body), canary) {
			t.Errorf("%s: a repeat after that is answered %d %s", rt.ID, a.Status, a.Body)
		}
		if now := len(column(t, db, "SELECT id FROM users")); now != people-1 {
			t.Errorf("%s: there were %d people before somebody was deleted, and are %d", rt.ID, people, now)
		}
	}
	if told < 3 {
		t.Errorf("%d routes told of somebody", told)
	}
}

// ofPeople are members that tell more of a person than an id.
var ofPeople = map[string]bool{"email": true, "given_name": true, "family_name": true, "phone_number": true, "address": true, "ip": true, "user_agent": true}

// Every shape that is kept and can tell of a person says of whom it tells.
func TestWhatIsKeptOfPeopleIsKnown(t *testing.T) {
	t.Parallel()
	known := reflect.TypeFor[wire.Personal]()
	found := false
	var look func(rt *admin.Route, of reflect.Type, says bool, seen map[reflect.Type]bool)
	look = func(rt *admin.Route, of reflect.Type, says bool, seen map[reflect.Type]bool) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return
		}
		seen[of] = true
		says = says || of.Implements(known)
		for i := range of.NumField() {
			m := of.Field(i)
			name, _, _ := strings.Cut(m.Tag.Get("json"), ",")
			if of == reflect.TypeFor[gate.TestSpec]() { // of a request that somebody made up
				continue
			}
			if found = found || ofPeople[name]; ofPeople[name] && !says {
				t.Errorf("%s is kept, and %s, which has %q, does not say of whom it tells (wire.Personal)", rt.ID, of, name)
			}
			look(rt, m.Type, says, seen)
		}
	}
	for _, rt := range keepers() {
		look(rt, rt.Answer(), false, map[reflect.Type]bool{})
	}
	if !found {
		t.Error("no answer that is kept tells of anybody")
	}
}

// A key is remembered for a day, to the second; from then on it is a new one.
func TestAnIdempotencyKeyIsGoodForAnotherRequestADayLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		post := func(email string, status int, code string) {
			t.Helper()
			s.Settle()
			a := s.call(s.boss, http.MethodPost, "/api/v1/users", map[string]any{"email": email}, "Idempotency-Key", "nightly")
			if a.Status != status || problem(a) != code {
				t.Errorf("%s: %d %s, want %d %s", email, a.Status, a.Body, status, code)
			}
		}
		post("ada@example.test", http.StatusCreated, "")
		time.Sleep(24*time.Hour - 2*time.Second)
		post("bob@example.test", http.StatusUnprocessableEntity, "idempotency.reused")
		post("ada@example.test", http.StatusCreated, "")
		time.Sleep(4 * time.Second)
		post("bob@example.test", http.StatusCreated, "")
	})
}

// Whoever is made again under the name of a caller that was deleted has none of its
// requests, be their answers kept or not.
func TestAnotherOfTheSameNameIsAnotherCaller(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ctx, a := context.Background(), s.House.Access
	person := s.Person("ada", gatetest.NoPassword)
	requests := map[string]string{"kept": "/api/v1/users/" + string(person.ID) + "/disable", "with a secret": "/api/v1/service-accounts/boss/keys"}
	bodies := map[string]any{"with a secret": map[string]any{"name": "test"}}
	ask := func(credential string) {
		t.Helper()
		for name, path := range requests {
			if x := s.call(credential, http.MethodPost, path, bodies[name], "Idempotency-Key", "nightly"+name[:1]); x.Status >= 300 {
				t.Errorf("%s: %d %s", name, x.Status, x.Body)
			}
		}
		u, err := s.House.Identity.User(ctx, person.ID)
		must(t, err)
		if !u.Disabled {
			t.Error("what was asked for was not done")
		}
	}
	former := s.account("ci", func(string) bool { return true })
	ask(former)
	must(t, a.DeleteServiceAccount(ctx, gatetest.Console, "ci", "test"))
	if rows := column(t, underneath(t, s.Gate), "SELECT key FROM requests WHERE caller = 'service:ci'"); len(rows) > 0 {
		t.Errorf("kept of a caller that was deleted: %v", rows)
	}
	must(t, s.House.Identity.Enable(ctx, gatetest.Console, person.ID))
	made, err := a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "ci"}, Role: access.Administrator})
	must(t, err)
	ask(made.Text)
	if keys := column(t, underneath(t, s.Gate), "SELECT id FROM service_keys WHERE name = 'test'"); len(keys) != 2 {
		t.Errorf("there are %d keys, want one of each caller", len(keys))
	}
}

// A kept answer is for who may still ask for what it tells of, whatever the route: one who
// lost an organisation and has another is let in, and told nothing.
func TestAKeptAnswerIsForWhoStillReachesIt(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx, a := context.Background(), s.House.Access
	key := s.manager("of-both", "acme", "", "grants:read", "grants:write")
	who := access.Subject{Kind: access.ServiceAccount, ID: "of-both"}
	acme, bolt := access.Subject{Kind: access.Organisation, ID: "acme"}, access.Subject{Kind: access.Organisation, ID: "bolt"}
	_, err := a.AddMember(ctx, gatetest.Console, access.MembershipRecord{Membership: access.Membership{Of: bolt, Member: who}})
	must(t, err)
	give := func(to access.Subject, permission access.Pattern, org string, w access.Window) string {
		g, err := a.GiveAgain(ctx, gatetest.Console, access.Grant{
			Subject: to, Effect: access.Allow, Permission: permission, Org: org, Where: access.Where{Place: access.Everywhere}, Reason: "test", Window: w,
		})
		must(t, err)
		return string(g.ID)
	}
	right := access.Pattern{API: "shop", Resource: "orders", Action: "read"}
	soon := access.Window{ExpiresAt: time.Now().Add(time.Hour)}
	give(who, access.Pattern{API: access.Gatehouse, Resource: "grants", Action: "*"}, "bolt", access.Window{})
	for _, org := range []string{"acme", "bolt"} {
		give(who, right, org, access.Window{}) // what they hand on
	}
	requests := func(org string) map[string]func() (path string, body any) {
		fresh := func(n int) map[string]any {
			return toDesk(map[string]any{"org": org, "expires_at": time.Now().Add(time.Duration(n) * time.Hour), "again": true})
		}
		there := func() string { return give(group("desk"), right, org, soon) }
		revoke := map[string]any{"reason": "r"}
		return map[string]func() (string, any){
			"createGrant":  func() (string, any) { return "", fresh(2) },
			"createGrants": func() (string, any) { return "/bulk", map[string]any{"grants": []any{fresh(3), fresh(4)}} },
			"revokeGrants": func() (string, any) {
				return "/bulk-revoke", map[string]any{"reason": "r", "grants": []any{map[string]any{"id": there()}}}
			},
			"extendGrant": func() (string, any) {
				return "/" + there() + "/extend", map[string]any{"expires_at": time.Now().Add(5 * time.Hour)}
			},
			"revokeGrant": func() (string, any) { return "/" + there() + "/revoke", revoke },
		}
	}
	var repeats []func()
	for _, rt := range keepers() {
		if !rt.Filtered {
			continue // admitted by what its path names, a repeat as well
		}
		for org, lost := range map[string]bool{"acme": true, "bolt": false} {
			request := requests(org)[rt.ID]
			if request == nil {
				t.Errorf("%s keeps its answers and is filtered: say here how it is asked", rt.ID)
				continue
			}
			path, body := request()
			s.Settle()
			ask := func() gatetest.Answer {
				return s.call(key, rt.Method, "/api/v1/grants"+path, body, "Idempotency-Key", rt.ID+org)
			}
			first := ask()
			if again := ask(); first.Status >= 300 || again.Status != first.Status || string(again.Body) != string(first.Body) {
				t.Errorf("%s in %s: %d %s, its repeat %d %s", rt.ID, org, first.Status, first.Body, again.Status, again.Body)
			}
			repeats = append(repeats, func() {
				again := ask()
				if lost && (again.Status != http.StatusForbidden || problem(again) != "caller.forbidden" || strings.Contains(string(again.Body), "gra_")) {
					t.Errorf("a repeat of %s by who lost %s: %d %s", rt.ID, org, again.Status, again.Body)
				}
				if !lost && (again.Status != first.Status || string(again.Body) != string(first.Body)) {
					t.Errorf("a repeat of %s by who kept %s: %d %s", rt.ID, org, again.Status, again.Body)
				}
			})
		}
	}
	if len(repeats) < 10 {
		t.Errorf("%d answers were kept", len(repeats))
	}
	must(t, a.RemoveMember(ctx, gatetest.Console, acme, who))
	s.Settle()
	for _, repeat := range repeats {
		repeat()
	}
}
