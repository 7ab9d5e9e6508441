package access

import (
	"bytes"
	"hash/maphash"
	"slices"
	"sync/atomic"
)

// register is by what the records of a part are found when somebody asks who may do
// something: what each of them says that a permission can come by. It is made when it is
// asked for first, and good for as long as the part is. Nothing in it points anywhere.
type register struct {
	stamp   uint64   // of the part
	records []uint32 // where they begin, in the order of their ids
	entries []entered
}

// entered says that a record has a way to permissions, as a wayTo, and which of
// register.records it is. They are in the order of both. Of two ways that look alike one
// finds somebody too many, who is then asked as everybody is.
type entered struct{ way, at uint32 }

// registers are those of a snapshot and of all that were made of it.
type registers [actors][parts]atomic.Pointer[register]

// wayTo is what a role, a pattern, a group or an organisation is called in a register.
func wayTo[T comparable](what T) uint32 { return uint32(maphash.Comparable(seed, what)) }

// roleNamed is a role among ways.
type roleNamed string

// of returns the register of a part. Two that come at once make the same.
func (all *registers) of(actor, number int, one *part) *register {
	kept := &all[actor][number]
	if r := kept.Load(); r != nil && r.stamp == one.stamp {
		return r
	}
	r := newRegister(one)
	kept.Store(r)
	return r
}

func newRegister(one *part) *register {
	r := &register{stamp: one.stamp, records: make([]uint32, 0, one.number)}
	for at := 0; at < len(one.bytes); {
		_, _, next := one.record(uint32(at))
		r.records = append(r.records, uint32(at))
		at = int(next)
	}
	slices.SortFunc(r.records, func(a, b uint32) int { return bytes.Compare(one.name(a), one.name(b)) })
	for i, at := range r.records {
		record, id, _ := one.record(at)
		u := unpacking{string(record[id:])}
		u.ways(func(way uint32) { r.entries = append(r.entries, entered{way, uint32(i)}) })
	}
	slices.SortFunc(r.entries, entered.compare)
	r.entries = slices.Clip(r.entries)
	return r
}

func (e entered) compare(o entered) int {
	if e.way != o.way {
		return compareNumbers(e.way, o.way)
	}
	return compareNumbers(e.at, o.at)
}

func compareNumbers(a, b uint32) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// name is the id with which a record begins.
func (one *part) name(at uint32) []byte {
	record, id, _ := one.record(at)
	return record[:id]
}

// ways reads what packPrincipal wrote for by what somebody can have permissions: what they
// are in, and what they were granted themselves.
func (u *unpacking) ways(way func(uint32)) {
	u.byte()
	for range u.number() {
		way(wayTo(u.subject()))
		u.window()
	}
	for range u.number() {
		var g Grant
		switch u.grant(&g); {
		case g.Effect != Allow:
		case g.Role != "":
			way(wayTo(roleNamed(g.Role)))
		default:
			way(wayTo(g.Permission))
		}
	}
}

// from returns the entries of some ways from a record on, as lists each of which is in the
// order of the records.
func (r *register) from(ways map[uint32]bool, at uint32) (lists [][]entered) {
	const search = 16 // what it takes to look for one way, in entries that are looked at
	if len(ways)*search > len(r.entries) {
		return r.among(ways, at)
	}
	for way := range ways {
		begin, _ := slices.BinarySearchFunc(r.entries, entered{way, at}, entered.compare)
		end, _ := slices.BinarySearchFunc(r.entries[begin:], entered{way, ^uint32(0)}, entered.compare)
		if end > 0 {
			lists = append(lists, r.entries[begin:begin+end])
		}
	}
	return lists
}

// among is from where there are many ways.
func (r *register) among(ways map[uint32]bool, at uint32) [][]entered {
	var list []entered
	for _, e := range r.entries {
		if e.at >= at && ways[e.way] {
			list = append(list, e)
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.SortFunc(list, func(a, b entered) int { return compareNumbers(a.at, b.at) })
	return [][]entered{list}
}
