package verify

import (
	"testing"
	"time"
)

// A token that was seen before, as nearly all are.
func BenchmarkVerifySeen(b *testing.B) {
	h := newHouse(b)
	v := h.verifier()
	benchmark(b, v, h.token())
}

// The same behind a feed that has named ten thousand others.
func BenchmarkVerifySeenWithFeed(b *testing.B) {
	h := newHouse(b)
	v := h.verifier(follows)
	for i := range 10_000 {
		v.feed.apply([]event{{Subject: "usr_" + time.Unix(int64(i), 0).String(), MinPV: 5}}, 1, true)
	}
	for range 100 {
		if time.Sleep(10 * time.Millisecond); !v.feed.behind(time.Now()) {
			break
		}
	}
	benchmark(b, v, h.token())
}

// A token of each signature that comes for the first time.
func BenchmarkVerifyNew(b *testing.B) {
	for _, alg := range ourAlgorithms {
		b.Run(alg, func(b *testing.B) {
			h := newHouse(b)
			h.keys = []key{newKey(b, "k1", alg)}
			v := h.verifier()
			token := h.token()
			if _, err := v.Verify(b.Context(), token); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				payload, _, err := v.open(b.Context(), token, typeAccessToken)
				if err == nil {
					_, _, err = v.claimsOf(payload)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
		})
	}
}

func benchmark(b *testing.B, v *Verifier, token string) {
	b.Helper()
	if _, err := v.Verify(b.Context(), token); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
