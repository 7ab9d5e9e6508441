package access_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/fault"
	"gatehouse/proof"
)

// ahead is how far ahead all is looked at: what is revoked meanwhile must have ended
// before, however slow the machine is, and what is to begin begins after whole minutes.
const ahead = 30 * time.Second

// held is what somebody may do at some moments.
type held struct {
	who        string
	permission string
	org        string
	later      time.Duration
}

// holds returns all that is held in a house as it is now.
func (h *hands) holds(from time.Time) map[held]bool {
	h.Helper()
	s, err := Load(h.Context(), h.store, BuiltIn{}, time.Now())
	if err != nil {
		h.Fatal(err)
	}
	all := map[held]bool{}
	who := []Subject{{Client, "web"}, {Client, "app"}, {ServiceAccount, "ops"}}
	for _, p := range h.people {
		who = append(who, Subject{User, string(p)})
	}
	for _, w := range who {
		for _, permission := range []string{"shop/orders:read", "shop/orders:write", "shop/orders:refund", "shop/stock:read"} {
			for _, later := range []time.Duration{0, 20 * time.Minute, 50 * time.Minute, 90 * time.Minute, 150 * time.Minute} {
				for _, org := range []string{"", "acme"} {
					q := Question{Principal: w, Permission: permission, Org: org, Now: from.Add(later), Resource: Resource{Attrs: map[string]any{"owner_id": w.ID}}}
					if decide(h.T, s, q).Outcome == Allowed {
						all[held{w.ID, permission, org, later}] = true
					}
				}
			}
		}
	}
	return all
}

// entitled is what somebody's token, or what is told of them, says at some moment.
type entitled struct {
	who, says string
	by        int // which of the ways to ask
	later     time.Duration
}

// entitles returns what tokens say in a house as it is now.
func (h *hands) entitles(from time.Time) map[entitled]bool {
	h.Helper()
	s, err := Load(h.Context(), h.store, BuiltIn{}, time.Now())
	if err != nil {
		h.Fatal(err)
	}
	all := map[entitled]bool{}
	who := []Subject{{Client, "web"}, {Client, "app"}, {ServiceAccount, "ops"}}
	for _, p := range h.people {
		who = append(who, Subject{User, string(p)})
	}
	for _, w := range who {
		for by, q := range []Question{
			{},
			{Level: proof.AAL2, AuthTime: from},
			{Level: proof.AAL2, AuthTime: from, Delegated: true, Scopes: []string{"sa"}},
			{Level: proof.AAL1, AuthTime: from, Delegated: true, Scopes: []string{"sa", "sb"}},
		} {
			for _, later := range []time.Duration{0, 20 * time.Minute, 50 * time.Minute, 90 * time.Minute, 150 * time.Minute} {
				q.Principal, q.Now = w, from.Add(later)
				note := func(what string, names ...string) {
					for _, name := range names {
						all[entitled{w.ID, what + " " + name, by, later}] = true
					}
				}
				for _, audience := range []string{"https://shop.test", "https://mail.test"} {
					e := s.Entitlements(&q, []string{audience}, Ahead{})
					note(audience, e.Permissions.Names...)
					note(audience, e.Roles.Names...)
					note(audience+" own", e.Permissions.Names...)
					note(audience+" own", e.Own.Names...)
				}
				a := s.Assignments(&q, q.Now)
				for what, list := range map[string][]Assignment{"role": a.Roles, "group": a.Groups} {
					for _, one := range list {
						note(what, one.ID)
					}
				}
			}
		}
	}
	return all
}

// settle makes a house in which many have something.
func (h *hands) settle() {
	h.Helper()
	ctx := h.Context()
	h.must(h.CreateAPI(ctx, console, API{ID: "mail", Audience: "https://mail.test", Permissions: []Permission{{Resource: "box", Action: "read"}, {Resource: "box", Action: "send"}}}))
	h.written.org("acme").group("ga", "gb", "gc", "gd")
	h.written.role(Role{ID: "ra", Permissions: []Pattern{{"shop", "orders", Any}}}).role(Role{ID: "rb", Permissions: []Pattern{{"shop", "stock", Any}}, Parents: []string{"ra"}})
	h.written.role(Role{ID: "rc", Permissions: []Pattern{{"shop", Any, "read"}, {"mail", "box", Any}}})
	h.must(h.CreateServiceAccount(ctx, console, NewServiceAccount{ServiceAccountRecord: ServiceAccountRecord{ID: "ops"}}))
	for range 6 {
		g := h.aGrant()
		g.Effect, g.Org, g.Where.Place, g.Permission, g.Role = Allow, "", Everywhere, Pattern{}, pick(h.dice, "ra", "rb", "rc")
		h.given = append(h.given, h.give(g).ID)
	}
	for range 4 {
		h.must(h.AddMember(ctx, console, MembershipRecord{Membership: Membership{Member: h.someone(), Of: Subject{Group, pick(h.dice, "ga", "gb")}}}))
	}
}

// allow gives a role, and deny denies a little.
func (h *hands) allow() (string, error) {
	r, err := h.Give(h.Context(), console, Grant{Subject: h.who(), Effect: Allow, Role: pick(h.dice, "ra", "rb", "rc"), Window: h.span(), Where: Where{Place: Everywhere}, Reason: "test"})
	h.given = append(h.given, r.ID)
	return "allow", err
}

func (h *hands) deny() (string, error) {
	r, err := h.Give(h.Context(), console, Grant{Subject: pick(h.dice, h.who(), acme), Effect: Deny, Permission: Pattern{"shop", pick(h.dice, "orders", "stock"), pick(h.dice, "read", "write", "count", "move")}, Org: pick(h.dice, "", "acme"), Window: h.span(), Where: Where{Place: pick(h.dice, Everywhere, Own)}, Reason: "test"})
	h.given = append(h.given, r.ID)
	return "deny", err
}

// grow does what makes a token name less, where it does not look like it.
func (h *hands) grow() (what string, err error) {
	ctx := h.Context()
	scope := Scope{Name: pick(h.dice, "sa", "sb"), API: "shop", Patterns: []Pattern{h.orders()}}
	switch h.IntN(16) {
	case 0, 1, 2:
		return "a catalogue grows", h.recast(ctx, func(a *API) {
			p := Permission{Resource: pick(h.dice, "orders", "stock"), Action: pick(h.dice, "read", "write", "count", "move", "ship"), Sensitive: h.IntN(6) == 0}
			if h.IntN(3) == 0 {
				p.Requires = Requirement{Level: pick(h.dice, proof.AAL1, proof.AAL2), MaxAge: pick(h.dice, 0, 30*time.Minute)}
			}
			a.Permissions = append(a.Permissions, p)
		})
	case 3:
		return "a catalogue shrinks", h.recast(ctx, func(a *API) {
			i := h.IntN(len(a.Permissions))
			a.Permissions = slices.Delete(a.Permissions, i, i+1)
		})
	case 4:
		return "the delegation changes", h.recast(ctx, func(a *API) { a.Delegation = pick(h.dice, ByAudience, ByScope) })
	case 5, 6, 7:
		r := h.aRole()
		r.Permissions = append(r.Permissions, many(h.dice, 2, func() Pattern {
			return pick(h.dice, h.orders(), Pattern{"mail", "box", pick(h.dice, "read", "send", Any)})
		})...)
		_, err = h.UpdateRole(ctx, console, r)
		return "update a role", err
	case 8:
		_, err = h.CreateScope(ctx, console, scope)
		return "create a scope", err
	case 9:
		_, err = h.UpdateScope(ctx, console, scope)
		return "update a scope", err
	case 10:
		return "delete a scope", h.DeleteScope(ctx, console, scope.Name)
	case 11, 12:
		_, err = h.AddMember(ctx, console, inOrg(h.who()))
		return "join an organisation", err
	case 13, 14:
		return "leave an organisation", h.RemoveMember(ctx, console, acme, h.who())
	}
	_, err = h.PutLock(ctx, console, LockRecord{Lock: Lock{On: LockTarget{LockRole, pick(h.dice, "ra", "rb", "rc")}, Ends: h.span().ExpiresAt, Reason: "test"}})
	return "lock a role", err
}

// What a token or an application is told of somebody, and is not so any more, is on the
// feed, whatever took it: the difference is that of the two policies as they are read.
func TestWhoeverIsSaidToHaveMoreThanTheyHaveIsToldOf(t *testing.T) {
	t.Parallel()
	lost := map[string]int{}
	for seed := range uint64(6 * sequences()) {
		h := newHands(t, 2000+seed, "sqlite:"+filepath.Join(t.TempDir(), "gatehouse.db"))
		h.settle()
		from := time.Now().Add(ahead)
		before, version := h.entitles(from), h.version()
		for range 80 {
			do := pick(h.dice, h.one, h.one, h.grow, h.grow, h.allow, h.deny)
			what, err := do()
			if err != nil {
				if fault.KindOf(err) == fault.Internal {
					t.Fatalf("seed %d, %s: %v", seed, what, err)
				}
				continue
			}
			after := h.entitles(from)
			told, _ := h.told(uint64(version))
			for one := range before {
				if after[one] {
					continue
				}
				lost[what]++
				apis := slices.Contains(told, "api shop") && !strings.HasPrefix(one.says, "https://mail.test") || slices.Contains(told, "api mail") && !strings.HasPrefix(one.says, "https://shop.test")
				if !slices.Contains(told, one.who) && !apis && !slices.Contains(told, "cut_client "+one.who) {
					t.Fatalf("seed %d, %s: %+v was lost, and told was of %v", seed, what, one, told)
				}
			}
			before, version = after, h.version()
		}
	}
	for _, what := range []string{"deny", "revoke", "update a role", "a catalogue grows", "a catalogue shrinks", "add a member", "remove a member", "join an organisation", "lock a role", "update a scope", "delete a scope"} {
		if lost[what] == 0 {
			t.Errorf("nothing was lost by this: %s", what)
		}
	}
}

// A token says what its subject may do until it expires. Whoever may less than they
// did, now or at a moment to come, is told of: by name, or as the API.
func TestWhoeverLosesSomethingIsToldOf(t *testing.T) {
	t.Parallel()
	lost := 0
	for seed := range uint64(8 * sequences()) {
		h := newHands(t, 1000+seed, "sqlite:"+filepath.Join(t.TempDir(), "gatehouse.db"))
		from := time.Now().Add(ahead)
		before, version := h.holds(from), h.version()
		for range 60 {
			what, err := h.one()
			if err != nil {
				continue
			}
			after := h.holds(from)
			told, _ := h.told(uint64(version))
			for one := range before {
				if after[one] {
					continue
				}
				lost++
				if !slices.Contains(told, one.who) && !slices.Contains(told, "api shop") && !slices.Contains(told, "cut_client "+one.who) {
					t.Fatalf("seed %d, %s: %+v was lost, and told was of %v", seed, what, one, told)
				}
			}
			before, version = after, h.version()
		}
	}
	if lost < 100 {
		t.Errorf("only %d things were lost: this tried little", lost)
	}
}
