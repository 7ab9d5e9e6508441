package access

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// A table is as a map is, whatever is put in and taken out, and however many ids
// have the same hash.
func TestTableIsAsAMapIs(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	for _, hashes := range []uint64{1, 3, 1 << 40} {
		now, want := &table{}, map[string]*principal{}
		name := func() (string, uint64) {
			i := dice.Uint64N(500)
			return fmt.Sprint("usr_", i), i % hashes
		}
		for range 300 {
			if n, hash := name(); want[n] == nil {
				want[n] = &principal{id: n, hash: hash, disabled: true}
				now.add(want[n])
			}
		}
		for range 300 {
			n, hash := name()
			one := &principal{id: n, hash: hash, disabled: dice.IntN(2) == 0}
			before := *now
			was := now.find(n, hash)
			now = now.with(one)
			if before.find(n, hash) != was {
				t.Fatal("what was there before has changed")
			}
			if delete(want, n); one.disabled {
				want[n] = one
			}
			for i := range uint64(500) {
				n := fmt.Sprint("usr_", i)
				if got := now.find(n, i%hashes); got != want[n] {
					t.Fatalf("%s is %+v, want %+v", n, got, want[n])
				}
			}
		}
		number, listed := 0, 0
		for i := range now {
			number += now[i].number
		}
		for p := range now.all {
			if listed++; want[p.id] != p {
				t.Errorf("%s is listed", p.id)
			}
		}
		if number != len(want) || listed != len(want) {
			t.Errorf("%d and %d of %d", number, listed, len(want))
		}
	}
}
