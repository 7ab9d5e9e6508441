package house

import (
	"context"
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// stood is a policy that stays as it is.
type stood struct{ *access.Snapshot }

func (s stood) Current(context.Context) (*access.Snapshot, error) { return s.Snapshot, nil }

// A token says what its scopes are for, of a person and of a program, and nothing while
// whoever asks by it is locked: the person, the session, or the application.
func TestATokenSaysWhatItsScopesAreFor(t *testing.T) {
	t.Parallel()
	now := time.Now()
	ada, web := access.Subject{Kind: access.User, ID: "usr_ada"}, access.Subject{Kind: access.Client, ID: "web"}
	orders := []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}, {API: "shop", Resource: "orders", Action: "write"}}
	policy := func(locks ...access.LockTarget) ceiling {
		p := access.Policy{
			APIs:   []access.API{{ID: "shop", Audience: "https://shop.test", Delegation: access.ByScope, Permissions: []access.Permission{{Resource: "orders", Action: "read"}, {Resource: "orders", Action: "write"}}}},
			Scopes: []access.Scope{{Name: "shop.read", API: "shop", Patterns: orders[:1]}, {Name: "shop.write", API: "shop", Patterns: orders[1:]}},
		}
		for _, who := range []access.Subject{ada, web} {
			p.Grants = append(p.Grants, access.Grant{Subject: who, Effect: access.Allow, Permission: access.Pattern{API: "shop", Resource: "orders", Action: access.Any}, Where: access.Where{Place: access.Everywhere}, Window: access.Window{ExpiresAt: now.Add(time.Hour)}})
		}
		for _, on := range locks {
			p.Locks = append(p.Locks, access.Lock{On: on})
		}
		return ceiling{stood{access.Compile(p)}}
	}
	client := &oauth.Client{ID: "web", Permissions: oauth.PermissionsInline}
	for name, a := range map[string]*oauth.Authorization{
		"a person":  {User: "usr_ada", Session: "ses_1", Level: proof.AAL1, AuthTime: now.Add(-time.Minute)},
		"a program": {},
	} {
		allowed, err := policy().Over(t.Context(), client, a, []string{"shop.read", "shop.write"}, now)
		if err != nil || allowed.Stopped || len(allowed.Scopes) != 2 || allowed.Entitlements == nil {
			t.Fatalf("%s: %+v, %v", name, allowed, err)
		}
		for scope, want := range map[string][]string{"shop.read": {"shop/orders:read"}, "shop.write": {"shop/orders:write"}, "openid": nil} {
			has := allowed.Entitlements.At([]string{"https://shop.test"}, []string{scope}, now, time.Minute).Permissions.Names
			if !slices.Equal(has, want) {
				t.Errorf("%s, with %s: %v, want %v", name, scope, has, want)
			}
		}
		if has := allowed.Entitlements.At([]string{"https://shop.test"}, []string{"shop.read"}, now.Add(2*time.Hour), time.Minute).Permissions.Names; len(has) > 0 {
			t.Errorf("%s, once it is over: %v", name, has)
		}
		if has := allowed.Entitlements.At(nil, []string{"shop.read"}, now, time.Minute).Permissions.Names; len(has) > 0 {
			t.Errorf("%s, in a token for nobody: %v", name, has)
		}
		for _, on := range []access.LockTarget{access.On(ada), access.On(web), {Kind: access.LockSession, ID: "ses_1"}} {
			concerned := on.Kind == access.LockClient || a.User != ""
			if allowed, err := policy(on).Over(t.Context(), client, a, []string{"shop.read"}, now); err != nil || allowed.Stopped != concerned {
				t.Errorf("%s, and a lock on a %s: %+v, %v", name, on.Kind, allowed, err)
			}
		}
	}
}

// What is asked about a token is what its person proved, and when.
func TestATokenIsAskedAboutWithWhatItsPersonProved(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := &oauth.Authorization{User: "usr_ada", Session: "ses_1", Level: proof.AAL2, AuthTime: now.Add(-time.Minute)}
	got := questionOf(&oauth.Client{ID: "web"}, a, now)
	if got.Level != a.Level || !got.AuthTime.Equal(a.AuthTime) || !got.Now.Equal(now) || got.Session != "ses_1" || got.Client != "web" || !got.Delegated {
		t.Errorf("%+v", got)
	}
}
