package house

import (
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// assignments is a house in which ada has roles: plain for an hour, and fresh and
// fresher after a sign-in that is not old.
func assignments(now time.Time, locks ...access.LockTarget) assigner {
	shop := access.Permission{Resource: "orders", Action: "read"}
	p := access.Policy{APIs: []access.API{{ID: "shop", Audience: "https://shop.test", Delegation: access.ByAudience, Permissions: []access.Permission{shop}}}}
	for name, g := range map[string]access.Grant{
		"plain":   {Window: access.Window{ExpiresAt: now.Add(time.Hour)}},
		"fresh":   {Requires: access.Requirement{Level: proof.AAL2, MaxAge: 10 * time.Minute}},
		"fresher": {Requires: access.Requirement{MaxAge: 5 * time.Minute}},
	} {
		p.Roles = append(p.Roles, access.Role{ID: name, Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}})
		g.Subject, g.Effect, g.Role, g.Where.Place = access.Subject{Kind: access.User, ID: "usr_ada"}, access.Allow, name, access.Everywhere
		p.Grants = append(p.Grants, g)
	}
	for _, on := range locks {
		p.Locks = append(p.Locks, access.Lock{On: on})
	}
	return assigner{policy: stood{access.Compile(p)}}
}

// Which roles somebody has goes by their session, their client, and what they proved when;
// and each is told of with its end.
func TestWhichRolesSomebodyHasGoesByHowTheyCame(t *testing.T) {
	t.Parallel()
	now := time.Now()
	came := oauth.Bearer{User: "usr_ada", Session: "ses_1", Client: "web", Level: proof.AAL2, AuthTime: now.Add(-time.Minute), Now: now, Until: now.Add(2 * time.Hour)}
	for name, c := range map[string]struct {
		change func(b *oauth.Bearer)
		lock   access.LockTarget
		want   []string
	}{
		"just now":                  {func(*oauth.Bearer) {}, access.LockTarget{}, []string{"fresh", "fresher", "plain"}},
		"some time ago":             {func(b *oauth.Bearer) { b.AuthTime = now.Add(-7 * time.Minute) }, access.LockTarget{}, []string{"fresh", "plain"}},
		"long ago":                  {func(b *oauth.Bearer) { b.AuthTime = now.Add(-time.Hour) }, access.LockTarget{}, []string{"plain"}},
		"with one factor":           {func(b *oauth.Bearer) { b.Level = proof.AAL1 }, access.LockTarget{}, []string{"fresher", "plain"}},
		"by a session with a lock":  {func(*oauth.Bearer) {}, access.LockTarget{Kind: access.LockSession, ID: "ses_1"}, nil},
		"by a client with a lock":   {func(*oauth.Bearer) {}, access.LockTarget{Kind: access.LockClient, ID: "web"}, nil},
		"with a lock on themselves": {func(*oauth.Bearer) {}, access.LockTarget{Kind: access.LockUser, ID: "usr_ada"}, nil},
		"with a lock on another":    {func(*oauth.Bearer) {}, access.LockTarget{Kind: access.LockClient, ID: "app"}, []string{"fresh", "fresher", "plain"}},
	} {
		b := came
		c.change(&b)
		has, err := assignments(now, c.lock).Assignments(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range has.Roles {
			names = append(names, r.ID)
			if r.ID == "plain" && r.Until.Sub(now).Round(time.Second) != time.Hour {
				t.Errorf("%s: plain ends at %v", name, r.Until)
			}
		}
		if slices.Sort(names); !slices.Equal(names, c.want) {
			t.Errorf("%s: %v, want %v", name, names, c.want)
		}
	}
}

// Who signs in to an application that requires roles proves what the strictest of them
// asks for, in whichever order they are required; and nobody has a role by an application with a lock.
func TestRequiredRolesAskForTheStrictestProof(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, roles := range [][]string{{"fresh", "fresher", "plain"}, {"plain", "fresher", "fresh"}} {
		a, err := assignments(now).admission(t.Context(), &oauth.Client{ID: "web", RequireRoles: roles}, "usr_ada")
		if err != nil || len(a.Missing) > 0 || a.Level != proof.AAL2 || a.MaxAge != 5*time.Minute {
			t.Errorf("%v: %+v, %v", roles, a, err)
		}
	}
	a, err := assignments(now, access.LockTarget{Kind: access.LockClient, ID: "web"}).admission(t.Context(), &oauth.Client{ID: "web", RequireRoles: []string{"plain"}}, "usr_ada")
	if err != nil || len(a.Missing) != 1 {
		t.Errorf("with a lock on the application: %+v, %v", a, err)
	}
}
