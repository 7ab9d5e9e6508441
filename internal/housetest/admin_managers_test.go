package housetest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// wholeHouse are the lists of which nobody sees a part who has the permission within one
// organisation or for one group: what they have is of no organisation and of no group.
var wholeHouse = map[string]string{
	"listAPIs":                  "a catalogue is for everybody",
	"listPermissions":           "a catalogue is for everybody",
	"listRoles":                 "a role is for everybody",
	"listScopes":                "a scope is for every application",
	"listClients":               "an application is for everybody who may use it",
	"listClientRefreshFamilies": "an application has them of everybody",
	"listServiceAccounts":       "a program works for the whole house",
	"listServiceKeys":           "a program works for the whole house",
	"listKeys":                  "the keys sign for everybody",
	"listLocks":                 "why somebody is suspended is told to who may lift it",
	"listSettings":              "a setting counts for everybody",
	"listGateRoutes":            "a route is for everybody",
	"listGateUpstreams":         "an upstream is for everybody",
	"listAuditEvents":           "an event is about all whom it names",
	"listAuditCheckpoints":      "a checkpoint is of the whole log",
	"listAuditVerifications":    "a verification is of the whole log",
	"listImports":               "a file brings people who are in nothing yet",
	"listImportRows":            "a file brings people who are in nothing yet",
	"listSessions":              "where people are signed in is for who looks after the house",
	"listUserSessions":          "where people are signed in is told of a person by their id",
	"listUserRefreshFamilies":   "what applications hold of a person is told by their id",
	"listPersonalTokens":        "what a person's programs may do is told by their id",
	"listConsents":              "to what a person agreed is told by their id",
	"listClientConsents":        "an application has them of everybody",
	"listClientRefusals":        "an application is refused whoever it asks for",
	"listAPIUses":               "a catalogue is for everybody, and so is what names it",
	"listServedRoutes":          "a route is for everybody",
	"listServedUpstreams":       "an upstream is for everybody",
	"listServedEdges":           "an edge serves routes for everybody",
	"listFilters":               "everybody has their own",
	"listGateEdges":             "an edge serves routes for everybody",
	"listGrantEndings":          "a day's count is of everybody's grants; those that a manager sees are in listGrants by their ends",
	"listRoleReach":             "who has a role by whatever way is of everybody's grants; those that a manager sees are in listRoleHolders",
}

// managed are people in and beside an organisation and a group, with managers of these two who
// have the permission of every list there.
type managed struct {
	*steering
	there   map[string]string
	people  map[string]*gatetest.Person
	byEmail map[string]string
	keys    map[string]string // of the managers, by what they manage
}

func newManaged(t *testing.T, g *gatetest.Gate) *managed {
	t.Helper()
	s := &steering{Gate: g, t: t, issuer: gatetest.Issuer}
	s.boss = s.account("boss", func(string) bool { return true })
	m := &managed{steering: s, there: s.targets(), people: map[string]*gatetest.Person{}, byEmail: map[string]string{}, keys: map[string]string{}}
	ctx, a := context.Background(), s.House.Access
	for _, name := range []string{"team", "hidden"} {
		_, err := a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: name})
		must(t, err)
	}
	for _, name := range []string{"ada", "bob", "cyd", "dan", "eve", "fay"} {
		m.people[name] = s.Person(name, gatetest.NoPassword)
		m.byEmail[m.people[name].Email] = name
	}
	desk, acme, team, hidden := group("desk"), access.Subject{Kind: access.Organisation, ID: "acme"}, group("team"), group("hidden")
	for _, one := range []access.Membership{
		{Of: desk, Member: team},
		{Of: team, Member: m.who("ada")},
		{Of: desk, Member: m.who("dan")},
		{Of: desk, Member: m.who("cyd"), Window: access.Window{NotBefore: time.Now().Add(time.Hour)}},
		{Of: acme, Member: m.who("bob")},
		{Of: acme, Member: hidden},
		{Of: hidden, Member: m.who("fay")},
	} {
		_, err := a.AddMember(ctx, gatetest.Console, access.MembershipRecord{Membership: one})
		must(t, err)
	}
	var permissions []string
	for _, d := range lists(t) {
		if p := strings.TrimPrefix(d.Permission, access.Gatehouse+"/"); !slices.Contains(permissions, p) {
			permissions = append(permissions, p)
		}
	}
	m.keys["desk"], m.keys["acme"] = s.manager("of-desk", "", "desk", permissions...), s.manager("of-acme", "acme", "", permissions...)
	m.give(acmeOnly, m.who("bob"), "target/things:read")
	m.give(acmeOnly, hidden, "target/things:write")
	m.give(unchanged, m.who("dan"), "gatehouse/keys:read")
	m.give(unchanged, m.who("eve"), "target/things:read")
	m.give(unchanged, m.who("fay"), "target/things:read")
	m.give(func(g *access.Grant) { g.Effect = access.Deny }, m.who("ada"), "target/things:read")
	s.Settle()
	return m
}

func unchanged(*access.Grant)            {}
func acmeOnly(g *access.Grant)           { g.Org = "acme" }
func (m *managed) id(name string) string { return string(m.people[name].ID) }

func (m *managed) who(name string) access.Subject {
	return access.Subject{Kind: access.User, ID: m.id(name)}
}

func (m *managed) give(change func(*access.Grant), to access.Subject, permission string) {
	m.t.Helper()
	p, err := access.ParsePattern(permission)
	must(m.t, err)
	g := access.Grant{Subject: to, Effect: access.Allow, Permission: p, Where: access.Where{Place: access.Everywhere}, Reason: "test"}
	change(&g)
	_, err = m.House.Access.Give(context.Background(), gatetest.Console, g)
	must(m.t, err)
}

// names are who is in a list, by the member that has an id.
func (m *managed) names(a gatetest.Answer, id func(item map[string]any) any) string {
	var all []string
	list, _ := a.JSON["items"].([]any)
	for _, one := range list {
		named := fmt.Sprint(id(one.(map[string]any)))
		for name, p := range m.people {
			if string(p.ID) == named {
				named = name
			}
		}
		all = append(all, named)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func ownID(item map[string]any) any { return item["id"] }

func principalID(item map[string]any) any { return item["principal"].(map[string]any)["id"] }

// lists are the operations of the document that answer with a list.
func lists(t *testing.T) (all []described) {
	t.Helper()
	for _, d := range documented(t) {
		if strings.HasPrefix(d.ID, "list") {
			all = append(all, d)
		}
	}
	return all
}

// Whoever manages one organisation or one group is answered every list with what is theirs,
// or is refused one that has nothing of an organisation or a group, for a reason.
func TestAManagerIsAnsweredEveryList(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		m := newManaged(t, g)
		beyond := map[string][]string{"desk": {"bob", "eve", "fay"}, "acme": {"ada", "cyd", "dan", "eve"}}
		path := map[string]map[string]string{"desk": {"user": m.id("dan"), "group": "desk", "organisation": "acme"}, "acme": {"user": m.id("bob"), "group": "desk", "organisation": "acme"}}
		notTheirs := map[string]string{"desk": "listOrganisationMembers", "acme": "listGroupMembers"}
		for manager, key := range m.keys {
			for part, name := range m.there {
				if path[manager][part] == "" {
					path[manager][part] = name
				}
			}
			for _, d := range lists(t) {
				a := m.call(key, http.MethodGet, d.about(path[manager])+"?"+needed(d.ID), nil)
				if wholeHouse[d.ID] != "" || d.ID == notTheirs[manager] {
					if a.Status != http.StatusForbidden || problem(a) != "caller.forbidden" {
						t.Errorf("the manager of %s asks for %s: %d %s", manager, d.ID, a.Status, a.Body)
					}
					continue
				}
				if a.Status != http.StatusOK {
					t.Errorf("the manager of %s asks for %s: %d %s", manager, d.ID, a.Status, a.Body)
				}
				for _, name := range beyond[manager] {
					if strings.Contains(string(a.Body), m.id(name)) {
						t.Errorf("%s tells the manager of %s of %s: %s", d.ID, manager, name, a.Body)
					}
				}
			}
		}
		for what, why := range wholeHouse {
			if why == "" || !slices.ContainsFunc(lists(t), func(d described) bool { return d.ID == what }) {
				t.Errorf("there is no list %s, or nobody says why it is refused", what)
			}
		}
	})
}

// Whoever manages a group or an organisation sees those people who are in it now, by whatever
// path, in any order and page by page; of others they hear no more than of nobody.
func TestAManagerSeesThePeopleOfTheirCircle(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		m := newManaged(t, g)
		nobody := string(id.NewUser())
		for manager, want := range map[string]string{"desk": "ada dan", "acme": "bob fay"} {
			first, _, _ := strings.Cut(want, " ")
			for query, want := range map[string]string{
				"": want, "sort=email": want, "sort=-email": want, "sort=created": want, "sort=-created": want, "sort=last_sign_in": want, "sort=-last_sign_in": want,
				"state=active": want, "state=disabled": "", "search=" + first: first, "search=eve": "", "search=none": "",
				"email=" + url.QueryEscape(m.people[first].Email): first, "email=" + url.QueryEscape(m.people["eve"].Email): "", "email=none@example.test": "",
			} {
				var got []string
				for next, pages := "", 0; pages < 9; pages++ {
					a := m.call(m.keys[manager], http.MethodGet, "/api/v1/users?limit=1&"+query+next, nil)
					if a.Status != http.StatusOK {
						t.Fatalf("the manager of %s asks for %s: %d %s", manager, query, a.Status, a.Body)
					}
					if name := m.names(a, ownID); name != "" {
						got = append(got, name)
					}
					if a.Text("next") == "" {
						break
					}
					next = "&cursor=" + url.QueryEscape(a.Text("next"))
				}
				if by, backwards := strings.CutPrefix(query, "sort=-"); backwards && by != "last_sign_in" {
					slices.Reverse(got)
				} else if strings.Contains(query, "last_sign_in") { // neither ever did: in the order of their ids
					slices.Sort(got)
				}
				if strings.Join(got, " ") != want {
					t.Errorf("the manager of %s asks for %q, and sees %v, want %s", manager, query, got, want)
				}
			}
			for _, p := range []string{"", "/access", "/access/check?permission=target/things:read"} {
				if a := m.call(m.keys[manager], http.MethodGet, "/api/v1/users/"+m.id(first)+p, nil); a.Status != http.StatusOK {
					t.Errorf("the manager of %s asks for %s%s: %d %s", manager, first, p, a.Status, a.Body)
				}
				a, b := m.call(m.keys[manager], http.MethodGet, "/api/v1/users/"+m.id("eve")+p, nil), m.call(m.keys[manager], http.MethodGet, "/api/v1/users/"+nobody+p, nil)
				if a.Status != http.StatusForbidden || b.Status != a.Status || a.Text("type") != b.Text("type") || a.Text("detail") != b.Text("detail") {
					t.Errorf("the manager of %s asks for %s of eve, and hears %d %s; of nobody %d %s", manager, p, a.Status, a.Body, b.Status, b.Body)
				}
			}
		}
	})
}

// Of what people hold a manager is told by the grants that they see, and that this is a part.
func TestAManagerHearsOfAccessByTheGrantsThatTheySee(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		m := newManaged(t, g)
		for _, c := range []struct{ manager, path, want, hides string }{
			{"desk", "/permissions/holders?permission=target/things:read", "ada dan", "hidden"}, // that one is denied it they do not see
			{"desk", "/permissions/holders?permission=target/things:read&org=acme", "ada dan", "hidden"},
			{"desk", "/permissions/holders?permission=gatehouse/keys:read", "", "dan"},
			{"acme", "/permissions/holders?permission=target/things:read", "", "fay"},
			{"acme", "/permissions/holders?permission=target/things:read&org=acme", "bob", "fay"},
			{"acme", "/permissions/holders?permission=target/things:write&org=acme", "fay", ""},
		} {
			a := m.call(m.keys[c.manager], http.MethodGet, "/api/v1"+c.path, nil)
			if got := m.names(a, principalID); a.Status != http.StatusOK || got != c.want || strings.Contains(string(a.Body), `"items":[{`) != strings.Contains(string(a.Body), `"partial":true`) {
				t.Errorf("the manager of %s asks for %s: %d %s, want %s", c.manager, c.path, a.Status, a.Body, c.want)
			}
			if c.hides != "" && strings.Contains(string(a.Body), `"`+c.hides+`"`) {
				t.Errorf("%s tells the manager of %s of %s: %s", c.path, c.manager, c.hides, a.Body)
			}
		}
		for _, c := range []struct{ manager, who, query, want string }{
			{"desk", "dan", "", "target/things:read"},
			{"desk", "ada", "", "target/things:read"},
			{"acme", "bob", "?org=acme", "target/things:read"},
			{"acme", "fay", "?org=acme", "target/things:write"},
		} {
			a := m.call(m.keys[c.manager], http.MethodGet, "/api/v1/users/"+m.id(c.who)+"/access"+c.query, nil)
			if got := strings.Join(items(a, "permission"), " "); got != c.want || strings.Count(string(a.Body), `"decision":"allow"`) != 1 || !strings.Contains(string(a.Body), `"partial":true`) {
				t.Errorf("the manager of %s asks what %s holds: %d %s, want %s", c.manager, c.who, a.Status, a.Body, c.want)
			}
		}
		if got := strings.Join(m.members("users/"+m.id("dan")+"/access?fields=permission", "permission", 1), " "); got != "gatehouse/keys:read target/things:read" {
			t.Errorf("page by page dan holds %s", got)
		}
		before := url.QueryEscape(time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
		if a := m.call(m.boss, http.MethodGet, "/api/v1/users/"+m.id("dan")+"/access?at="+before, nil); a.Status != http.StatusOK || len(items(a, "permission")) > 0 {
			t.Errorf("what was given since was held before: %d %s", a.Status, a.Body)
		}
		lock := access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockUser, ID: m.id("dan")}, Reason: "hushed"}}
		_, err := m.House.Access.PutLock(context.Background(), gatetest.Console, lock)
		must(t, err)
		m.Settle()
		if a := m.call(m.keys["desk"], http.MethodGet, "/api/v1/users/"+m.id("dan")+"/access", nil); !strings.Contains(string(a.Body), `"reason":"locked"`) || strings.Contains(string(a.Body), "hushed") {
			t.Errorf("of a lock the manager hears %s", a.Body)
		}
		whole := m.call(m.boss, http.MethodGet, "/api/v1/users/"+m.id("dan")+"/access", nil)
		if got := strings.Join(items(whole, "permission"), " "); got != "gatehouse/keys:read target/things:read" || strings.Contains(string(whole.Body), "partial") || !strings.Contains(string(whole.Body), "hushed") {
			t.Errorf("who sees all is told %s", whole.Body)
		}
	})
}

// Who sees everybody but those whom they are denied sees a list without these, and who is
// denied a group sees nobody who is in it, be they in another that is theirs.
func TestWhomAManagerIsDeniedTheyDoNotSee(t *testing.T) {
	t.Parallel()
	m := newManaged(t, gatetest.New(t))
	whoever := access.Subject{Kind: access.ServiceAccount, ID: "of-all"}
	key := m.manager("of-all", "", "", "users:read")
	only := func(ids ...string) func(*access.Grant) {
		return func(g *access.Grant) { g.Effect, g.Where = access.Deny, access.Where{Place: access.Listed, IDs: ids} }
	}
	m.give(only(m.id("eve")), whoever, "gatehouse/users:read")
	m.Settle()
	asks := func(want string) {
		t.Helper()
		if a := m.call(key, http.MethodGet, "/api/v1/users?search=eve", nil); m.names(a, ownID) != "" || a.Status != http.StatusOK {
			t.Errorf("the search finds %d %s", a.Status, a.Body)
		}
		a := m.call(key, http.MethodGet, "/api/v1/users?fields=id&limit=200", nil)
		if got := m.names(a, ownID); a.Status != http.StatusOK || strings.ReplaceAll(got, m.there["user"], "target") != want {
			t.Errorf("seen are %d %s, want %s", a.Status, got, want)
		}
	}
	asks("ada bob cyd dan fay target")
	m.give(only("team"), whoever, "gatehouse/users:read")
	m.Settle()
	asks("bob cyd dan fay target")
	for name, want := range map[string]int{"ada": http.StatusForbidden, "eve": http.StatusForbidden, "bob": http.StatusOK} {
		if a := m.call(key, http.MethodGet, "/api/v1/users/"+m.id(name), nil); a.Status != want {
			t.Errorf("%s by their id: %d %s, want %d", name, a.Status, a.Body, want)
		}
	}
	m.give(unchanged, whoever, "gatehouse/grants:read")
	m.give(only("team"), whoever, "gatehouse/grants:read")
	m.give(unchanged, group("desk"), "target/things:write")
	m.Settle()
	if a := m.call(key, http.MethodGet, "/api/v1/permissions/holders?permission=target/things:write", nil); a.Status != http.StatusOK || m.names(a, principalID) != "dan" {
		t.Errorf("who has what the group of both has is %d %s", a.Status, a.Body)
	}
	m.give(only("team"), access.Subject{Kind: access.ServiceAccount, ID: "of-desk"}, "gatehouse/users:read")
	m.Settle()
	if a := m.call(m.keys["desk"], http.MethodGet, "/api/v1/users", nil); m.names(a, ownID) != "dan" {
		t.Errorf("who is denied a part of their group sees %d %s", a.Status, a.Body)
	}
}
