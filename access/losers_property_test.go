package access_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	. "gatehouse/access"
)

// held is what somebody may do at some moments.
type held struct {
	who        string
	permission string
	org        string
	later      time.Duration
}

// holds returns all that is held in a house as it is now.
func (h *hands) holds(from time.Time) map[held]bool {
	h.Helper()
	s, err := Load(h.Context(), h.store, BuiltIn{}, time.Now())
	if err != nil {
		h.Fatal(err)
	}
	all := map[held]bool{}
	who := []Subject{{Client, "web"}, {Client, "app"}, {ServiceAccount, "ops"}}
	for _, p := range h.people {
		who = append(who, Subject{User, string(p)})
	}
	for _, w := range who {
		for _, permission := range []string{"shop/orders:read", "shop/orders:write", "shop/orders:refund", "shop/stock:read"} {
			for _, later := range []time.Duration{0, 20 * time.Minute, 50 * time.Minute, 90 * time.Minute, 150 * time.Minute} {
				for _, org := range []string{"", "acme"} {
					q := Question{Principal: w, Permission: permission, Org: org, Now: from.Add(later), Resource: Resource{Attrs: map[string]any{"owner_id": w.ID}}}
					if decide(h.T, s, q).Outcome == Allowed {
						all[held{w.ID, permission, org, later}] = true
					}
				}
			}
		}
	}
	return all
}

// A token says what its subject may do until it expires. Whoever may less than they
// did, now or at a moment to come, is told of: by name, or as the API.
func TestWhoeverLosesSomethingIsToldOf(t *testing.T) {
	t.Parallel()
	lost := 0
	for seed := range uint64(8 * sequences()) {
		h := newHands(t, 1000+seed, "sqlite:"+filepath.Join(t.TempDir(), "gatehouse.db"))
		from := time.Now().Add(time.Second) // what is revoked now ended before
		before, version := h.holds(from), h.version()
		for range 60 {
			what, err := h.one()
			if err != nil {
				continue
			}
			after := h.holds(from)
			told, _ := h.told(uint64(version))
			for one := range before {
				if after[one] {
					continue
				}
				lost++
				if !slices.Contains(told, one.who) && !slices.Contains(told, "api shop") && !slices.Contains(told, "cut_client "+one.who) {
					t.Fatalf("seed %d, %s: %+v was lost, and told was of %v", seed, what, one, told)
				}
			}
			before, version = after, h.version()
		}
	}
	if lost < 100 {
		t.Errorf("only %d things were lost: this tried little", lost)
	}
}
