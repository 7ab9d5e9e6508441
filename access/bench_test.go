package access_test

import (
	"fmt"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/id"
	"gatehouse/proof"
)

// crowd is a policy of n people with three grants each: one that ended, one that
// is to begin, one that counts, of one in ten roles with ten permissions.
func crowd(n int) Policy {
	p := Policy{Version: 1}
	roles := max(1, n/10)
	shop := API{ID: "shop", Delegation: ByAudience, Owners: map[string]string{}}
	for i := range 100 {
		shop.Permissions = append(shop.Permissions, Permission{Resource: fmt.Sprint("r", i/10), Action: fmt.Sprint("a", i%10)})
	}
	p.APIs = []API{shop}
	for i := range roles {
		r := Role{ID: fmt.Sprint("role", i)}
		for j := range 10 {
			r.Permissions = append(r.Permissions, Pattern{"shop", fmt.Sprint("r", i%10), fmt.Sprint("a", j)})
		}
		p.Roles = append(p.Roles, r)
	}
	for i := range n {
		who := Subject{User, fmt.Sprint("usr_", i)}
		role := fmt.Sprint("role", i%roles)
		for j, w := range []Window{{ExpiresAt: began}, {NotBefore: began.Add(time.Hour)}, {ExpiresAt: began.Add(time.Hour)}} {
			p.Grants = append(p.Grants, Grant{ID: id.Grant(fmt.Sprint("gra_", i, "_", j)), Subject: who, Effect: Allow, Role: role, Where: Where{Place: Everywhere}, Window: w})
		}
	}
	return p
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := Compile(crowd(n))
			q := Question{Principal: Subject{User, "usr_7"}, Permission: "shop/r7:a3", Now: began.Add(time.Minute), Level: proof.AAL1}
			b.ReportAllocs()
			for b.Loop() {
				if d, err := s.Decide(&q); err != nil || d.Outcome != Allowed {
					b.Fatal(d, err)
				}
			}
		})
	}
}

func BenchmarkDecideWithACondition(b *testing.B) {
	p := crowd(1000)
	for i := range p.Grants {
		p.Grants[i].Where = Where{Place: Condition, Expression: `resource.total <= 500.0 || "finance" in principal.groups`}
	}
	s := Compile(p)
	q := Question{Principal: Subject{User, "usr_7"}, Permission: "shop/r7:a3", Now: began.Add(time.Minute), Resource: Resource{Attrs: map[string]any{"total": 10.0}}}
	b.ReportAllocs()
	for b.Loop() {
		if d, err := s.Decide(&q); err != nil || d.Outcome != Allowed {
			b.Fatal(d, err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	p := crowd(33_334) // 100,000 grants
	b.ReportAllocs()
	for b.Loop() {
		Compile(p)
	}
}

func BenchmarkOnePrincipalChanges(b *testing.B) {
	s := Compile(crowd(100_000))
	who := Principal{Subject: Subject{User, "usr_7"}}
	g := []Grant{{ID: "gra_new", Subject: who.Subject, Effect: Allow, Role: "role1", Where: Where{Place: Everywhere}}}
	b.ReportAllocs()
	for b.Loop() {
		s.With(2, who, nil, g)
	}
}
