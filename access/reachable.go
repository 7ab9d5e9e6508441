package access

import (
	"bytes"
	"container/heap"
	"iter"
	"slices"
	"sort"
)

// inKinds are the kinds of those who act, in their order.
var inKinds = []Kind{Client, ServiceAccount, User}

// reachable lists, in order and behind one, those who can come to a permission by anything
// that the policy has of them: all who may use it are among them, and those whom a window, a
// lock or a deny keeps from it. Where circles are named, some of those are left out who were
// never put into one of them.
func (s *Snapshot) reachable(permission uint32, circles []Subject, after Subject) iter.Seq[Subject] {
	return s.by(s.rules.ways(permission), circles, after)
}

// by lists those who have one of some ways, as reachable does.
func (s *Snapshot) by(ways map[uint32]bool, circles []Subject, after Subject) iter.Seq[Subject] {
	return func(yield func(Subject) bool) {
		for _, kind := range inKinds {
			if kind < after.Kind {
				continue
			}
			behind := ""
			if kind == after.Kind {
				behind = after.ID
			}
			found := s.findings(kind, ways, behind)
			if circles != nil {
				found = fewer(found, s.findings(kind, waysTo(circles), behind))
			}
			if !found.each(kind, yield) {
				return
			}
		}
	}
}

func waysTo(circles []Subject) map[uint32]bool {
	ways := make(map[uint32]bool, len(circles))
	for _, c := range circles {
		ways[wayTo(c)] = true
	}
	return ways
}

// findings are those of each part of the table of a kind, behind a name.
func (s *Snapshot) findings(kind Kind, ways map[uint32]bool, after string) (all findings) {
	actor := kind.actor()
	t := s.tables[actor]
	if t == nil {
		return nil
	}
	for i := range t {
		one := &t[i]
		r := s.registers.of(actor, i, one)
		begin := sort.Search(len(r.records), func(n int) bool { return after == "" || string(one.name(r.records[n])) > after })
		f := &finding{part: one, register: r, lists: r.from(ways, uint32(begin))}
		if f.stand(); len(f.lists) > 0 {
			all = append(all, f)
		}
	}
	return all
}

// finding is a place in a part: before the first record that one of the lists has.
type finding struct {
	part     *part
	register *register
	lists    [][]entered // none of them is empty
	at       uint32
	name     []byte
}

// stand looks for the first record of the lists.
func (f *finding) stand() {
	if len(f.lists) == 0 {
		return
	}
	f.at = f.lists[0][0].at
	for _, l := range f.lists[1:] {
		f.at = min(f.at, l[0].at)
	}
	f.name = f.part.name(f.register.records[f.at])
}

// step goes on behind the record.
func (f *finding) step() {
	for i, l := range f.lists {
		for len(l) > 0 && l[0].at == f.at {
			l = l[1:]
		}
		f.lists[i] = l
	}
	f.lists = slices.DeleteFunc(f.lists, func(l []entered) bool { return len(l) == 0 })
	f.stand()
}

// findings are a heap by the names.
type findings []*finding

// each lists whom they find, in order, until yield has enough.
func (all findings) each(kind Kind, yield func(Subject) bool) bool {
	for heap.Init(&all); len(all) > 0; {
		first := all[0]
		who := Subject{kind, string(first.name)}
		if first.step(); len(first.lists) == 0 {
			heap.Pop(&all)
		} else {
			heap.Fix(&all, 0)
		}
		if !yield(who) {
			return false
		}
	}
	return true
}

// fewer are those of two that have fewer entries.
func fewer(a, b findings) findings {
	if b.entries() < a.entries() {
		return b
	}
	return a
}

func (all findings) entries() (n int) {
	for _, f := range all {
		for _, l := range f.lists {
			n += len(l)
		}
	}
	return n
}

func (all findings) Len() int           { return len(all) }
func (all findings) Less(i, j int) bool { return bytes.Compare(all[i].name, all[j].name) < 0 }
func (all findings) Swap(i, j int)      { all[i], all[j] = all[j], all[i] }
func (all *findings) Push(one any)      { *all = append(*all, one.(*finding)) }
func (all *findings) Pop() any {
	last := len(*all) - 1
	one := (*all)[last]
	*all = (*all)[:last]
	return one
}

// waysOf are the ways to one permission.
type waysOf struct {
	permission uint32
	ways       map[uint32]bool
}

// ways are by what somebody can come to a permission, as wayTo. It must not be changed.
// Those of the permission that was asked about last are kept: who reads a list page by page
// asks about one.
func (r *rules) ways(permission uint32) map[uint32]bool {
	if kept := r.asked.Load(); kept != nil && kept.permission == permission {
		return kept.ways
	}
	ways, e := map[uint32]bool{}, &r.catalogue[permission]
	for _, resource := range []string{e.resource, Any} {
		for _, action := range []string{e.action, Any} {
			ways[wayTo(Pattern{e.api, resource, action})] = true
		}
	}
	for name, one := range r.roles {
		if one.bits.has(permission) {
			ways[wayTo(roleNamed(name))] = true
		}
	}
	for _, in := range r.inside(r.given(permission)) {
		ways[wayTo(in)] = true
	}
	r.asked.Store(&waysOf{permission, ways})
	return ways
}

// waysToRole are by what somebody can come to a role, as wayTo: it, roles that have its
// permissions too, and what was granted one of them.
func (r *rules) waysToRole(name string) map[uint32]bool {
	ways := map[uint32]bool{}
	for one, is := range r.roles {
		if is.has(name) {
			ways[wayTo(roleNamed(one))] = true
		}
	}
	var given []Subject
	for of, grants := range r.grants {
		if slices.ContainsFunc(grants, func(g *grant) bool { return g.Effect == Allow && g.Role != "" && ways[wayTo(roleNamed(g.Role))] }) {
			given = append(given, of)
		}
	}
	for _, in := range r.inside(given) {
		ways[wayTo(in)] = true
	}
	return ways
}

// given are the groups and organisations that were granted a permission.
func (r *rules) given(permission uint32) (all []Subject) {
	for of, grants := range r.grants {
		if slices.ContainsFunc(grants, func(g *grant) bool { return g.Effect == Allow && r.means(g).has(permission) }) {
			all = append(all, of)
		}
	}
	return all
}

// inside returns groups and organisations with all groups that are in one of them by any
// path, be it now or at another time.
func (r *rules) inside(of []Subject) (all []Subject) {
	members := map[Subject][]Subject{}
	for member, edges := range r.over {
		for _, e := range edges {
			members[e.to] = append(members[e.to], member)
		}
	}
	seen := map[Subject]bool{}
	for list := of; len(list) > 0; {
		one := list[0]
		if list = list[1:]; !seen[one] {
			seen[one] = true
			all, list = append(all, one), append(slices.Clip(list), members[one]...)
		}
	}
	return all
}
