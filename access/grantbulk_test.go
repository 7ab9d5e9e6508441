package access_test

import (
	"context"
	"fmt"
	"testing"

	. "gatehouse/access"
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
