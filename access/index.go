package access

// index finds the number of a permission by its full id. It does not change once it
// was filled.
//
// It is a hash table with open addressing of which at most half is taken: a map takes
// twice as long, and every decision begins here.
type index []named

type named struct {
	id     string
	number uint32 // counted from 1; 0: the place is free
}

// newIndex returns that of a catalogue. Of two entries of one id it finds the last.
func newIndex(catalogue []entry) index {
	size := 2
	for size < 2*len(catalogue) {
		size *= 2
	}
	x := make(index, size)
	for i := range catalogue {
		*x.place(catalogue[i].id) = named{catalogue[i].id, uint32(i) + 1}
	}
	return x
}

func (x index) place(id string) *named {
	mask := uint64(len(x) - 1)
	for i := hashOf(id) & mask; ; i = (i + 1) & mask {
		if at := &x[i]; at.id == id || at.number == 0 {
			return at
		}
	}
}

func (x index) find(id string) (number uint32, ok bool) {
	at := x.place(id)
	return at.number - 1, at.number != 0
}
