package keys_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/keys"
	"gatehouse/secret"
)

// memory is a Store in memory: transactions one at a time, undone on error.
type memory struct {
	tx      sync.Mutex // held through a transaction
	mu      sync.Mutex
	keys    []keys.Key
	data    []secret.DataKey
	events  []audit.Event
	version int64
	lease   map[string]lease
	err     error // what every call answers
}

type lease struct {
	holder string
	until  time.Time
}

type inTx struct{}

func (m *memory) InTx(ctx context.Context, f func(context.Context) error) error {
	if ctx.Value(inTx{}) != nil {
		return f(ctx)
	}
	m.tx.Lock()
	defer m.tx.Unlock()
	m.mu.Lock()
	before, events, version := slices.Clone(m.keys), slices.Clone(m.events), m.version
	m.mu.Unlock()
	err := f(context.WithValue(ctx, inTx{}, true))
	if err != nil {
		m.mu.Lock()
		m.keys, m.events, m.version = before, events, version
		m.mu.Unlock()
	}
	return err
}

func (m *memory) locked(f func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		f()
	}
	return m.err
}

func (m *memory) Versions(context.Context) (v map[string]int64, err error) {
	err = m.locked(func() { v = map[string]int64{"keys": m.version} })
	return v, err
}

func (m *memory) Keys(_ context.Context, all bool) (rows []keys.Key, err error) {
	err = m.locked(func() {
		for _, k := range m.keys {
			if all || k.State != keys.Retired {
				rows = append(rows, k)
			}
		}
	})
	return rows, err
}

func (m *memory) InsertKey(_ context.Context, k keys.Key) error {
	second := false
	err := m.locked(func() {
		for _, have := range m.keys {
			second = second || have.Algorithm == k.Algorithm && have.State == keys.Signing && k.State == keys.Signing
		}
		if !second {
			m.keys = append(m.keys, k)
			m.version++
		}
	})
	if second {
		return fault.New(fault.Conflict, "key.conflict", "There is a signing key already.")
	}
	return err
}

func (m *memory) MoveKey(_ context.Context, k keys.Key, from keys.State) (moved bool, err error) {
	err = m.locked(func() {
		for i, have := range m.keys {
			if have.ID == k.ID && have.State == from {
				m.keys[i].State, m.keys[i].SignsFrom, m.keys[i].Until, m.keys[i].Sealed = k.State, k.SignsFrom, k.Until, k.Sealed
				m.version++
				moved = true
			}
		}
	})
	return moved, err
}

func (m *memory) Lease(_ context.Context, name, holder string, now, until time.Time) (held bool, err error) {
	err = m.locked(func() {
		l, taken := m.lease[name]
		if held = !taken || l.holder == holder || !now.Before(l.until); held {
			next := maps.Clone(m.lease)
			if next == nil {
				next = map[string]lease{}
			}
			next[name] = lease{holder, until}
			m.lease = next
		}
	})
	return held, err
}

func (m *memory) DataKeys(context.Context) (rows []secret.DataKey, err error) {
	err = m.locked(func() { rows = slices.Clone(m.data) })
	return rows, err
}

func (m *memory) InsertDataKey(_ context.Context, k secret.DataKey) (bool, error) {
	return true, m.locked(func() { m.data = append(m.data, k) })
}

func (m *memory) InsertEvents(ctx context.Context, b audit.Batch) error {
	for i, e := range b.Entries {
		if err := m.InsertEvent(ctx, e, b.Waiting[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) InsertEvent(_ context.Context, e *audit.Entry, _ audit.Unsealed) error {
	return m.locked(func() { m.events = append(m.events, e.Event) })
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// ring returns a loaded Ring over m, as one more process would have it.
func (m *memory) ring(t testing.TB) *keys.Ring {
	t.Helper()
	keeper, err := secret.NewKeeper(t.Context(), m, secret.Master{7})
	if err != nil {
		t.Fatal(err)
	}
	r := keys.NewRing(m, keeper, &audit.Log{Store: m}, keys.DefaultConfig())
	if err := r.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// half says which half of the key's pair the store keeps: "private", "public" or "no".
func (m *memory) half(t testing.TB, k keys.Key) string {
	t.Helper()
	keeper, err := secret.NewKeeper(t.Context(), m, secret.Master{7})
	if err != nil {
		t.Fatal(err)
	}
	return half(t, keeper, k)
}

func half(t testing.TB, keeper *secret.Keeper, k keys.Key) string {
	t.Helper()
	if k.Sealed == "" {
		return "no"
	}
	for _, name := range []string{"private", "public"} {
		plain, err := keeper.Open(secret.PurposeSigning, "keys:"+name+":"+k.ID, k.Sealed)
		if err != nil {
			continue
		}
		if secretly := strings.Contains(string(plain), `"d":`); secretly != (name == "private") {
			t.Errorf("what is sealed as the %s half of %s has a private part: %v", name, k.ID, secretly)
		}
		return name
	}
	t.Fatalf("what is sealed of %s does not open", k.ID)
	return ""
}

// states counts the keys of alg by state.
func (m *memory) states(alg string) map[keys.State]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := map[keys.State]int{}
	for _, k := range m.keys {
		if k.Algorithm == alg {
			n[k.State]++
		}
	}
	return n
}

// poll is what a running process does again and again: follow, then rotate.
func poll(ctx context.Context, s keys.Store, r *keys.Ring, now time.Time) error {
	versions, err := s.Versions(ctx)
	if err != nil {
		return err
	}
	if err := r.Follow(ctx, versions); err != nil {
		return err
	}
	return r.Step(ctx, now)
}
