package access_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/proof"
	"gatehouse/store"
)

// told returns who was told to have lost something by the versions behind after, as
// "subject ada", "api shop", and what has to be read again.
func (w written) told(after uint64) (lost, read []string) {
	w.Helper()
	list, err := w.Store.ChangesAfter(w.Context(), after, 10_000)
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range list {
		switch c.Kind {
		case LostSubject, LostAPI:
		default:
			read = append(read, string(c.Kind))
		}
		switch {
		case !c.Loses:
		case c.Kind == LostAPI, c.Kind == CutSession, c.Kind == CutClient:
			lost = append(lost, string(c.Kind)+" "+c.Key)
		default:
			lost = append(lost, c.Key)
		}
	}
	slices.Sort(lost)
	slices.Sort(read)
	return slices.Compact(lost), slices.Compact(read)
}

// recast changes the catalogue of the shop.
func (w written) recast(ctx context.Context, change func(a *API)) error {
	a, err := w.API(ctx, "shop")
	if err != nil {
		return err
	}
	change(&a)
	_, err = w.UpdateAPI(ctx, console, a)
	return err
}

func user(name string) Subject    { return Subject{User, "usr_" + name} }
func group(name string) Subject   { return Subject{Group, name} }
func in(m, of Subject) Membership { return Membership{Member: m, Of: of} }

// crew is a house in which ada is of support by name, bob and carl by the group desk,
// whose members are of the group staff too, to which stock is denied.
func crew(t *testing.T) (w written, adas, desks GrantRecord) {
	w = newWritten(t).shop()
	w.role(Role{ID: "customer", Permissions: []Pattern{pattern(t, "shop/orders:read")}})
	w.role(Role{ID: "support", Permissions: []Pattern{pattern(t, "shop/orders:write")}, Parents: []string{"customer"}})
	for _, g := range []string{"desk", "staff", "empty"} {
		w.must(w.CreateGroup(t.Context(), console, GroupRecord{ID: g}))
	}
	for _, m := range []Membership{in(user("bob"), group("desk")), in(user("carl"), group("desk")), in(group("desk"), group("staff"))} {
		w.must(w.AddMember(t.Context(), console, MembershipRecord{Membership: m}))
	}
	role := func(who Subject) GrantRecord {
		return w.give(Grant{Subject: who, Effect: Allow, Role: "support", Where: Where{Place: Everywhere}, Reason: "r"})
	}
	adas, desks = role(user("ada")), role(group("desk"))
	return w, adas, desks
}

// A resource server is told who lost something, and nothing of who gained.
func TestEachChangeTellsWhoLostSomething(t *testing.T) {
	t.Parallel()
	everybody := []string{"usr_ada", "usr_bob", "usr_carl"}
	desk := everybody[1:]
	deny := func(who Subject) Grant {
		return Grant{Subject: who, Effect: Deny, Permission: Pattern{"shop", "stock", Any}, Where: Where{Place: Everywhere}, Reason: "r"}
	}
	bound := func(ctx context.Context, w written, _, _ GrantRecord) error {
		_, err := w.CreateScope(ctx, console, Scope{Name: "new", API: "shop", Patterns: []Pattern{{"shop", "orders", Any}}})
		return err
	}
	for _, c := range []struct {
		name   string
		before func(ctx context.Context, w written, adas, desks GrantRecord) error // may be nil
		do     func(ctx context.Context, w written, adas, desks GrantRecord) error
		lost   []string
		read   []string
	}{
		{"an API is made", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.CreateAPI(ctx, console, API{ID: "mail", Audience: "https://mail.test", Permissions: []Permission{{Resource: "box", Action: "read"}}})
			return err
		}, nil, []string{"rules"}},
		{"a catalogue grows", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.recast(ctx, func(a *API) { a.Permissions = append(a.Permissions, Permission{Resource: "stock", Action: "write"}) })
		}, nil, []string{"rules"}},
		{"a permission asks for more", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.recast(ctx, func(a *API) { a.Permissions[0].Requires.MaxAge = time.Minute })
		}, []string{"api shop"}, []string{"rules"}},
		{"a permission becomes sensitive, and no wildcard gives it", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.recast(ctx, func(a *API) { a.Permissions[0].Sensitive = true })
		}, []string{"api shop"}, []string{"rules"}},
		{"a role is made", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.CreateRole(ctx, console, Role{ID: "new", Parents: []string{"support"}})
			return err
		}, nil, []string{"rules"}},
		{"a role gives more", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateRole(ctx, console, Role{ID: "customer", Permissions: []Pattern{{"shop", "orders", "read"}, {"shop", "stock", "read"}}})
			return err
		}, nil, []string{"rules"}},
		{"a role gives less", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateRole(ctx, console, Role{ID: "support", Permissions: []Pattern{{"shop", "orders", "read"}}})
			return err
		}, everybody, []string{"rules"}},
		{"a parent gives less", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateRole(ctx, console, Role{ID: "customer", Permissions: []Pattern{{"shop", "stock", "read"}}})
			return err
		}, everybody, []string{"rules"}},
		{"a role that is denied takes more", func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.Give(ctx, console, Grant{Subject: user("eve"), Effect: Deny, Role: "customer", Where: Where{Place: Everywhere}, Reason: "r"})
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateRole(ctx, console, Role{ID: "customer", Permissions: []Pattern{{"shop", "orders", "read"}, {"shop", "stock", "read"}}})
			return err
		}, []string{"usr_eve"}, []string{"rules"}},
		{"a role gives what is denied to one who has it", func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.Give(ctx, console, deny(group("staff")))
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateRole(ctx, console, Role{ID: "customer", Permissions: []Pattern{{"shop", "orders", "read"}, {"shop", "stock", "read"}}})
			return err
		}, desk, []string{"rules"}},
		{"a role gives what asks for a proof", func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.recast(ctx, func(a *API) { a.Permissions[3].Requires.Level = proof.AAL2 })
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateRole(ctx, console, Role{ID: "customer", Permissions: []Pattern{{"shop", "orders", "read"}, {"shop", "stock", "read"}}})
			return err
		}, everybody, []string{"rules"}},
		{"a role gives what needs a scope", func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.recast(ctx, func(a *API) { a.Delegation = ByScope })
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateRole(ctx, console, Role{ID: "customer", Permissions: []Pattern{{"shop", "orders", "read"}, {"shop", "stock", "read"}}})
			return err
		}, everybody, []string{"rules"}},
		{"a role has one for a parent that is locked", func(ctx context.Context, w written, _, _ GrantRecord) error {
			w.role(Role{ID: "clerk", Permissions: []Pattern{{"shop", "orders", "read"}}})
			_, err := w.PutLock(ctx, console, LockRecord{Lock: Lock{On: LockTarget{LockRole, "clerk"}, Reason: "r"}})
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateRole(ctx, console, Role{ID: "customer", Permissions: []Pattern{{"shop", "orders", "read"}}, Parents: []string{"clerk"}})
			return err
		}, everybody, []string{"rules"}},
		{"a role gives by itself what its parent gave", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateRole(ctx, console, Role{ID: "support", Permissions: []Pattern{{"shop", "orders", "read"}, {"shop", "orders", "write"}}})
			return err
		}, everybody, []string{"rules"}},
		{"a catalogue grows by what a role gives, and asks for a proof", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			w.role(Role{ID: "keeper", Permissions: []Pattern{{"shop", "stock", Any}}})
			w.give(toAda(func(g *Grant) { g.Role, g.Permission = "keeper", Pattern{} }))
			return w.recast(ctx, func(a *API) {
				a.Permissions = append(a.Permissions, Permission{Resource: "stock", Action: "write", Requires: Requirement{Level: proof.AAL2}})
			})
		}, []string{"usr_ada"}, []string{"rules", "user"}},
		{"a scope is bound", func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.recast(ctx, func(a *API) { a.Delegation = ByScope })
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.CreateScope(ctx, console, Scope{Name: "new", API: "shop", Patterns: []Pattern{{"shop", "orders", "read"}}})
			return err
		}, []string{"api shop"}, []string{"rules"}},
		{"a scope is of less", bound, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateScope(ctx, console, Scope{Name: "new", API: "shop", Patterns: []Pattern{{"shop", "orders", "read"}}})
			return err
		}, []string{"api shop"}, []string{"rules"}},
		{"a scope is of something else", bound, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateScope(ctx, console, Scope{Name: "new", API: "shop", Patterns: []Pattern{{"shop", "stock", "read"}, {"shop", "orders", "read"}}})
			return err
		}, []string{"api shop"}, []string{"rules"}},
		{"a scope is of more", bound, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.UpdateScope(ctx, console, Scope{Name: "new", API: "shop", Patterns: []Pattern{{"shop", "orders", Any}, {"shop", "stock", "read"}}})
			return err
		}, nil, []string{"rules"}},
		{"a scope is removed", func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.CreateScope(ctx, console, Scope{Name: "new", API: "shop", Patterns: []Pattern{{"shop", "orders", "read"}}})
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.DeleteScope(ctx, console, "new")
		}, []string{"api shop"}, []string{"rules"}},
		{"a role is removed", func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.CreateRole(ctx, console, Role{ID: "new", Parents: []string{"support"}})
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error { return w.DeleteRole(ctx, console, "new") }, nil, []string{"rules"}},
		{"a grant", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.Give(ctx, console, toAda(nil))
			return err
		}, nil, []string{"user"}},
		{"a grant to a group", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.Give(ctx, console, toAda(func(g *Grant) { g.Subject = group("desk") }))
			return err
		}, nil, []string{"rules"}},
		{"a deny, also one that begins later", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			d := deny(user("eve"))
			d.NotBefore = time.Now().Add(time.Hour)
			_, err := w.Give(ctx, console, d)
			return err
		}, []string{"usr_eve"}, []string{"user"}},
		{"a deny to a group above", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.Give(ctx, console, deny(group("staff")))
			return err
		}, desk, []string{"rules"}},
		{"a grant is extended", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			g := w.give(toAda(func(g *Grant) { g.ExpiresAt = time.Now().Add(time.Hour) }))
			_, err := w.Extend(ctx, console, g.ID, time.Now().Add(2*time.Hour))
			return err
		}, nil, []string{"user"}},
		{"a grant is revoked", nil, func(ctx context.Context, w written, adas, _ GrantRecord) error {
			_, err := w.Revoke(ctx, console, adas.ID, "over")
			return err
		}, []string{"usr_ada"}, []string{"user"}},
		{"a grant of a group is revoked", nil, func(ctx context.Context, w written, _, desks GrantRecord) error {
			_, err := w.Revoke(ctx, console, desks.ID, "over")
			return err
		}, desk, []string{"rules"}},
		{"a deny is revoked", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			g := w.give(deny(user("eve")))
			after := uint64(w.version())
			if _, err := w.Revoke(ctx, console, g.ID, "over"); err != nil {
				return err
			}
			if lost, _ := w.told(after); lost != nil {
				return fmt.Errorf("the end of a deny loses %v", lost)
			}
			return nil
		}, []string{"usr_eve"}, []string{"user"}},
		{"somebody is deleted", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.EndAllOf(ctx, console, user("bob"))
		}, []string{"usr_bob"}, []string{"user"}},
		{"somebody is disabled", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.DisabledChanged(ctx, user("bob"), true)
		}, []string{"usr_bob"}, []string{"user"}},
		{"somebody is enabled", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.DisabledChanged(ctx, user("bob"), false)
		}, nil, []string{"user"}},
		{"a group is made", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.CreateGroup(ctx, console, GroupRecord{ID: "new"})
			return err
		}, nil, []string{"rules"}},
		{"a group is removed", func(ctx context.Context, w written, _, desks GrantRecord) error {
			_, err := w.Revoke(ctx, console, desks.ID, "over")
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.DeleteGroup(ctx, console, "desk")
		}, desk, []string{"rules", "user"}},
		{"a member comes", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.AddMember(ctx, console, MembershipRecord{Membership: in(user("ada"), group("desk"))})
			return err
		}, nil, []string{"user"}},
		{"a member comes where something is denied above", func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.Give(ctx, console, deny(group("staff")))
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.AddMember(ctx, console, MembershipRecord{Membership: in(user("ada"), group("desk"))})
			return err
		}, []string{"usr_ada"}, []string{"user"}},
		{"a member comes to where something is denied to them", func(ctx context.Context, w written, _, _ GrantRecord) error {
			w.org("acme").must(w.AddMember(ctx, console, MembershipRecord{Membership: in(group("empty"), acme)}))
			d := deny(user("ada"))
			d.Org = "acme"
			_, err := w.Give(ctx, console, d)
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			for _, who := range []string{"ada", "eve"} {
				if _, err := w.AddMember(ctx, console, MembershipRecord{Membership: in(user(who), group("empty"))}); err != nil {
					return err
				}
			}
			return nil
		}, []string{"usr_ada"}, []string{"user"}},
		{"a member comes to where something is denied to a group of theirs", func(ctx context.Context, w written, _, _ GrantRecord) error {
			d := deny(group("staff"))
			d.Org = "acme"
			_, err := w.org("acme").Give(ctx, console, d)
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.AddMember(ctx, console, inOrg(user("bob")))
			return err
		}, []string{"usr_bob"}, []string{"user"}},
		{"a group comes into an organisation", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.org("acme").AddMember(ctx, console, inOrg(group("desk")))
			return err
		}, desk, []string{"rules"}},
		{"a member stays less long", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			m := in(user("bob"), group("desk"))
			m.ExpiresAt = time.Now().Add(time.Hour)
			_, err := w.AddMember(ctx, console, MembershipRecord{Membership: m})
			return err
		}, []string{"usr_bob"}, []string{"user"}},
		{"a member goes", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.RemoveMember(ctx, console, group("desk"), user("bob"))
		}, []string{"usr_bob"}, []string{"user"}},
		{"a group goes out of a group", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.RemoveMember(ctx, console, group("staff"), group("desk"))
		}, desk, []string{"rules"}},
		{"a lock on a role", nil, func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.PutLock(ctx, console, LockRecord{Lock: Lock{On: LockTarget{LockRole, "customer"}, Reason: "r"}})
			return err
		}, everybody, []string{"rules"}},
		{"a lock on a grant", nil, func(ctx context.Context, w written, _, desks GrantRecord) error {
			_, err := w.PutLock(ctx, console, LockRecord{Lock: Lock{On: LockTarget{LockGrant, string(desks.ID)}, Reason: "r"}})
			return err
		}, desk, []string{"rules"}},
		{"a lock is lifted", func(ctx context.Context, w written, _, _ GrantRecord) error {
			_, err := w.PutLock(ctx, console, LockRecord{Lock: Lock{On: LockTarget{LockRole, "support"}, Reason: "r"}})
			return err
		}, func(ctx context.Context, w written, _, _ GrantRecord) error {
			return w.LiftLock(ctx, console, LockTarget{LockRole, "support"})
		}, nil, []string{"rules"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, adas, desks := crew(t)
			if c.before != nil {
				if err := c.before(t.Context(), w, adas, desks); err != nil {
					t.Fatal(err)
				}
			}
			after := uint64(w.version())
			if err := c.do(t.Context(), w, adas, desks); err != nil {
				t.Fatal(err)
			}
			if lost, read := w.told(after); !slices.Equal(lost, c.lost) || !slices.Equal(read, c.read) {
				t.Errorf("told was that %v lost, and to read %v; want %v and %v", lost, read, c.lost, c.read)
			}
		})
	}
}

// More than a thousand are not told of one by one, but as the API at which they
// lost something.
func TestManyLoseAtTheirAPI(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		members int
		want    int
	}{{1000, 1000}, {1001, 1}} {
		t.Run(fmt.Sprint(c.members), func(t *testing.T) {
			t.Parallel()
			w := newWritten(t).shop()
			w.must(w.CreateAPI(t.Context(), console, API{ID: "mail", Audience: "https://mail.test", Permissions: []Permission{{Resource: "box", Action: "read"}}}))
			w.must(w.CreateGroup(t.Context(), console, GroupRecord{ID: "crowd"}))
			s := w.Store.(*store.Store)
			if err := s.InTx(t.Context(), func(ctx context.Context) error {
				for i := range c.members {
					m := MembershipRecord{Membership: in(Subject{User, fmt.Sprint("usr_", i)}, group("crowd")), Created: time.Now()}
					if err := s.PutMembership(ctx, m); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			g := w.give(toAda(func(g *Grant) { g.Subject = group("crowd") }))
			after := uint64(w.version())
			w.must(w.Revoke(t.Context(), console, g.ID, "over"))
			lost, _ := w.told(after)
			if len(lost) != c.want || c.want == 1 && lost[0] != "api shop" {
				t.Errorf("told was of %d, the first is %q", len(lost), lost[0])
			}
		})
	}
}
