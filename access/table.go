package access

import (
	"encoding/binary"
	"hash/maphash"
	"sync/atomic"
)

// table has the principals of one kind by their ids; a nil one is empty. It does not change once a
// snapshot has it: with makes another one, of which one part in 256 is new.
type table [parts]part

const parts = 256

// part is a hash table with open addressing of records, which lie one behind the
// other: nothing in it points anywhere, however many there are, and whoever replaces
// one leaves no gap.
//
// A record is its length, the length of the id, the id, and what packPrincipal wrote.
type part struct {
	stamp  uint64 // which no other part of this process has
	slots  []slot // a power of two; at most half of them are taken
	number int
	bytes  []byte
}

// slot is where a record begins, counted from 1, and a part of the hash of its id.
type slot struct{ tag, at uint32 }

var (
	seed   = maphash.MakeSeed()
	stamps atomic.Uint64
)

func hashOf(name string) uint64 { return maphash.String(seed, name) }

// tagOf is what the part of a hash does not say.
func tagOf(hash uint64) uint32 { return uint32(hash / parts) }

// find returns somebody's record, and how long their id is in front of it; nil for
// somebody ordinary.
func (t *table) find(name string, hash uint64) (record []byte, id int) {
	if t == nil {
		return nil, 0
	}
	one := &t[hash%parts]
	from, to := one.lies(name, tagOf(hash))
	if from == to {
		return nil, 0
	}
	record, id, _ = one.record(from)
	return record, id
}

// lies returns where somebody's record begins, with its length, and ends; both are the
// end of all where there is none.
func (one *part) lies(name string, tag uint32) (from, to uint32) {
	if one.number > 0 {
		mask := uint32(len(one.slots) - 1)
		for i := tag & mask; one.slots[i].at != 0; i = (i + 1) & mask {
			if one.slots[i].tag != tag {
				continue
			}
			at := one.slots[i].at - 1
			if record, id, next := one.record(at); string(record[:id]) == name {
				return at, next
			}
		}
	}
	end := uint32(len(one.bytes))
	return end, end
}

// record reads the one that begins at a byte: it, how long the id is with which it
// begins, and where the next one does.
func (one *part) record(at uint32) (record []byte, id int, next uint32) {
	length, n := binary.Uvarint(one.bytes[at:])
	from := at + uint32(n)
	next = from + uint32(length)
	known, n := binary.Uvarint(one.bytes[from:next])
	return one.bytes[from+uint32(n) : next], int(known), next
}

// add puts a record behind the others.
func (one *part) add(name []byte, tag uint32, rest []byte) {
	one.put(tag, uint32(len(one.bytes)))
	var b [binary.MaxVarintLen64]byte
	known := binary.AppendUvarint(b[:0], uint64(len(name)))
	one.bytes = binary.AppendUvarint(one.bytes, uint64(len(known)+len(name)+len(rest)))
	one.bytes = append(append(append(one.bytes, known...), name...), rest...)
}

// put takes a slot for a record that begins at a byte.
func (one *part) put(tag, at uint32) {
	if 2*(one.number+1) > len(one.slots) {
		one.grow(max(4, 2*len(one.slots)))
	}
	one.number++
	one.take(slot{tag, at + 1})
}

func (one *part) grow(size int) {
	was := one.slots
	one.slots = make([]slot, size)
	for _, s := range was {
		if s.at != 0 {
			one.take(s)
		}
	}
}

func (one *part) take(s slot) {
	mask := uint32(len(one.slots) - 1)
	i := s.tag & mask
	for one.slots[i].at != 0 {
		i = (i + 1) & mask
	}
	one.slots[i] = s
}

// with returns a table in which somebody has that behind their id, in the place of
// what they had; nil: nothing, as somebody ordinary.
func (t *table) with(name string, hash uint64, rest []byte) *table {
	next := &table{}
	if t != nil {
		*next = *t
	}
	next[hash%parts] = next[hash%parts].with(name, tagOf(hash), rest)
	return next
}

func (one *part) with(name string, tag uint32, rest []byte) part {
	next := part{stamp: stamps.Add(1), slots: make([]slot, len(one.slots)), bytes: make([]byte, 0, len(one.bytes)+len(name)+len(rest)+8)}
	gap, behind := one.lies(name, tag)
	next.bytes = append(append(next.bytes, one.bytes[:gap]...), one.bytes[behind:]...)
	for _, s := range one.slots {
		switch at := s.at - 1; {
		case s.at == 0 || at == gap && gap < behind:
		case at < gap:
			next.put(s.tag, at)
		default:
			next.put(s.tag, at-(behind-gap))
		}
	}
	if rest != nil {
		next.add([]byte(name), tag, rest)
	}
	return next
}

func (t *table) number() (n int) {
	if t == nil {
		return 0
	}
	for i := range t {
		n += t[i].number
	}
	return n
}

// all lists the records, and how long the id is in front of each.
func (t *table) all(yield func(record []byte, id int) bool) {
	if t == nil {
		return
	}
	for i := range t {
		one := &t[i]
		for at := 0; at < len(one.bytes); {
			record, id, next := one.record(uint32(at))
			if !yield(record, id) {
				return
			}
			at = int(next)
		}
	}
}
