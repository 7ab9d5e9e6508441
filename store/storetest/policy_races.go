package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/store"
)

// everybody is a directory in which all are known, and no application asks for anything.
type everybody struct{}

func (everybody) WithScope(context.Context, string) (id.Client, error) { return "", nil }

func (everybody) Requiring(context.Context, string, string) (id.Client, error) { return "", nil }

func (everybody) Known(context.Context, access.Subject) error { return nil }

func (everybody) HasClient(context.Context, string) (bool, error) { return false, nil }

func (everybody) Session(context.Context, id.Session) (id.User, time.Time, error) {
	return "usr_ada", now.Add(time.Hour), nil
}

// Each pair is allowed alone, and would break a rule together: whoever comes second
// must see what the first one wrote.
func testPolicyRaces(t *testing.T, s *store.Store) {
	ctx, by := t.Context(), audit.Actor{Kind: audit.Console, ID: "root"}
	a := &access.Service{Store: s, Audit: &audit.Log{Store: s}, People: everybody{}, Clients: everybody{}}
	read, write := access.Pattern{API: "shop", Resource: "orders", Action: "read"}, access.Pattern{API: "shop", Resource: "orders", Action: "write"}
	shop := access.API{ID: "shop", Audience: "https://shop.test", Permissions: []access.Permission{{Resource: "orders", Action: "read"}, {Resource: "orders", Action: "write"}}}
	must[access.API](t)(a.CreateAPI(ctx, by, shop))
	role := func(name string, permission access.Pattern, parents ...string) access.Role {
		return access.Role{ID: name, Permissions: []access.Pattern{permission}, Parents: parents}
	}
	of := func(name string) access.Subject { return access.Subject{Kind: access.Group, ID: name} }
	in := func(member, group string) access.MembershipRecord {
		return access.MembershipRecord{Membership: access.Membership{Member: of(member), Of: of(group)}}
	}
	give := func(to, role string) access.Grant {
		return access.Grant{Subject: access.Subject{Kind: access.User, ID: to}, Effect: access.Allow, Role: role, Where: access.Where{Place: access.Everywhere}, Reason: "r"}
	}

	for i := range 4 {
		name := func(of string) string { return fmt.Sprint(of, i) }
		for _, one := range []string{"up", "down", "gone", "short"} {
			must[access.Role](t)(a.CreateRole(ctx, by, role(name(one), read)))
		}
		for _, one := range []string{"left", "right"} {
			must[access.GroupRecord](t)(a.CreateGroup(ctx, by, access.GroupRecord{ID: name(one)}))
		}
		oneWins(t, "roles in a circle",
			func() error { _, err := a.UpdateRole(ctx, by, role(name("up"), read, name("down"))); return err },
			func() error { _, err := a.UpdateRole(ctx, by, role(name("down"), read, name("up"))); return err })
		oneWins(t, "groups in a circle",
			func() error { _, err := a.AddMember(ctx, by, in(name("left"), name("right"))); return err },
			func() error { _, err := a.AddMember(ctx, by, in(name("right"), name("left"))); return err })
		oneWins(t, "a grant of a role that is removed",
			func() error { return a.DeleteRole(ctx, by, name("gone")) },
			func() error { _, err := a.Give(ctx, by, give("usr_ada", name("gone"))); return err })
		oneWins(t, "a grant that lasts longer than its role lets it",
			func() error {
				r := role(name("short"), read)
				r.MaxGrant = time.Hour
				_, err := a.UpdateRole(ctx, by, r)
				return err
			},
			func() error {
				g := give("usr_ada", name("short"))
				g.ExpiresAt = time.Now().Add(24 * time.Hour)
				_, err := a.Give(ctx, by, g)
				return err
			})
		oneWins(t, "the same grant twice",
			func() error { _, err := a.Give(ctx, by, give("usr_bob", name("up"))); return err },
			func() error { _, err := a.Give(ctx, by, give("usr_bob", name("up"))); return err })
		less := shop
		less.Permissions = shop.Permissions[:1]
		if oneWins(t, "a role of a permission that is removed",
			func() error { _, err := a.UpdateAPI(ctx, by, less); return err },
			func() error { _, err := a.CreateRole(ctx, by, role(name("writer"), write)); return err }) == 1 {
			ok(t, a.DeleteRole(ctx, by, name("writer")))
		}
		must[access.API](t)(a.UpdateAPI(ctx, by, shop))
	}
}

// oneWins runs both at once and returns which of them was not refused.
func oneWins(t *testing.T, doing string, both ...func() error) (winner int) {
	t.Helper()
	errs := make([]error, len(both))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, f := range both {
		wg.Go(func() {
			<-start
			errs[i] = f()
		})
	}
	close(start)
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%s: %v and %v", doing, errs[0], errs[1])
	}
	if errs[0] == nil {
		return 0
	}
	return 1
}
