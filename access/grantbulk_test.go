package access_test

import (
	"context"
	"fmt"
	"testing"

	. "gatehouse/access"
	"gatehouse/audit"
)

// reads counts how often all roles are read, and with them all that rules are made of.
type reads struct {
	Store
	roles int
}

func (r *reads) Roles(ctx context.Context) ([]Role, error) { r.roles++; return r.Store.Roles(ctx) }

// One change is the only one meanwhile: others wait for whatever it reads.
func TestManyGrantsAreLookedAtWithWhatWasReadOnce(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	w.must(w.CreateRole(t.Context(), console, Role{ID: "customer", Permissions: []Pattern{{"shop", "orders", "read"}}}))
	var all []NewGrant
	for i := range 20 {
		group := Subject{Group, fmt.Sprintf("g%d", i)}
		w.must(w.CreateGroup(t.Context(), console, GroupRecord{ID: group.ID}))
		for _, effect := range []Effect{Allow, Deny} {
			all = append(all, NewGrant{Grant: Grant{Subject: group, Effect: effect, Role: "customer", Where: Where{Place: Everywhere}, Reason: "test"}})
		}
	}
	r := &reads{Store: w.Store}
	w.Store = r
	made, err := w.GiveAll(t.Context(), console, all)
	if err != nil || r.roles != 1 {
		t.Fatalf("to give %d takes %d reads (%v)", len(all), r.roles, err)
	}
	ends := make([]Revocation, len(made))
	for i := range made {
		ends[i].Grant = made[i].ID
	}
	r.roles = 0
	if _, err := w.RevokeAll(t.Context(), console, ends, "test", func(*GrantRecord) error { return nil }); err != nil || r.roles != 1 {
		t.Errorf("to revoke %d takes %d reads (%v)", len(ends), r.roles, err)
	}
}

// So is what one change is looked at with: by the guard, for who loses by it, and by itself.
func TestAChangeReadsWhatIsKnownOnce(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().group("desk")
	ctx, by := t.Context(), audit.Actor{Kind: audit.Person, ID: adas.ID}
	orders := []Pattern{{"shop", "orders", "read"}, {"shop", "orders", "write"}}
	w.role(Role{ID: "clerk", Permissions: orders[:1]}).role(Role{ID: "chief", Parents: []string{"clerk"}})
	w.give(toAda(func(g *Grant) { g.Permission = Pattern{"shop", "orders", Any} }))
	w.give(toAda(func(g *Grant) { g.Subject, g.Role, g.Permission = Subject{Group, "desk"}, "chief", Pattern{} }))
	r := &reads{Store: w.Store}
	w.Store = r
	for name, change := range map[string]func() error{
		"UpdateRole": func() error { _, err := w.UpdateRole(ctx, by, Role{ID: "clerk", Permissions: orders}); return err },
		"Give": func() error {
			_, err := w.Give(ctx, by, toAda(func(g *Grant) { g.Subject = Subject{Group, "desk"} }))
			return err
		},
		"AddMember": func() error { _, err := w.AddMember(ctx, by, member(Subject{User, "usr_bob"}, "desk")); return err },
	} {
		if r.roles = 0; change() != nil || r.roles != 1 {
			t.Errorf("%s reads all roles %d times", name, r.roles)
		}
	}
	// What one of two changes together writes, the other knows.
	w.must(nil, w.KeepAdministered(ctx, func(ctx context.Context) error {
		if _, err := w.CreateRole(ctx, console, Role{ID: "fresh", Permissions: orders[:1]}); err != nil {
			return err
		}
		_, err := w.GiveAgain(ctx, console, toAda(func(g *Grant) { g.Role, g.Permission = "fresh", Pattern{} }))
		return err
	}))
}
