package ephemeral

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func alone(c Config) (limiter, time.Duration) {
	return limiter{Alone().counter("test", c.Remembered), c.bound()}, c.Every()
}

// Whatever happens when, the limiter agrees with a bucket that is filled at the
// rate and emptied by events, and whoever waits as told may go on.
func TestMemoryIsATokenBucket(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rate := rapid.IntRange(50, 3000).Draw(rt, "rate per minute")
		burst := rapid.IntRange(1, 20).Draw(rt, "burst")
		steps := rapid.SliceOfN(rapid.IntRange(0, 400), 1, 60).Draw(rt, "pauses in ms")
		synctest.Test(t, func(t *testing.T) {
			m, every := alone(Config{PerMinute: rate, Burst: burst, Remembered: 10})
			full := every * time.Duration(burst)
			bucket := full // allowance, in time
			for _, ms := range steps {
				pause := time.Duration(ms) * time.Millisecond
				time.Sleep(pause)
				bucket = min(full, bucket+pause)
				want := max(0, every-bucket)
				if got, _ := m.Blocked(t.Context(), "k"); got != want {
					rt.Fatalf("Blocked = %v, want %v", got, want)
				}
				_ = m.Count(t.Context(), "k")
				if bucket >= every { // a blocked key is counted no further
					bucket -= every
				}
			}
			wait, _ := m.Blocked(t.Context(), "k")
			time.Sleep(wait)
			if wait, _ := m.Blocked(t.Context(), "k"); wait != 0 {
				rt.Fatalf("after waiting as told, there are %v left", wait)
			}
		})
	})
}

// T15: distinct keys without end do not fill the memory, and the key that
// floods is not the one that is forgotten.
func TestMemoryForgetsKeysBeyondItsBound(t *testing.T) {
	t.Parallel()
	for _, bound := range []int{1, 63, 6400} {
		m, _ := alone(Config{PerMinute: 1, Burst: 50, Remembered: bound})
		for range 50 {
			_ = m.Count(t.Context(), "flood")
		}
		for i := range 200_000 {
			_ = m.Count(t.Context(), fmt.Sprint("passer-by ", i))
		}
		n := 0
		for i := range m.memory.shards {
			n += len(m.memory.shards[i].whole)
		}
		if n > bound {
			t.Errorf("%d keys are remembered, want at most %d", n, bound)
		}
		if wait, _ := m.Blocked(t.Context(), "flood"); bound == 6400 && wait == 0 {
			t.Error("the flooding key was forgotten among keys with one event each")
		}
	}
}

// Keys of the longest kind take no more of memory than others.
func TestLongKeysAreKeptShort(t *testing.T) {
	t.Parallel()
	m, _ := alone(Config{PerMinute: 1, Burst: 1, Remembered: 100})
	one, other := strings.Repeat("x", 10_000)+"1", strings.Repeat("x", 10_000)+"2"
	_ = m.Count(t.Context(), one)
	for key := range m.memory.shard(short(one)).whole {
		if len(key) > longestKey {
			t.Errorf("a key takes %d bytes", len(key))
		}
	}
	wait, _ := m.Blocked(t.Context(), one)
	if free, _ := m.Blocked(t.Context(), other); wait == 0 || free != 0 {
		t.Errorf("%v and %v, want a wait for the first alone", wait, free)
	}
}

func BenchmarkCount(b *testing.B) {
	m, _ := alone(DefaultConfig())
	keys := make([]string, 1024)
	for i := range keys {
		keys[i] = fmt.Sprintf("192.0.2.%d", i)
	}
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			_ = m.Count(b.Context(), keys[i%len(keys)])
		}
	})
}
