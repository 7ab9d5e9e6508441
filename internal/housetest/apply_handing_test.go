package housetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/apply"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/internal/gatetest"
)

// unsaid are the ways to hand a right on that no file can say: they are about locks, keys
// and people. Of those that files can say, each is tried.
var unsaid = []string{
	"LiftLock", "PutLock", "CreateServiceKey", "CreatePersonalToken", "SetPassword", "PasswordLink", "ResetFactors", "Update", "Enable", "RotateSecret",
}

// Whatever a single command refuses to hand on, a set that says the same is refused, by
// whomever it comes: a person, and a program with its key. The operator and the house
// itself may, as everywhere. The set is what the house would export afterwards.
func TestNoSetHandsOnWhatItsSenderDoesNotHold(t *testing.T) {
	t.Parallel()
	tried := 0
	for what, way := range handings() {
		if method, _, _ := strings.Cut(strings.ReplaceAll(what, ",", " "), " "); slices.Contains(unsaid, method) {
			continue
		}
		tried++
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHand(t)
			s := &steering{Gate: h.Gate, t: t}
			if way.prepare != nil {
				way.prepare(t, h)
			}
			key := s.account("pipeline", func(p string) bool { return p != "grants:escalate" })
			holds := s.account("trusted", func(string) bool { return true })
			all := apply.Options{Prune: true, Adopt: true}
			applied(t, h.Gate, h.exported(t), all)
			wanted := h.after(t, way)
			if plan, err := h.House.Applies.Plan(t.Context(), gatetest.Console, wanted, all, nil); err != nil || !plan.Does() {
				t.Fatalf("it cannot be said in a file: %v, %v", plan, err)
			}
			before := exported(t, h.Gate)
			_, err := h.House.Applies.Apply(t.Context(), h.by(), wanted, all, nil, "")
			if !fault.Is(err, fault.Forbidden) || !handedOn(err) {
				t.Errorf("a person: %v", err)
			}
			if a := s.applies(key, wanted); a.Status != http.StatusForbidden || problem(a) != "apply.forbidden" || !strings.Contains(string(a.Body), "hand on") {
				t.Errorf("a program: %d %s", a.Status, a.Body)
			}
			if is := exported(t, h.Gate); is != before {
				t.Errorf("it was refused, and the house is\n%s\nbefore it was\n%s", is, before)
			}
			if strings.HasPrefix(what, "Give") {
				if a := s.applies(holds, wanted); a.Status != http.StatusOK {
					t.Errorf("a program that may: %d %s", a.Status, a.Body)
				}
				return
			}
			if _, err := h.House.Applies.Apply(t.Context(), audit.Actor{Kind: audit.House, ID: "folder"}, wanted, all, nil, ""); err != nil {
				t.Errorf("the folder: %v", err)
			}
		})
	}
	if tried < 40 {
		t.Errorf("only %d ways were tried", tried)
	}
}

// handedOn reports whether a refusal tells of what was to be handed on.
func handedOn(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && slices.ContainsFunc(f.Fields, func(one fault.Field) bool {
		return strings.Contains(one.Problem, "hand on") || strings.Contains(one.Problem, "hold")
	})
}

// exported is the house as a set.
func (h *hand) exported(t *testing.T) apply.Set {
	t.Helper()
	s, err := exportedSet(t.Context(), h)
	must(t, err)
	return s
}

func exportedSet(ctx context.Context, h *hand) (s apply.Set, err error) {
	s.Name = "files"
	err = h.House.Applies.Export(ctx, func(o apply.Object) error { s.Objects = append(s.Objects, o); return nil })
	return s, err
}

// after is the house as it would be once the operator went a way. Nothing is kept of it.
func (h *hand) after(t *testing.T, way handing) (s apply.Set) {
	t.Helper()
	undone := errors.New("undone")
	err := h.House.Store.InTx(t.Context(), func(ctx context.Context) error {
		if err := way.do(ctx, h, gatetest.Console); err != nil {
			return err
		}
		var err error
		if s, err = exportedSet(ctx, h); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	for _, o := range s.Objects { // who is switched on is left as they are, unless a file says it
		if account, ok := o.Spec.(*apply.ServiceAccountSpec); ok && account.Disabled == nil {
			account.Disabled = new(bool)
		}
	}
	return s
}

// applies sends a set with a key, as a pipeline does.
func (s *steering) applies(key string, set apply.Set) gatetest.Answer {
	s.t.Helper()
	return s.call(key, http.MethodPost, "/api/v1/apply", apply.Request{Set: set.Name, Objects: set.Objects, Prune: true, Adopt: true})
}

// everyKind is an object of each kind.
func everyKind() []apply.Object {
	return []apply.Object{
		{Kind: apply.Organisation, ID: "acme", Spec: &apply.GroupSpec{}},
		aGroup("desk"),
		{Kind: apply.API, ID: "shop", Spec: &apply.APISpec{Audience: "https://shop.example.test", Permissions: []apply.PermissionSpec{{Permission: "orders:read"}}}},
		{Kind: apply.Role, ID: "reader", Spec: &apply.RoleSpec{Permissions: []string{"shop/orders:read"}}},
		{Kind: apply.Scope, ID: "orders", Spec: &apply.ScopeSpec{API: "shop", Permissions: []string{"shop/orders:read"}}},
		{Kind: apply.Client, ID: "till", Spec: &apply.ClientSpec{Name: "Till", RedirectURIs: []string{"https://till.example.test/cb"}}},
		{Kind: apply.ServiceAccount, ID: "nightly", Spec: &apply.ServiceAccountSpec{}},
		{Kind: apply.Membership, Spec: &apply.MembershipSpec{Group: "desk", Member: apply.SubjectSpec{User: "ada@example.test"}}},
		{Kind: apply.Grant, ID: "one", Spec: &apply.GrantSpec{Subject: apply.SubjectSpec{Group: "desk"}, Role: "reader", Reason: "test"}},
		{Kind: apply.Upstream, ID: "app", Spec: &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:9"}}},
		{Kind: apply.Route, ID: "orders", Spec: routeOf("reader")},
		{Kind: apply.Edge, ID: "front", Spec: edgeOf(edgeSecret)},
	}
}

// edgeOf is another proxy that asks the gate, by a secret.
func edgeOf(secret string) *gate.EdgeSpec {
	return &gate.EdgeSpec{Dialect: "traefik", Peers: []string{"127.0.0.1"}, SecretSHA256: []string{sha256Of(secret)}}
}

func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// routeOf is a route with a test that asks for a role.
func routeOf(role string) *gate.RouteSpec {
	return &gate.RouteSpec{
		Match:     gate.MatchSpec{Hosts: []string{"api.example.test"}, Paths: []string{"/orders"}, Methods: []string{"GET"}},
		Authorize: gate.AuthorizeSpec{API: "shop", Permission: "orders:read"}, Upstream: "app",
		Tests: []gate.TestSpec{{As: gate.AsSpec{Role: role}, Do: "GET /orders", Expect: "allow"}},
	}
}

// Whether there is something that a key may not see, the answer to its set is the same.
func TestAPlanTellsNothingThatItsKeyMayNotSee(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.Person("ada")
	all := everyKind()
	applied(t, s.Gate, set(all...), apply.Options{})
	other := map[apply.Kind]any{ // the same kinds, but for one field
		apply.Organisation: &apply.GroupSpec{Description: "x"}, apply.Group: &apply.GroupSpec{Description: "x"},
		apply.API:            &apply.APISpec{Audience: "https://other.example.test", Permissions: []apply.PermissionSpec{{Permission: "orders:read"}}},
		apply.Role:           &apply.RoleSpec{Permissions: []string{"shop/orders:read"}, MaxGrant: "8h"},
		apply.Scope:          &apply.ScopeSpec{API: "shop", Permissions: []string{"shop/orders:read"}, Description: "x"},
		apply.Client:         &apply.ClientSpec{Name: "Another", RedirectURIs: []string{"https://till.example.test/cb"}},
		apply.ServiceAccount: &apply.ServiceAccountSpec{Description: "x"},
		apply.Membership:     &apply.MembershipSpec{Group: "desk", Member: apply.SubjectSpec{User: "ada@example.test"}, Reason: "x"},
		apply.Grant:          &apply.GrantSpec{Subject: apply.SubjectSpec{Group: "desk"}, Role: "reader", Reason: "x"},
		apply.Upstream:       &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:10"}},
		apply.Edge:           edgeOf("another"),
		apply.Route:          &gate.RouteSpec{Mode: "shadow", Match: routeOf("").Match, Authorize: routeOf("").Authorize, Upstream: "app"},
	}
	send := func(key string, plan, prune bool, set string, objects ...apply.Object) string {
		t.Helper()
		a := s.call(key, http.MethodPost, "/api/v1/apply", apply.Request{Set: set, Objects: objects, Plan: plan, Prune: prune})
		if a.Status != http.StatusForbidden {
			t.Errorf("it is answered %d %s", a.Status, a.Body)
		}
		return strings.ReplaceAll(string(a.Body), a.Text("instance"), "")
	}
	for _, o := range all {
		unseen := strings.TrimPrefix(o.Kind.Reading(), access.Gatehouse+"/")
		key := s.account("no-"+strings.ToLower(string(o.Kind)), func(p string) bool { return p != unseen })
		gone := o
		switch spec := o.Spec.(type) {
		case *apply.MembershipSpec:
			gone.Spec = &apply.MembershipSpec{Group: "nowhere", Member: spec.Member}
		default:
			gone.ID = "nothing"
		}
		for _, plan := range []bool{true, false} {
			there := send(key, plan, false, "files", o)
			for what, one := range map[string]apply.Object{"another one": {Kind: o.Kind, ID: o.ID, Spec: other[o.Kind]}, "nothing": gone} {
				if got := send(key, plan, false, "files", one); got != there {
					t.Errorf("%s: of what is there it is told\n%s\nof %s\n%s", o.Kind, there, what, got)
				}
			}
		}
		told := send(key, true, true, "files", all[(slices.IndexFunc(all, func(one apply.Object) bool { return one.Kind == o.Kind })+1)%len(all)])
		if o.ID != "" && strings.Contains(told, `"`+o.ID+`"`) || strings.Contains(told, "ada@") || !strings.Contains(told, unseen) {
			t.Errorf("%s: who prunes is told %s", o.Kind, told)
		}
	}
	blind := s.account("blind", func(p string) bool { return p != "users:read" })
	for _, subject := range []func(email string) apply.Object{
		func(email string) apply.Object {
			return apply.Object{Kind: apply.Membership, Spec: &apply.MembershipSpec{Group: "desk", Member: apply.SubjectSpec{User: email}}}
		},
		func(email string) apply.Object {
			return apply.Object{Kind: apply.Grant, ID: "x", Spec: &apply.GrantSpec{Subject: apply.SubjectSpec{User: email}, Role: "reader", Reason: "x"}}
		},
	} {
		if there, gone := send(blind, true, false, "files", subject("ada@example.test")), send(blind, true, false, "files", subject("eve@example.test")); there != gone {
			t.Errorf("of somebody who is there it is told\n%s\nof nobody\n%s", there, gone)
		}
	}
}

// Who may see all and change nothing learns whether something differs, and changes
// nothing, be it who manages what.
func TestWhoMayOnlyReadIsToldThatNothingChanges(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.Person("ada")
	all := everyKind()
	applied(t, s.Gate, set(all...), apply.Options{})
	reader := s.account("reader-key", func(p string) bool { return strings.HasSuffix(p, ":read") || p == "config:apply" })
	ask := func(r apply.Request) gatetest.Answer {
		t.Helper()
		return s.call(reader, http.MethodPost, "/api/v1/apply", r)
	}
	if a := ask(apply.Request{Set: "files", Objects: all, Plan: true, Prune: true}); a.Status != http.StatusOK || !strings.Contains(string(a.Body), `"changes":[]`) {
		t.Errorf("nothing differs: %d %s", a.Status, a.Body)
	}
	for what, r := range map[string]apply.Request{
		"a change":            {Set: "files", Objects: []apply.Object{{Kind: apply.Group, ID: "desk", Spec: &apply.GroupSpec{Description: "x"}}}},
		"something new":       {Set: "files", Objects: []apply.Object{aGroup("hall")}},
		"less":                {Set: "files", Objects: all[:8], Prune: true},
		"what another manage": {Set: "mine", Objects: all, Adopt: true},
	} {
		for _, plan := range []bool{true, false} {
			r.Plan = plan
			if a := ask(r); a.Status != http.StatusForbidden || problem(a) != "apply.forbidden" {
				t.Errorf("%s: %d %s", what, a.Status, a.Body)
			}
		}
	}
	if done := applied(t, s.Gate, set(all...), apply.Options{Prune: true}); done.Drift() {
		t.Errorf("it changed %s", changesOf(done.Plan))
	}
}
