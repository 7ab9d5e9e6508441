package housetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/apply"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/keys"
	"gatehouse/session"
)

// nameable are the kinds of things that a grant may be for by their ids.
var nameable = map[audit.Kind]struct {
	path, permission string
	object           func(name string) apply.Object
	remove           func(ctx context.Context, g *gatetest.Gate, name string) error
}{
	access.KindGroup: {"groups", "memberships:write", aGroup, func(ctx context.Context, g *gatetest.Gate, name string) error {
		return g.House.Access.DeleteGroup(ctx, gatetest.Console, name)
	}},
	access.KindOrg: {"organisations", "memberships:write", named(apply.Organisation, &apply.GroupSpec{}), func(ctx context.Context, g *gatetest.Gate, name string) error {
		return g.House.Access.DeleteOrg(ctx, gatetest.Console, name)
	}},
	access.KindRole: {"roles", "roles:write", named(apply.Role, &apply.RoleSpec{Permissions: []string{"gatehouse/users:read"}}), func(ctx context.Context, g *gatetest.Gate, name string) error {
		return g.House.Access.DeleteRole(ctx, gatetest.Console, name)
	}},
	access.KindAPI: {
		"apis", "apis:write", named(apply.API, &apply.APISpec{Audience: "https://named.test", Permissions: []apply.PermissionSpec{{Permission: "things:read"}}}),
		func(ctx context.Context, g *gatetest.Gate, name string) error {
			return g.House.Access.DeleteAPI(ctx, gatetest.Console, name)
		},
	},
	access.KindScope: {
		"scopes", "scopes:write", named(apply.Scope, &apply.ScopeSpec{API: "target", Permissions: []string{"target/things:read"}}),
		func(ctx context.Context, g *gatetest.Gate, name string) error {
			return g.House.Access.DeleteScope(ctx, gatetest.Console, name)
		},
	},
	access.KindService: {"service-accounts", "services:keys", named(apply.ServiceAccount, &apply.ServiceAccountSpec{}), func(ctx context.Context, g *gatetest.Gate, name string) error {
		return g.House.Access.DeleteServiceAccount(ctx, gatetest.Console, name, "test")
	}},
	audit.KindClient: {
		"clients", "clients:secrets", named(apply.Client, &apply.ClientSpec{Name: "Named", RedirectURIs: []string{"https://named.test/cb"}}),
		func(ctx context.Context, g *gatetest.Gate, name string) error {
			return g.House.OAuth.DeleteClient(ctx, gatetest.Console, id.Client(name))
		},
	},
}

func named(kind apply.Kind, spec any) func(name string) apply.Object {
	return func(name string) apply.Object { return apply.Object{Kind: kind, ID: name, Spec: spec} }
}

// Whatever a grant of Gatehouse's own permissions is for by its id stays while the grant
// does, on every face: else who has the grant would manage the next thing of that name (L10).
func TestWhatAGrantNamesStaysAsLongAsTheGrant(t *testing.T) {
	t.Parallel()
	for kind, noun := range nameable {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := newSteering(t)
			s.bindScope("target.read")
			ctx, all := t.Context(), apply.Options{Prune: true, Adopt: true}
			manager, other := person(s.Person("mallory", gatetest.NoPassword)), aGroup("other")
			code := strings.ReplaceAll(string(kind), "organisation", "org") + ".in_use"
			faces := map[string]func(name string) (refused bool, is error){
				"the service": func(name string) (bool, error) {
					err := noun.remove(ctx, s.Gate, name)
					return fault.CodeOf(err) == code, err
				},
				"the admin API": func(name string) (bool, error) {
					a := s.call(s.boss, http.MethodDelete, "/api/v1/"+noun.path+"/"+name, nil, "If-Match", "*")
					if a.Status == http.StatusNoContent {
						return false, nil
					}
					return a.Status == http.StatusConflict && problem(a) == code, fault.New(fault.Conflict, problem(a), string(a.Body))
				},
				"apply --prune": func(string) (bool, error) {
					_, err := s.House.Applies.Apply(ctx, gatetest.Console, set(other), all, nil, "")
					return err != nil && strings.Contains(faultText(err), "next one of this name"), err
				},
			}
			made := 0
			for _, effect := range []access.Effect{access.Allow, access.Deny} {
				for face, remove := range faces {
					made++
					name := fmt.Sprintf("named-%d", made) // an application's is not free at once
					applied(t, s.Gate, set(other, noun.object(name)), all)
					given, err := s.House.Access.Give(ctx, gatetest.Console, naming(kind, manager, noun.permission, effect, name))
					must(t, err)
					before := besideTheTrail(t, underneath(t, s.Gate))
					if refused, err := remove(name); !refused {
						t.Errorf("%s, with a grant that %ss: %v", face, effect, err)
					}
					if rows := differing(before, besideTheTrail(t, underneath(t, s.Gate))); len(rows) > 0 {
						t.Errorf("%s: refused, it changed\n%s", face, strings.Join(rows, "\n"))
					}
					_, err = s.House.Access.Revoke(ctx, gatetest.Console, given.ID, "test")
					must(t, err)
					if _, err := remove(name); err != nil {
						t.Errorf("%s, once the grant is over: %v", face, err)
					}
					if may := decided(t, s.Gate, manager, kind, noun.permission, name); may != access.Refused {
						t.Errorf("%s: who had a grant for the former one: %v", face, may)
					}
				}
			}
		})
	}
}

// naming is a grant for the thing of that name, and for another one.
func naming(kind audit.Kind, to access.Subject, permission string, effect access.Effect, name string) access.Grant {
	resource, action, _ := strings.Cut(permission, ":")
	g := access.Grant{
		Subject: to, Effect: effect, Permission: access.Pattern{API: access.Gatehouse, Resource: resource, Action: action},
		Where: access.Where{Place: access.Listed, IDs: []string{"another", name}}, Reason: "test",
	}
	if kind == access.KindOrg { // what is for one organisation is within it, or asks for it
		g.Where = access.Where{Place: access.Condition, Expression: `org in ["another", "` + name + `"]`}
	}
	return g
}

// decided is whether somebody has a permission for the thing of that name.
func decided(t *testing.T, g *gatetest.Gate, who access.Subject, kind audit.Kind, permission, name string) access.Outcome {
	t.Helper()
	snapshot, err := g.House.Policy.Latest(t.Context())
	must(t, err)
	q := access.Question{Principal: who, Permission: access.Gatehouse + "/" + permission, Now: time.Now(), Level: 2, AuthTime: time.Now()}
	if kind == access.KindOrg {
		q.Org = name
	} else {
		q.Resource.ID = name
	}
	d, err := snapshot.Decide(&q)
	must(t, err)
	return d.Outcome
}

// faultText is all that a fault says.
func faultText(err error) string {
	text := err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		for _, one := range f.Fields {
			text += "\n" + one.Problem
		}
	}
	return text
}

// An id that is for one thing alone by a route of the admin API is of a kind of which no
// other gets it: because the thing stays while a grant names it, or because it is random.
func TestNoRouteIsForOneThingWhoseNameComesAgain(t *testing.T) {
	t.Parallel()
	random := map[audit.Kind]bool{audit.KindUser: true, session.KindSession: true, keys.KindKey: true}
	for _, rt := range admin.Table() {
		if rt.Resource == "" || random[rt.Kind] {
			continue
		}
		noun, _, _ := strings.Cut(rt.Permission, ":")
		if !slices.Contains(access.OfThings[rt.Kind], noun) {
			t.Errorf("%s is for one %s by %s, of which access.OfThings does not know", rt.ID, rt.Kind, rt.Permission)
		}
		if _, tried := nameable[rt.Kind]; !tried {
			t.Errorf("a %s is not tried", rt.Kind)
		}
	}
}
