package oauth

import (
	"fmt"
	"reflect"
	"runtime"
	"testing"
	"time"

	"gatehouse/follow"
	"gatehouse/id"
)

// manyRevocations is what a house under attack, or after a great clean-up, has.
const manyRevocations = 200_000

func knowing(n int) *Registry {
	r := NewRegistry(nil, follow.NewFeed(nil))
	r.loaded.Store(true)
	now := time.Now()
	for i := range n {
		r.learn([]Revocation{{Kind: RevokedSession, Key: fmt.Sprintf("ses_%032d", i), Before: now, Until: now.Add(time.Hour)}})
	}
	return r
}

// A map whose entries hold pointers is walked by every garbage collection.
func TestRevocationsGiveTheGarbageCollectorNothingToWalk(t *testing.T) {
	t.Parallel()
	for _, entry := range []reflect.Type{reflect.TypeFor[digest](), reflect.TypeFor[death]()} {
		if !plain(entry) {
			t.Errorf("%v holds pointers", entry)
		}
	}
}

func plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Uint64, reflect.Int64:
		return true
	case reflect.Array:
		return plain(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !plain(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	return false
}

func TestForgottenRevocationsGiveTheirRoomBack(t *testing.T) {
	t.Parallel()
	r := knowing(20_000)
	now := time.Now()
	late := Revocation{Kind: RevokedSession, Key: "ses_late", Before: now, Until: now.Add(3 * time.Hour)}
	r.learn([]Revocation{late})
	r.revoked.sweep(now.Add(2 * time.Hour))
	dead := func(session id.Session) bool { return r.known(&TokenFacts{Session: session, Issued: now}) }
	if !dead("ses_late") || dead("ses_00000000000000000000000000000001") {
		t.Error("the sweep removed the wrong ones")
	}
	k := r.revoked.kinds[RevokedSession]
	if n := k.known.Load(); n != 1 {
		t.Errorf("%d are known, want 1", n)
	}
	runtime.KeepAlive(r)
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkRevocations tells what many live revocations cost: memory for each,
// the question that every token asks, and a garbage collection.
func BenchmarkRevocations(b *testing.B) {
	for _, n := range []int{0, manyRevocations} {
		before := heap()
		r := knowing(n)
		memory := float64(heap() - before)
		now := time.Now()
		facts := TokenFacts{
			JTI: "a token nobody revoked", Authorization: "aut_1", Session: "ses_none", User: "usr_1", Client: "web", KeyID: "kid", Issued: now, AuthTime: now,
		}
		b.Run(fmt.Sprintf("rows=%d/ask", n), func(b *testing.B) {
			if n > 0 {
				b.ReportMetric(memory/float64(n), "B/row")
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if dead, err := r.Revoked(b.Context(), facts); dead || err != nil {
						b.Error("dead", err)
					}
				}
			})
		})
		b.Run(fmt.Sprintf("rows=%d/gc", n), func(b *testing.B) {
			for b.Loop() {
				runtime.GC()
			}
		})
		runtime.KeepAlive(r)
	}
}
