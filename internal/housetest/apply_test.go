package housetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/apply"
	"gatehouse/apply/draft"
	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/config/manifest"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// set is a set of objects.
func set(objects ...apply.Object) apply.Set { return apply.Set{Name: "files", Objects: objects} }

func applied(t *testing.T, g *gatetest.Gate, s apply.Set, o apply.Options) apply.Applied {
	t.Helper()
	done, err := g.House.Applies.Apply(t.Context(), gatetest.Console, s, o, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func exported(t *testing.T, g *gatetest.Gate) string {
	t.Helper()
	var b bytes.Buffer
	w := manifest.NewWriter(&b)
	must(t, g.House.Applies.Export(t.Context(), w.Write))
	must(t, w.Flush())
	return b.String()
}

// read is what files say.
func read(t *testing.T, text string) apply.Set {
	t.Helper()
	m, err := manifest.Read([]manifest.File{{Name: "export.yaml", Text: []byte(text)}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return set(m.Objects...)
}

// changesOf are the changes of a plan, one a line.
func changesOf(p *apply.Plan) string {
	var lines []string
	for _, c := range p.Changes {
		lines = append(lines, fmt.Sprintf("%s %s %s %s", c.Action, c.Kind, c.ID, c.Fields))
	}
	return strings.Join(lines, "\n")
}

// Whatever a house holds, its export changes nothing there, and makes an empty house be
// like it.
func TestAnExportChangesNothing(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		for round := range 8 {
			seed := rand.Uint64()
			random := rand.New(rand.NewPCG(seed, uint64(round)))
			people := []string{"ada@example.test", "bob@example.test", "zoe.x@example.test"}
			if round == 0 {
				for _, email := range people {
					_, err := g.House.Identity.Create(t.Context(), gatetest.Console, identity.User{Email: email, Name: "Somebody"}, "")
					must(t, err)
				}
			}
			want := randomSet(random, round, people)
			if _, err := g.House.Applies.Apply(t.Context(), gatetest.Console, want, apply.Options{Prune: true}, nil, ""); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			text := exported(t, g)
			plan, err := g.House.Applies.Plan(t.Context(), gatetest.Console, read(t, text), apply.Options{}, nil)
			if err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, text)
			}
			if plan.Drift() {
				t.Fatalf("seed %d: the export of a house would change it:\n%s\n%s", seed, changesOf(plan), text)
			}
			if again := exported(t, g); again != text {
				t.Fatalf("seed %d: two exports differ:\n%s\n%s", seed, text, again)
			}
			again, err := g.House.Applies.Plan(t.Context(), gatetest.Console, want, apply.Options{Prune: true}, nil)
			must(t, err)
			if again.Drift() {
				t.Fatalf("seed %d: what was applied would change something:\n%s", seed, changesOf(again))
			}
			if round == 7 {
				emptyHouseBecomes(t, people, text)
			}
		}
	})
}

func emptyHouseBecomes(t *testing.T, people []string, text string) {
	t.Helper()
	other := gatetest.New(t)
	for _, email := range people {
		_, err := other.House.Identity.Create(t.Context(), gatetest.Console, identity.User{Email: email, Name: "Somebody"}, "")
		must(t, err)
	}
	applied(t, other, read(t, text), apply.Options{})
	// Members come in the order of the ids of people, which are others there.
	documents := func(text string) []string {
		return slices.Sorted(strings.SplitSeq(strings.TrimSpace(text), "\n---\n"))
	}
	if got := exported(t, other); !slices.Equal(documents(got), documents(text)) {
		t.Errorf("a house\n%s\nis elsewhere\n%s", text, got)
	}
}

// randomSet is one that a house takes. The id of an application is not free at once.
func randomSet(r *rand.Rand, round int, people []string) apply.Set {
	var all []apply.Object
	add := func(k apply.Kind, name string, spec any) {
		all = append(all, apply.Object{Kind: k, ID: name, Spec: spec})
	}
	some := func(n int) bool { return r.IntN(n) > 0 }
	texts := []string{"", "plain", "with: colon", "- dash", "yes", "0x12", "tab \"quoted\" \\ slash", "zoë's #1", "{a: b}", " spaces ", "null", "2027-01-01"}
	text := func() string { return texts[r.IntN(len(texts))] }
	moment := func() string {
		if some(2) {
			return ""
		}
		return time.Now().Add(time.Duration(1+r.IntN(1e6)) * time.Minute).UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
	}
	client := func(i int) string { return fmt.Sprintf("client%d-%d", round, i) }
	actions := []string{"read", "write", "burn"}
	apis, roles, groups, orgs, clients, accounts := 1+r.IntN(3), r.IntN(6), 1+r.IntN(4), 1+r.IntN(3), r.IntN(4), r.IntN(3)
	for i := range orgs {
		add(apply.Organisation, fmt.Sprintf("org%d", i), &apply.GroupSpec{Description: text()})
	}
	for i := range groups {
		add(apply.Group, fmt.Sprintf("group%d", i), &apply.GroupSpec{Description: text()})
	}
	for i := range apis {
		spec := &apply.APISpec{Audience: fmt.Sprintf("https://api%d.example.test", i), Owners: map[string]string{"orders": "owner_id"}}
		for _, action := range actions[:1+r.IntN(3)] {
			spec.Permissions = append(spec.Permissions, apply.PermissionSpec{Permission: "orders:" + action, Description: text(), Sensitive: action == "burn", Requires: apply.RequirementSpec{ACR: []string{"", "aal2"}[r.IntN(2)]}})
		}
		for c := range clients {
			if some(2) {
				spec.Servers = append(spec.Servers, client(c))
			}
		}
		add(apply.API, fmt.Sprintf("api%d", i), spec)
		if some(2) {
			add(apply.Scope, fmt.Sprintf("api%d.read", i), &apply.ScopeSpec{API: fmt.Sprintf("api%d", i), Permissions: []string{fmt.Sprintf("api%d/orders:read", i)}, Description: text()})
		}
	}
	for i := range roles {
		spec := &apply.RoleSpec{Permissions: []string{fmt.Sprintf("api%d/*:read", r.IntN(apis))}}
		if i > 0 && some(3) { // by names that sort the other way round
			spec.Parents = []string{fmt.Sprintf("role%d", roles-i)}
		}
		if i > 3 {
			spec.MaxGrant = "30d"
		}
		add(apply.Role, fmt.Sprintf("role%d", roles-1-i), spec)
	}
	for i := range clients {
		spec := &apply.ClientSpec{Name: fmt.Sprintf("Client %d", i), RedirectURIs: []string{fmt.Sprintf("https://client%d.example.test/cb", i)}, IDTokenClaims: some(2)}
		if roles > 0 && some(2) {
			spec.RequireRoles = []string{"role0"}
		}
		if some(2) {
			spec.Scopes, spec.Roles = []string{"openid"}, apply.ListingSpec{Claim: "roles", Filter: []string{"role*"}}
		}
		add(apply.Client, client(i), spec)
	}
	for i := range accounts {
		disabled := some(2)
		add(apply.ServiceAccount, fmt.Sprintf("account%d", i), &apply.ServiceAccountSpec{Description: text(), Disabled: &disabled})
	}
	subjects := []apply.SubjectSpec{{Group: "group0"}}
	for _, email := range people {
		subjects = append(subjects, apply.SubjectSpec{User: email})
	}
	for i := range clients {
		subjects = append(subjects, apply.SubjectSpec{Client: client(i)})
	}
	for i := range accounts {
		subjects = append(subjects, apply.SubjectSpec{Service: fmt.Sprintf("account%d", i)})
	}
	for i, who := range subjects {
		if i > 0 && some(2) {
			add(apply.Membership, "", &apply.MembershipSpec{Group: fmt.Sprintf("group%d", r.IntN(groups)), Member: who, Reason: text(), ExpiresAt: moment()})
		}
		if some(2) {
			add(apply.Membership, "", &apply.MembershipSpec{Organisation: fmt.Sprintf("org%d", r.IntN(orgs)), Member: who})
		}
		spec := &apply.GrantSpec{Subject: who, Permission: fmt.Sprintf("api%d/orders:read", r.IntN(apis)), Reason: "r" + text(), ExpiresAt: moment()}
		switch r.IntN(5) {
		case 0:
			spec.Where = "own"
		case 1:
			spec.ResourceIDs = []string{"42", "a b"}
		case 2:
			spec.Condition = "resource.total <= 500.0 ||\n  \"x\" in principal.groups"
		case 3:
			spec.Effect = "deny"
		}
		if roles > 0 && some(2) {
			spec.Role, spec.Permission = fmt.Sprintf("role%d", r.IntN(roles)), ""
		}
		if spec.Role != "" { // which may have a longest time
			spec.ExpiresAt = time.Now().Add(time.Duration(1+r.IntN(600)) * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)
		}
		if some(3) {
			spec.Organisation = fmt.Sprintf("org%d", r.IntN(orgs))
		}
		add(apply.Grant, fmt.Sprintf("grant of %d, %d", i, r.Uint32()), spec)
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return set(all...)
}

func aGroup(name string) apply.Object {
	return apply.Object{Kind: apply.Group, ID: name, Spec: &apply.GroupSpec{}}
}

// What the set made is removed once it is named no more, and nothing else is.
func TestPruneRemovesWhatTheSetMade(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	_, err := g.House.Access.CreateGroup(t.Context(), gatetest.Console, access.GroupRecord{ID: "by-hand"})
	must(t, err)
	applied(t, g, set(aGroup("desk"), aGroup("by-hand"), aGroup("kept")), apply.Options{})
	other := apply.Set{Name: "others", Objects: []apply.Object{aGroup("theirs")}}
	applied(t, g, other, apply.Options{})

	done := applied(t, g, set(aGroup("kept")), apply.Options{})
	if done.Drift() {
		t.Errorf("without prune something changes: %s", changesOf(done.Plan))
	}
	done = applied(t, g, set(aGroup("kept")), apply.Options{Prune: true})
	if got := changesOf(done.Plan); got != "delete Group desk []" {
		t.Errorf("got %s", got)
	}
	if _, err := g.House.Applies.Apply(t.Context(), gatetest.Console, set(), apply.Options{Prune: true}, nil, ""); fault.CodeOf(err) != "apply.empty" {
		t.Errorf("an empty set: %v", err)
	}
	applied(t, g, set(aGroup("kept"), aGroup("by-hand")), apply.Options{Adopt: true})
	done = applied(t, g, set(aGroup("kept")), apply.Options{Prune: true})
	if got := changesOf(done.Plan); got != "delete Group by-hand []" {
		t.Errorf("what was adopted: got %s", got)
	}
	_, err = g.House.Access.Group(t.Context(), "theirs")
	must(t, err)
	theirs := set(apply.Object{Kind: apply.Group, ID: "theirs", Spec: &apply.GroupSpec{Description: "Mine"}})
	if _, err := g.House.Applies.Plan(t.Context(), gatetest.Console, theirs, apply.Options{}, nil); fault.CodeOf(err) != "apply.invalid" {
		t.Errorf("what another set manages was changed: %v", err)
	}
}

// Other files under the name that nobody chose do not remove what the first ones made.
func TestOtherFilesPruneNothingOfTheFirst(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	applied(t, g, set(aGroup("desk")), apply.Options{})
	others := set(aGroup("night"))
	prune := apply.Options{Prune: true}
	if _, err := g.House.Applies.Plan(t.Context(), gatetest.Console, others, prune, nil); fault.CodeOf(err) != "apply.other_files" || !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
	named := apply.Set{Name: "rota", Objects: others.Objects}
	if done := applied(t, g, named, prune); done.Count(apply.Delete) != 0 || !isThere(t, g, "desk") {
		t.Error("a set removes what another one made")
	}
	applied(t, g, set(aGroup("day")), apply.Options{}) // on purpose: in two steps
	if done := applied(t, g, set(aGroup("day")), prune); done.Count(apply.Delete) != 1 {
		t.Errorf("got %s", changesOf(done.Plan))
	}
}

// What was removed by hand and made anew is somebody else's, and is managed no more.
func TestWhatIsGoneIsManagedNoMore(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	applied(t, g, set(aGroup("desk"), aGroup("kept")), apply.Options{})
	must(t, g.House.Access.DeleteGroup(t.Context(), gatetest.Console, "desk"))
	_, err := g.House.Access.CreateGroup(t.Context(), gatetest.Console, access.GroupRecord{ID: "desk"})
	must(t, err)
	done := applied(t, g, set(aGroup("kept")), apply.Options{Prune: true})
	if done.Drift() {
		t.Errorf("what somebody made by hand was pruned: %s", changesOf(done.Plan))
	}
	managed, err := g.House.Store.ManagedAfter(t.Context(), access.Managed{}, 10)
	must(t, err)
	if len(managed) != 1 || managed[0].Name != "kept" {
		t.Errorf("managed are %v", managed)
	}
}

// What is wrong with a name, a reference and a value is said at once.
func TestAllThatIsWrongWithASetIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	_, err := g.House.Applies.Plan(t.Context(), gatetest.Console, set(
		aGroup(""),
		apply.Object{Kind: apply.Membership, ID: "x", Spec: &apply.MembershipSpec{Group: "desk", Member: apply.SubjectSpec{User: "nobody@example.test"}}},
		apply.Object{Kind: apply.Role, ID: "reader", Spec: &apply.RoleSpec{Parents: []string{"nobody"}}},
		apply.Object{Kind: "Rolle", ID: "reader", Spec: &apply.RoleSpec{}},
		apply.Object{Kind: apply.Grant, Spec: &apply.GrantSpec{}},
	), apply.Options{}, nil)
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != "apply.invalid" {
		t.Fatal(err)
	}
	var said []string
	for _, one := range f.Fields {
		said = append(said, one.Name)
	}
	slices.Sort(said)
	if want := []string{"objects[0].metadata.id", "objects[1].metadata.id", "objects[1].spec.member.user", "objects[2].spec.parents[0]", "objects[3].kind", "objects[4].metadata.id"}; !slices.Equal(said, want) {
		t.Errorf("said is %v, want %v", said, want)
	}
}

// Who changes by hand for how long somebody is in a group leaves them the set's, which
// puts that right and removes them once it names them no more.
func TestAMembershipThatWasChangedByHandIsStillTheSets(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	g.Person("ada")
	ada := apply.Object{Kind: apply.Membership, Spec: &apply.MembershipSpec{Group: "desk", Member: apply.SubjectSpec{User: "ada@example.test"}, ExpiresAt: "2100-01-01T00:00:00Z"}}
	applied(t, g, set(aGroup("desk"), ada), apply.Options{})
	in, _, err := g.House.Access.Members(t.Context(), group("desk"), access.Subject{}, 1)
	must(t, err)
	longer := in[0]
	longer.ExpiresAt = time.Time{}
	now, err := g.House.Access.AddMember(t.Context(), gatetest.Console, longer)
	must(t, err)
	if !now.Created.Equal(in[0].Created) || now.Rev != 2 {
		t.Errorf("it was %+v and is %+v", in[0], now)
	}
	if done := applied(t, g, set(aGroup("desk"), ada), apply.Options{}); done.Count(apply.Update) != 1 {
		t.Errorf("got %s", changesOf(done.Plan))
	}
	if done := applied(t, g, set(aGroup("desk")), apply.Options{Prune: true}); changesOf(done.Plan) != "delete Membership desk/ada@example.test []" {
		t.Errorf("got %s", changesOf(done.Plan))
	}
}

// A grant that somebody revoked is not given again by a file that still names it.
func TestARevokedGrantStaysRevoked(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	grant := apply.Object{Kind: apply.Grant, ID: "desk reads", Spec: &apply.GrantSpec{Subject: apply.SubjectSpec{Group: "desk"}, Permission: "gatehouse/users:read", Reason: "test"}}
	applied(t, g, set(aGroup("desk"), grant), apply.Options{})
	_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, apply.GrantID("desk reads"), "No more")
	must(t, err)
	done := applied(t, g, set(aGroup("desk"), grant), apply.Options{Prune: true})
	if got := changesOf(done.Plan); got != "ended Grant desk reads []" {
		t.Errorf("got %s", got)
	}
	if r, err := g.House.Access.Grant(t.Context(), apply.GrantID("desk reads")); err != nil || r.Revoked.IsZero() {
		t.Errorf("it is %+v, %v", r, err)
	}
}

// No set takes the last administrator away, be it that it names them no more.
func TestNoSetTakesTheLastAdministrator(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	g.Person("ada")
	admin := apply.Object{Kind: apply.Grant, ID: "the one", Spec: &apply.GrantSpec{Subject: apply.SubjectSpec{User: "ada@example.test"}, Role: "administrator", Reason: "test"}}
	applied(t, g, set(aGroup("desk"), admin), apply.Options{})
	for what, s := range map[string]apply.Set{
		"pruned": set(aGroup("desk")),
		"denied": set(aGroup("desk"), admin, apply.Object{Kind: apply.Grant, ID: "no", Spec: &apply.GrantSpec{Subject: apply.SubjectSpec{User: "ada@example.test"}, Effect: "deny", Permission: "gatehouse/users:read", Reason: "test"}}),
	} {
		_, err := g.House.Applies.Plan(t.Context(), gatetest.Console, s, apply.Options{Prune: true}, nil)
		if fault.CodeOf(err) != "access.last_administrator" {
			t.Errorf("%s: the plan says %v", what, err)
		}
	}
}

// Who changes the house between plan and commit is not undone: it is planned anew.
func TestWhatChangedMeanwhileIsPlannedAnew(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		s, times := *g.House.Applies, 0
		over := s.Over
		s.Over = func(d *draft.Draft, people map[id.User]bool) (*access.Service, *oauth.Service) {
			if times++; times <= 2 { // the draft was read
				_, err := g.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: fmt.Sprintf("other%d", times)})
				must(t, err)
			}
			return over(d, people)
		}
		_, err := s.Apply(t.Context(), gatetest.Console, set(aGroup("desk"), aGroup("other1")), apply.Options{}, nil, "")
		must(t, err)
		if times != 3 {
			t.Errorf("it was planned %d times", times)
		}
		seen, err := s.Plan(t.Context(), gatetest.Console, set(aGroup("late"), aGroup("later")), apply.Options{}, nil)
		must(t, err)
		_, err = g.House.Access.CreateGroup(t.Context(), gatetest.Console, access.GroupRecord{ID: "late"})
		must(t, err)
		if _, err := s.Apply(t.Context(), gatetest.Console, set(aGroup("late"), aGroup("later")), apply.Options{}, nil, seen.Digest); fault.CodeOf(err) != "apply.changed" {
			t.Errorf("another plan than the one that was seen: %v", err)
		}
	})
}

// Each kind needs its own permissions, beside the guard of what is handed on.
func TestEachKindNeedsItsPermission(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	g.Person("ada")
	one := set(everyKind()...)
	asked := map[string]bool{}
	_, err := g.House.Applies.Plan(t.Context(), gatetest.Console, one, apply.Options{}, func(p string) error { asked[p] = true; return nil })
	must(t, err)
	if len(asked) != 2*(len(apply.Kinds)-2)+1 { // to see and to change each, three of which go together, and to see people
		t.Errorf("asked were %v", asked)
	}
	for lacks := range asked {
		_, err := g.House.Applies.Plan(t.Context(), gatetest.Console, one, apply.Options{}, func(p string) error {
			if p == lacks {
				return fault.New(fault.Forbidden, "caller.forbidden", "no")
			}
			return nil
		})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("without %s: %v", lacks, err)
		}
	}
}

// What a set changes takes the permission that the route of the same change takes.
func TestASetAsksForWhatTheRoutesAskFor(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	g.Person("ada")
	permissions := map[string]string{}
	for _, rt := range admin.Table() {
		permissions[rt.ID] = rt.Permission
	}
	asking := func(s apply.Set, o apply.Options) (asked []string) {
		t.Helper()
		_, err := g.House.Applies.Apply(t.Context(), gatetest.Console, s, o, func(p string) error {
			asked = append(asked, strings.TrimPrefix(p, access.Gatehouse+"/"))
			return nil
		}, "")
		must(t, err)
		return asked
	}
	yes := true
	app := func(change func(s *apply.ClientSpec)) apply.Set {
		spec := &apply.ClientSpec{Name: "Till", RedirectURIs: []string{"https://till.example.test/cb"}}
		change(spec)
		return set(apply.Object{Kind: apply.Client, ID: "till", Spec: spec})
	}
	account := func(spec apply.ServiceAccountSpec) apply.Set {
		return set(apply.Object{Kind: apply.ServiceAccount, ID: "nightly", Spec: &spec})
	}
	kept := apply.Object{Kind: apply.Organisation, ID: "kept", Spec: &apply.GroupSpec{}}
	prune := apply.Options{Prune: true}
	for _, c := range []struct {
		what   string
		set    apply.Set
		o      apply.Options
		routes []string
		more   []string
	}{
		{"create all", set(append(everyKind(), kept)...), apply.Options{}, []string{"createOrganisation", "createGroup", "createScope", "createClient", "createServiceAccount", "putGroupMember", "createGateRoute", "createGateUpstream", "createGateEdge"}, []string{"apis:write", "roles:write", "grants:write"}},
		{"change an application", app(func(s *apply.ClientSpec) { s.Name = "Register" }), apply.Options{}, []string{"updateClient"}, nil},
		{"disable one", app(func(s *apply.ClientSpec) { s.Disabled = &yes }), apply.Options{}, []string{"disableClient"}, nil},
		{"enable one", app(func(s *apply.ClientSpec) { s.Disabled = new(bool) }), apply.Options{}, []string{"enableClient"}, nil},
		{"another way to authenticate", app(func(s *apply.ClientSpec) { s.AuthMethod = "none" }), apply.Options{}, []string{"rotateClientSecret"}, nil},
		{"ask nobody", app(func(s *apply.ClientSpec) { s.Consent = new(bool) }), apply.Options{}, nil, []string{"clients:privilege"}},
		{"and lead elsewhere", app(func(s *apply.ClientSpec) {
			s.Consent, s.RedirectURIs = new(bool), []string{"https://eve.example.test/cb"}
		}), apply.Options{}, nil, []string{"clients:privilege"}},
		{"describe an account", account(apply.ServiceAccountSpec{Description: "x"}), apply.Options{}, []string{"updateServiceAccount"}, nil},
		{"disable it", account(apply.ServiceAccountSpec{Description: "x", Disabled: &yes}), apply.Options{}, []string{"disableServiceAccount"}, nil},
		{"enable it", account(apply.ServiceAccountSpec{Description: "x", Disabled: new(bool)}), apply.Options{}, []string{"enableServiceAccount"}, nil},
		{"remove all", set(kept), prune, []string{"deleteOrganisation", "deleteGroup", "deleteScope", "deleteClient", "deleteServiceAccount", "removeGroupMember", "deleteGateRoute", "deleteGateUpstream", "deleteGateEdge"}, []string{"apis:delete", "roles:delete", "grants:write"}},
	} {
		asked := asking(c.set, c.o)
		for _, route := range c.routes {
			if permissions[route] == "" {
				t.Fatalf("there is no route %s", route)
			}
			c.more = append(c.more, permissions[route])
		}
		for _, p := range c.more {
			if !slices.Contains(asked, p) {
				t.Errorf("%s: %s was not asked for, but %v", c.what, p, asked)
			}
		}
	}
}

// What the single commands refuse to hand on, a set is refused too: the services over a
// draft are those of the house.
func TestADraftRefusesWhatTheHouseRefuses(t *testing.T) {
	t.Parallel()
	tried := 0
	for what, way := range handings() {
		if strings.Contains(what, "Lock") || strings.Contains(what, "CreateService") {
			continue // no set has locks or keys
		}
		tried++
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			for _, enough := range []bool{false, true} {
				h := newHand(t)
				if way.prepare != nil {
					way.prepare(t, h)
				}
				if enough {
					h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = access.Administrator, access.Pattern{} })
				}
				d, err := draft.New(t.Context(), h.House.Store, clock.Now())
				must(t, err)
				h.House.Access, h.House.OAuth = h.House.Applies.Over(d, nil)
				times := 2 // the second time out of what it remembers
				if strings.HasPrefix(what, "RemoveMember") {
					times = 1 // it asks once the membership is gone; a plan in which one thing is refused is given up whole
				}
				for range times {
					err = way.do(t.Context(), h, h.by())
					if refused := fault.CodeOf(err) == "access.not_held"; refused == enough {
						t.Errorf("administrator: %v, and got %v", enough, err)
					}
				}
			}
		})
	}
	if tried < 30 {
		t.Errorf("only %d ways were tried", tried)
	}
}

// A description is changed, and the thing stays the one that it was.
func TestDescriptionsChangeAndThingsStay(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	described := func(text string) apply.Set {
		return set(
			apply.Object{Kind: apply.Group, ID: "desk", Spec: &apply.GroupSpec{Description: text}},
			apply.Object{Kind: apply.Organisation, ID: "acme", Spec: &apply.GroupSpec{Description: text}},
			apply.Object{Kind: apply.ServiceAccount, ID: "nightly", Spec: &apply.ServiceAccountSpec{Description: text}},
		)
	}
	applied(t, g, described("before"), apply.Options{})
	was, err := g.House.Access.Group(t.Context(), "desk")
	must(t, err)
	if done := applied(t, g, described("after"), apply.Options{Prune: true}); done.Count(apply.Update) != 3 || len(done.Changes) != 3 {
		t.Errorf("got %s", changesOf(done.Plan))
	}
	is, err := g.House.Access.Group(t.Context(), "desk")
	must(t, err)
	if is.Description != "after" || !is.Created.Equal(was.Created) || is.Rev != was.Rev+1 {
		t.Errorf("it was %+v and is %+v", was, is)
	}
	for _, action := range []audit.Action{access.ActionGroupUpdate, access.ActionOrgUpdate, access.ActionServiceUpdate} {
		page, _, err := g.House.Trail.Page(t.Context(), audit.Query{Actions: []audit.Action{action}}, 10)
		must(t, err)
		if len(page) != 1 || !strings.Contains(string(page[0].Before), "before") || !strings.Contains(string(page[0].After), "after") {
			t.Errorf("%s: %+v", action, page)
		}
	}
	long := described(strings.Repeat("x", 201))
	if _, err := g.House.Applies.Plan(t.Context(), gatetest.Console, long, apply.Options{}, nil); fault.CodeOf(err) != "apply.invalid" {
		t.Errorf("a description that is too long: %v", err)
	}
}

// A change by a set is recorded as the same one by itself.
func TestASetIsRecordedLikeItsChanges(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	applied(t, g, set(aGroup("desk"), aGroup("hall")), apply.Options{})
	page, _, err := g.House.Trail.Page(t.Context(), audit.Query{Actions: []audit.Action{access.ActionGroupCreate}}, 10)
	must(t, err)
	if len(page) != 2 || page[0].Actor.Kind != audit.Console || page[0].Outcome != audit.Done {
		t.Errorf("got %+v", page)
	}
}
