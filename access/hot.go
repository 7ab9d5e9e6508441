package access

import "sync/atomic"

// hot has those principals as structs who were asked about lately. All that is asked
// of a snapshot may put somebody there, in the place of somebody else. A later snapshot
// has the same one: whose record became another is told by the stamp of its part.
type hot struct {
	places []atomic.Pointer[principal] // a power of two; two neighbours are for the same hashes
}

// mostHot is how many are kept. What somebody has is unpacked in a microsecond or two, so
// that it costs little to be forgotten.
const mostHot = 4096

// newHot has place for all of so many principals, within the bound.
func newHot(principals int) *hot {
	places := 2
	for places < mostHot && places < 2*principals {
		places *= 2
	}
	return &hot{make([]atomic.Pointer[principal], places)}
}

// of are the places for a hash. The first is that of the latest.
func (h *hot) of(hash uint64) (first, second *atomic.Pointer[principal]) {
	i := hash / parts & uint64(len(h.places)-1)
	return &h.places[i&^1], &h.places[i|1]
}
