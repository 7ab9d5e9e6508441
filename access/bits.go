package access

// bits is a set of permissions by their index in the catalogue.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) has(i uint32) bool { return int(i>>6) < len(b) && b[i>>6]&(1<<(i&63)) != 0 }
func (b bits) set(i uint32)      { b[i>>6] |= 1 << (i & 63) }

func (b bits) add(o bits) {
	for i, w := range o {
		b[i] |= w
	}
}

func (b bits) overlaps(o bits) bool {
	for i := range min(len(b), len(o)) {
		if b[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

func (b bits) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}
