package access

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// Rules to which roles come one after the other are those of all of them at once.
func TestARoleMoreIsAsIfItHadBeenThere(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	p := Policy{APIs: []API{{ID: "shop", Audience: "https://shop.test"}, {ID: "mail", Audience: "https://mail.test"}}}
	for i := range p.APIs {
		for n := range 8 {
			p.APIs[i].Permissions = append(p.APIs[i].Permissions, Permission{Resource: fmt.Sprint("r", n%3), Action: fmt.Sprint("a", n), Sensitive: n%4 == 0})
		}
	}
	one := compileRules(p)
	for n := range 40 {
		r := Role{ID: fmt.Sprint("role", n)}
		for range random.IntN(3) {
			r.Permissions = append(r.Permissions, Pattern{API: []string{"shop", "mail"}[random.IntN(2)], Resource: []string{"*", "r0", "r1"}[random.IntN(3)], Action: []string{"*", "a1", "a4"}[random.IntN(3)]})
		}
		for range min(n, random.IntN(3)) {
			r.Parents = append(r.Parents, fmt.Sprint("role", random.IntN(n)))
		}
		before := one.roles
		one, p.Roles = one.including(r), append(p.Roles, r)
		if _, there := before[r.ID]; there {
			t.Fatal("the rules of before have it too")
		}
		all := compileRules(p)
		for name, want := range all.roles {
			got := one.roles[name]
			if got == nil || !reflect.DeepEqual(got.bits, want.bits) || !reflect.DeepEqual(got.denied, want.denied) || !slices.EqualFunc(got.closure, want.closure, func(a, b *role) bool { return a.ID == b.ID }) {
				t.Fatalf("seed %d: %s is %+v after %s, want %+v", seed, name, got, r.ID, want)
			}
		}
		if len(all.roles) != len(one.roles) {
			t.Fatalf("seed %d: %d roles, want %d", seed, len(one.roles), len(all.roles))
		}
	}
	if n := reflect.TypeFor[rules]().NumField(); n != 20 {
		t.Errorf("rules have %d fields, and like knows 20: does it carry the new one over?", n)
	}
}
