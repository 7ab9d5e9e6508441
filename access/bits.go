package access

import (
	"iter"
	mathbits "math/bits"
	"slices"
)

// bits is a set of permissions by their index in the catalogue.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) has(i uint32) bool { return int(i>>6) < len(b) && b[i>>6]&(1<<(i&63)) != 0 }
func (b bits) set(i uint32)      { b[i>>6] |= 1 << (i & 63) }
func (b bits) clear(i uint32)    { b[i>>6] &^= 1 << (i & 63) }

func (b bits) add(o bits) {
	for i, w := range o {
		b[i] |= w
	}
}

func (b bits) count() (n int) {
	for _, w := range b {
		n += mathbits.OnesCount64(w)
	}
	return n
}

func (b bits) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

// remove takes o out of b.
func (b bits) remove(o bits) {
	for i, w := range o {
		b[i] &^= w
	}
}

// without returns what is in b and not in o.
func (b bits) without(o bits) bits {
	rest := slices.Clone(b)
	for i := range rest {
		if i < len(o) {
			rest[i] &^= o[i]
		}
	}
	return rest
}

// keep leaves in b what is in o too.
func (b bits) keep(o bits) {
	for i := range b {
		if i < len(o) {
			b[i] &= o[i]
		} else {
			b[i] = 0
		}
	}
}

// within reports whether o has all that is in b.
func (b bits) within(o bits) bool {
	for i, w := range b {
		if w != 0 && (i >= len(o) || w&^o[i] != 0) {
			return false
		}
	}
	return true
}

// withinOf reports whether o has all that is in b and in of.
func (b bits) withinOf(of, o bits) bool {
	for i := range min(len(b), len(of)) {
		if b[i]&of[i]&^o[i] != 0 {
			return false
		}
	}
	return true
}

// meets reports whether b and o have something in common.
func (b bits) meets(o bits) bool {
	for i := range min(len(b), len(o)) {
		if b[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// all yields what is in b, in the order of the catalogue.
func (b bits) all() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i, w := range b {
			for ; w != 0; w &= w - 1 {
				if !yield(uint32(i<<6 + mathbits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}
