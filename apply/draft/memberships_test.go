package draft

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"gatehouse/access"
)

// Whoever comes and goes, a draft lists who is in what, in order, and what each is in.
func TestMembershipsAreThoseThatWereWritten(t *testing.T) {
	t.Parallel()
	m := memberships{map[access.Subject]*inside{}, map[access.Kind]map[string][]access.Subject{}}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	type place struct{ of, member access.Subject }
	want := map[place]int64{}
	for step := range 3000 {
		p := place{
			access.Subject{Kind: access.Group, ID: fmt.Sprint("g", r.IntN(4))},
			access.Subject{Kind: []access.Kind{access.User, access.Group}[r.IntN(2)], ID: fmt.Sprint("m", r.IntN(6))},
		}
		switch r.IntN(5) {
		case 0, 1:
			m.put(access.MembershipRecord{Membership: access.Membership{Of: p.of, Member: p.member}, Rev: int64(step)})
			want[p] = int64(step)
		case 2:
			if _, there := want[p]; m.drop(p.of, p.member) != there {
				t.Fatalf("seed %d, step %d: what was dropped was there: %v", seed, step, !there)
			}
			delete(want, p)
		case 3:
			got, there := m.get(p.of, p.member)
			if rev, is := want[p]; there != is || got.Rev != rev {
				t.Fatalf("seed %d, step %d: got %+v and %v, want %d", seed, step, got, there, rev)
			}
		default:
			list := m.inside(p.of).all()
			if !slices.IsSortedFunc(list, func(a, b access.MembershipRecord) int { return bySubject(a.Member, b.Member) }) {
				t.Fatalf("seed %d, step %d: out of order: %v", seed, step, list)
			}
			got := map[place]int64{}
			for _, one := range list {
				got[place{one.Of, one.Member}] = one.Rev
			}
			of := maps.Clone(want)
			maps.DeleteFunc(of, func(q place, _ int64) bool { return q.of != p.of })
			if !maps.Equal(got, of) || len(list) != len(of) {
				t.Fatalf("seed %d, step %d: got %v, want %v", seed, step, got, of)
			}
		}
		var in []access.Subject
		for q := range want {
			if q.member == p.member {
				in = append(in, q.of)
			}
		}
		slices.SortFunc(in, bySubject)
		if got := m.of(p.member); !slices.Equal(got, in) {
			t.Fatalf("seed %d, step %d: %v is in %v, want %v", seed, step, p.member, got, in)
		}
	}
}
