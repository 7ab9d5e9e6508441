package password

import (
	"context"
	"strings"
	"testing"

	"gatehouse/identity/password/worker"
)

// noting is an engine that remembers the last job.
type noting struct {
	inside
	last *worker.Job
}

func (e noting) Key(ctx context.Context, j worker.Job) ([]byte, error) {
	*e.last = j
	return e.inside.Key(ctx, j)
}

// What a check costs is decided by the account that is asked for, or its twin,
// whatever was typed.
func TestCheckCostsWhatTheAccountOrItsTwinCosts(t *testing.T) {
	t.Parallel()
	h, last := NewHasher(cheap), &worker.Job{}
	h.room.Store(newRoom(noting{last: last}, 1))
	ticket := enter(t, h)
	defer ticket.Leave()
	dear := cheap
	dear.Passes, dear.MemoryKiB = 3, 128
	account, err := NewHasher(dear).Hash(t.Context(), "violet harbour 77 engines")
	if err != nil {
		t.Fatal(err)
	}
	word, err := NewHasher(cheap).Hash(t.Context(), "nobody's password") // somebody's all the same
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		stored, twin, typed string
		passes, memory      uint32
		ok                  bool
	}{
		"the right password":          {account, "", "violet harbour 77 engines", 3, 128, true},
		"a wrong one":                 {account, "", "violet harbour 78 engines", 3, 128, false},
		"none":                        {account, "", "", 3, 128, false},
		"one that is too long":        {account, "", strings.Repeat("x", MaxBytes+1), 3, 128, false},
		"none, of what stands for it": {word, "", "", 1, 64, false},
		"nobody":                      {"", account, "violet harbour 77 engines", 3, 128, false},
		"nobody, and what none typed": {"", account, "nobody's password", 3, 128, false},
		"nobody, and nothing typed":   {"", account, "", 3, 128, false},
		"nobody at all":               {"", "", "violet harbour 77 engines", 1, 64, false},
		"a twin whose row is damaged": {"", "x", "violet harbour 77 engines", 1, 64, false},
	} {
		ok, _, err := ticket.Verify(t.Context(), c.stored, c.twin, c.typed)
		if ok != c.ok || err != nil || last.Passes != c.passes || last.MemoryKiB != c.memory {
			t.Errorf("%s: %v, %v, with %d passes over %d KiB; want %v with %d over %d", name, ok, err, last.Passes, last.MemoryKiB, c.ok, c.passes, c.memory)
		}
	}
}
