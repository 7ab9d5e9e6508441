package access

import "hash/maphash"

// table has the principals of one kind by their ids. It does not change once a
// snapshot has it: with makes another one, of which one part in 256 is new.
//
// Each part is a hash table with open addressing of pointers. A map would hash an
// id twice, for the part and within it, and copying one is ten times slower.
type table [parts]part

const parts = 256

type part struct {
	slots  []*principal // a power of two; at most half of them are taken
	number int
}

var seed = maphash.MakeSeed()

func hashOf(name string) uint64 { return maphash.String(seed, name) }

// get returns what is known of somebody, nil for somebody ordinary.
func (t *table) get(name string) *principal { return t.find(name, hashOf(name)) }

func (t *table) find(name string, hash uint64) *principal {
	slots := t[hash%parts].slots
	if len(slots) == 0 {
		return nil
	}
	mask := uint64(len(slots) - 1)
	for i := hash / parts & mask; ; i = (i + 1) & mask {
		if p := slots[i]; p == nil || p.hash == hash && p.id == name {
			return p
		}
	}
}

// add puts p into a table that no snapshot has yet, in which it is not.
func (t *table) add(p *principal) { t[p.hash%parts].add(p) }

func (one *part) add(p *principal) {
	if 2*(one.number+1) > len(one.slots) {
		one.grow()
	}
	mask := uint64(len(one.slots) - 1)
	i := p.hash / parts & mask
	for one.slots[i] != nil {
		i = (i + 1) & mask
	}
	one.slots[i] = p
	one.number++
}

func (one *part) grow() {
	was := one.slots
	*one = part{slots: make([]*principal, max(4, 2*len(was)))}
	for _, p := range was {
		if p != nil {
			one.add(p)
		}
	}
}

// with returns a table in which p is, in the place of whoever had its id, and is not
// when it is ordinary.
func (t *table) with(p *principal) *table {
	next := *t
	was := t[p.hash%parts]
	one := part{slots: make([]*principal, len(was.slots))}
	for _, other := range was.slots {
		if other != nil && other.id != p.id {
			one.add(other)
		}
	}
	if !p.ordinary() {
		one.add(p)
	}
	next[p.hash%parts] = one
	return &next
}

// all lists everybody in it.
func (t *table) all(yield func(*principal) bool) {
	for i := range t {
		for _, p := range t[i].slots {
			if p != nil && !yield(p) {
				return
			}
		}
	}
}
