package access_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/testpg"
	"gatehouse/store"
)

// hands change a policy by its service, at random and out of few names, so that
// what one does meets what another did. What is refused changes nothing.
type hands struct {
	dice
	written
	store  *store.Store
	people []id.User
	given  []id.Grant
	keys   []KeyRecord
	texts  []string // of the keys
}

func newHands(t *testing.T, seed uint64, url string) *hands {
	w := writtenOn(t, url).shop()
	h := &hands{dice: dice{rand.New(rand.NewPCG(seed, 11))}, written: w, store: w.Store.(*store.Store)}
	for i := range 3 {
		u := identity.User{ID: id.NewUser(), Email: fmt.Sprintf("p%d@example.test", i), Created: clock.Now(), Updated: clock.Now(), Rev: 1}
		if err := h.store.InsertUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		h.people = append(h.people, u.ID)
	}
	return h
}

func (h *hands) someone() Subject {
	if h.IntN(3) == 0 {
		return pick(h.dice, Subject{Client, "web"}, Subject{Client, "app"}, Subject{ServiceAccount, "ops"})
	}
	return Subject{User, string(pick(h.dice, h.people...))}
}

func (h *hands) group() Subject { return Subject{Group, pick(h.dice, "ga", "gb", "gc", "gd")} }

func (h *hands) who() Subject {
	if h.IntN(3) == 0 {
		return h.group()
	}
	return h.someone()
}

// holder is what has members.
func (h *hands) holder() Subject {
	if h.IntN(3) == 0 {
		return acme
	}
	return h.group()
}

func (h *hands) orders() Pattern {
	return Pattern{"shop", pick(h.dice, "orders", "stock", Any), pick(h.dice, "read", "write", Any)}
}

func (h *hands) span() Window {
	w := Window{}
	if h.IntN(4) == 0 {
		w.NotBefore = time.Now().Add(time.Duration(h.IntN(60)) * time.Minute)
	}
	if h.IntN(2) == 0 {
		w.ExpiresAt = time.Now().Add(time.Duration(61+h.IntN(60)) * time.Minute)
	}
	return w
}

func (h *hands) aGrant() Grant {
	g := Grant{Subject: pick(h.dice, h.who(), h.who(), acme), Org: pick(h.dice, "", "", "acme"), Effect: pick(h.dice, Allow, Allow, Allow, Deny), Window: h.span(), Reason: "test", Where: Where{Place: pick(h.dice, Everywhere, Everywhere, Own)}}
	if h.IntN(2) == 0 {
		g.Permission = h.orders()
	} else {
		g.Role = pick(h.dice, "ra", "rb", "rc")
	}
	return g
}

func (h *hands) grantID() id.Grant {
	if len(h.given) == 0 {
		return "gra_none"
	}
	return pick(h.dice, h.given...)
}

func (h *hands) aRole() Role {
	return Role{ID: pick(h.dice, "ra", "rb", "rc"), Permissions: []Pattern{h.orders()}, Parents: many(h.dice, 1, func() string { return pick(h.dice, "ra", "rb", "rc") })}
}

func (h *hands) target() LockTarget {
	switch h.IntN(7) {
	case 0, 1, 2:
		return LockTarget{LockRole, pick(h.dice, "ra", "rb", "rc")}
	case 3:
		return On(h.someone())
	}
	return LockTarget{LockGrant, string(h.grantID())}
}

// one does one thing.
func (h *hands) one() (what string, err error) {
	ctx := h.Context()
	switch n := h.IntN(20); {
	case n < 4:
		r, err := h.Give(ctx, console, h.aGrant())
		if err == nil {
			h.given = append(h.given, r.ID)
		}
		return "give", err
	case n < 6:
		_, err = h.Revoke(ctx, console, h.grantID(), "over")
		return "revoke", err
	case n == 6:
		_, err = h.Extend(ctx, console, h.grantID(), time.Now().Add(time.Duration(121+h.IntN(60))*time.Minute))
		return "extend", err
	case n == 7:
		_, err = h.CreateRole(ctx, console, h.aRole())
		return "create a role", err
	case n == 8:
		_, err = h.UpdateRole(ctx, console, h.aRole())
		return "update a role", err
	case n == 9:
		return "delete a role", h.DeleteRole(ctx, console, pick(h.dice, "ra", "rb", "rc"))
	case n == 10:
		_, err = h.CreateGroup(ctx, console, GroupRecord{ID: h.group().ID})
		return "create a group", err
	case n == 11:
		return "delete a group", h.DeleteGroup(ctx, console, h.group().ID)
	case n < 14:
		_, err = h.AddMember(ctx, console, MembershipRecord{Membership: Membership{Member: h.who(), Of: h.holder(), Window: h.span()}})
		return "add a member", err
	case n == 14:
		return "remove a member", h.RemoveMember(ctx, console, h.holder(), h.who())
	case n == 15:
		if h.IntN(2) == 0 {
			return "lift a lock", h.LiftLock(ctx, console, h.target())
		}
		_, err = h.PutLock(ctx, console, LockRecord{Lock: Lock{On: h.target(), Reason: "test"}})
		return "put a lock", err
	case n == 16:
		if h.IntN(3) == 0 {
			return "delete an organisation", h.DeleteOrg(ctx, console, "acme")
		}
		_, err = h.CreateOrg(ctx, console, OrgRecord{ID: "acme"})
		return "create an organisation", err
	case n < 19:
		return h.service(ctx)
	}
	return h.other(ctx)
}

// service does something with a service account or its keys, or with a personal token.
func (h *hands) service(ctx context.Context) (what string, err error) {
	account := pick(h.dice, "ops", "bot")
	switch h.IntN(8) {
	case 0:
		return "delete a service account", h.DeleteServiceAccount(ctx, console, account, "")
	case 1:
		_, err = h.DisableServiceAccount(ctx, console, account, "")
		return "disable a service account", err
	case 2:
		_, err = h.EnableServiceAccount(ctx, console, account, "")
		return "enable a service account", err
	case 3, 4:
		if len(h.keys) == 0 {
			return "", fault.Missing("key")
		}
		_, err = h.RevokeServiceKey(ctx, console, Subject{}, pick(h.dice, h.keys...).ID)
		return "revoke a key", err
	case 5:
		k, text, err := h.CreateServiceKey(ctx, console, KeyRecord{Owner: account, Name: "test", ExpiresAt: h.span().ExpiresAt})
		return h.keyed("create a key", k, text, err)
	case 6:
		k, text, err := h.CreatePersonalToken(ctx, console, KeyRecord{User: pick(h.dice, h.people...), Name: "test", Permissions: []Pattern{{"shop", "orders", "read"}}, ExpiresAt: time.Now().Add(2 * time.Hour)})
		return h.keyed("create a personal token", k, text, err)
	}
	b, err := h.CreateServiceAccount(ctx, console, NewServiceAccount{ServiceAccountRecord: ServiceAccountRecord{ID: account}, Role: pick(h.dice, "", "ra")})
	return h.keyed("create a service account", b.Key, b.Text, err)
}

func (h *hands) keyed(what string, k KeyRecord, text string, err error) (string, error) {
	if err == nil {
		h.keys, h.texts = append(h.keys, k), append(h.texts, text)
	}
	return what, err
}

// other does what is done seldom.
func (h *hands) other(ctx context.Context) (what string, err error) {
	switch h.IntN(3) {
	case 0:
		a, err := h.API(ctx, "shop")
		if err != nil {
			return "update an API", err
		}
		a.Permissions[0].Sensitive = !a.Permissions[0].Sensitive
		_, err = h.UpdateAPI(ctx, console, a)
		return "update an API", err
	case 1:
		return "end all", h.EndAllOf(ctx, console, h.someone())
	}
	user := pick(h.dice, h.people...)
	return "disable or enable", h.store.InTx(ctx, func(ctx context.Context) error {
		u, err := h.store.HoldUser(ctx, user)
		if err != nil {
			return err
		}
		u.Disabled = !u.Disabled
		if err := h.store.UpdateUser(ctx, u); err != nil {
			return err
		}
		return h.DisabledChanged(ctx, Subject{User, string(user)}, u.Disabled)
	})
}

// same compares what a replica answers with what a whole load does.
func (h *hands) same(r replica, after []string) {
	h.Helper()
	if err := r.feed.Step(h.Context()); err != nil {
		h.Fatal(err)
	}
	led, err := r.Current(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	anew, err := Load(h.Context(), h.store, BuiltIn{}, time.Now())
	if err != nil {
		h.Fatal(err)
	}
	if led.Version() != anew.Version() || led.Principals() != anew.Principals() {
		h.Fatalf("after %v it is version %d of %d principals, want %d of %d", after, led.Version(), led.Principals(), anew.Version(), anew.Principals())
	}
	for _, text := range h.texts {
		key, err := h.Keys.Parse(text)
		if err != nil {
			h.Fatal(err)
		}
		for _, later := range []time.Duration{0, 100 * time.Minute} {
			a, good := led.Bearer(key, time.Now().Add(later))
			b, want := anew.Bearer(key, time.Now().Add(later))
			if good != want || !reflect.DeepEqual(a, b) {
				h.Fatalf("after %v the key is %+v (%v) by what changed, %+v (%v) anew", after, a, good, b, want)
			}
		}
	}
	who := []Subject{{Client, "web"}, {Client, "app"}, {ServiceAccount, "ops"}}
	for _, p := range h.people {
		who = append(who, Subject{User, string(p)})
	}
	for _, s := range who {
		for _, permission := range []string{"shop/orders:read", "shop/orders:write", "shop/orders:refund", "shop/stock:read"} {
			for _, later := range []time.Duration{0, 45 * time.Minute, 100 * time.Minute, 200 * time.Minute} {
				q := Question{Principal: s, Permission: permission, Org: pick(h.dice, "", "acme"), Now: time.Now().Add(later), Resource: Resource{Attrs: map[string]any{"owner_id": s.ID}}}
				if a, b := decide(h.T, led, q), decide(h.T, anew, q); a.Outcome != b.Outcome || a.Reason != b.Reason || !a.Until.Equal(b.Until) {
					h.Fatalf("after %v\n%+v\nis %+v by what changed, %+v anew", after, q, a, b)
				}
			}
		}
	}
}

// Who reads only what changed knows the same as who reads everything, whatever
// was done, and however much at a time.
func TestWhatChangedLeadsToWhatIsThere(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(t *testing.T) string{
		"SQLite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "gatehouse.db") },
		"Postgres": func(t *testing.T) string { return testpg.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(sequences()) {
				t.Run("", func(t *testing.T) {
					h := newHands(t, seed, url(t))
					often, seldom := newReplica(t, h.store), newReplica(t, h.store)
					h.same(often, nil)
					h.same(seldom, nil)
					var done []string
					for i := range 80 {
						what, err := h.one()
						if err == nil {
							done = append(done, what)
							h.same(often, done[max(0, len(done)-3):])
						}
						if i%7 == 6 {
							h.same(seldom, done[max(0, len(done)-9):])
						}
					}
					if often.Loads() != 1 || seldom.Loads() != 1 {
						t.Errorf("everything was read %d and %d times, want once: %v", often.Loads(), seldom.Loads(), done)
					}
				})
			}
		})
	}
}

// sequences is how many sequences of changes are tried on each database.
func sequences() int {
	if long() {
		return 100
	}
	return 4
}

// What is missing is not guessed: a row that was removed, one of a kind that this
// program does not know, and a version that nobody told of lead to a whole load.
func TestAGapLeadsToAWholeLoad(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(w written, s *store.Store) error
		want uint64
	}{
		{"nothing is missing", func(written, *store.Store) error { return nil }, 1},
		{"a version that nobody told of", func(w written, s *store.Store) error {
			_, err := s.RaisePolicy(w.Context())
			return err
		}, 2},
		{"a kind of a later program", func(w written, s *store.Store) error {
			return s.InTx(w.Context(), func(ctx context.Context) error {
				v, err := s.RaisePolicy(ctx)
				if err != nil {
					return err
				}
				return s.InsertChanges(ctx, []Change{{Version: uint64(v), Kind: "planet", Key: "mars", At: time.Now()}})
			})
		}, 2},
		{"rows that are about to be removed", func(w written, s *store.Store) error {
			return s.InTx(w.Context(), func(ctx context.Context) error {
				v, err := s.RaisePolicy(ctx)
				if err != nil {
					return err
				}
				return s.InsertChanges(ctx, []Change{{Version: uint64(v), Kind: ChangedRules, At: time.Now().Add(-25 * time.Hour)}})
			})
		}, 2},
		{"more than are told of", func(w written, s *store.Store) error {
			var list []MembershipRecord
			for i := range 5001 {
				list = append(list, MembershipRecord{Membership: Membership{Member: Subject{User, fmt.Sprint("usr_", i)}, Of: Subject{Group, "crowd"}}, Created: time.Now()})
			}
			if _, err := w.CreateGroup(w.Context(), console, GroupRecord{ID: "crowd"}); err != nil {
				return err
			}
			if err := s.InTx(w.Context(), func(ctx context.Context) error {
				for _, m := range list {
					if err := s.PutMembership(ctx, m); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				return err
			}
			return w.DeleteGroup(w.Context(), console, "crowd")
		}, 2},
		{"another epoch", func(w written, s *store.Store) error { return s.NewEpoch(w.Context()) }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWritten(t).shop()
			s := w.Store.(*store.Store)
			r := newReplica(t, s)
			r.may()
			if err := c.do(w, s); err != nil {
				t.Fatal(err)
			}
			w.give(toAda(nil))
			if err := r.feed.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
			if r.may() != Allowed || r.Loads() != c.want {
				t.Errorf("the answer is %v after %d whole loads, want %d", r.may(), r.Loads(), c.want)
			}
		})
	}
}

// What each version touched is there as often as it must be: nothing is told twice,
// and each version tells something.
func TestEachVersionTellsSomething(t *testing.T) {
	t.Parallel()
	h := newHands(t, 99, "sqlite:"+filepath.Join(t.TempDir(), "gatehouse.db"))
	for range 100 {
		_, _ = h.one()
	}
	versions, err := h.store.Versions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.store.ChangesAfter(t.Context(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	var told []uint64
	for _, c := range list {
		told = append(told, c.Version)
	}
	if told = slices.Compact(told); len(told) != int(versions[VersionPolicy]) || told[0] != 1 || told[len(told)-1] != uint64(len(told)) {
		t.Errorf("of %d versions %d told something", versions[VersionPolicy], len(told))
	}
}
