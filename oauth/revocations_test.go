package oauth

import (
	"fmt"
	"reflect"
	"runtime"
	"testing"
	"time"

	"gatehouse/follow"
)

// manyRevocations is what a house under attack, or after a great clean-up, has.
const manyRevocations = 200_000

func knowing(n int) *Registry {
	r := NewRegistry(nil, follow.NewFeed(nil))
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
	if !r.Revoked(TokenFacts{Session: "ses_late", Issued: now}) || r.Revoked(TokenFacts{Session: "ses_00000000000000000000000000000001", Issued: now}) {
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
					if r.Revoked(facts) {
						b.Error("dead")
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
