package ephemeral

import (
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/fault"
)

func open(t testing.TB, c Config) *Limiter {
	t.Helper()
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLimiterBlocksAfterTheBurstAndLetsOneThroughPerInterval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := open(t, Config{Rate: 2, Burst: 3, Keys: 100})
		for i := range 3 {
			if wait := l.Blocked("a"); wait != 0 {
				t.Fatalf("event %d of the burst has to wait %v", i+1, wait)
			}
			l.Count("a")
		}
		if got, want := l.Blocked("a"), 500*time.Millisecond; got != want {
			t.Fatalf("after the burst Blocked = %v, want %v", got, want)
		}
		if wait := l.Blocked("b"); wait != 0 {
			t.Fatalf("another key has to wait %v", wait)
		}
		time.Sleep(l.Blocked("a"))
		if wait := l.Blocked("a"); wait != 0 {
			t.Fatalf("after waiting as told, there are %v left", wait)
		}
		l.Count("a")
		if l.Blocked("a") == 0 {
			t.Fatal("two events passed in one interval")
		}
	})
}

func TestLimiterDoesNotLengthenTheWaitDuringAFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := open(t, Config{Rate: 1, Burst: 5, Keys: 100})
		for range 10_000 {
			l.Count("flood")
		}
		if got, want := l.Blocked("flood"), time.Second; got != want {
			t.Fatalf("Blocked = %v after a flood, want %v", got, want)
		}
	})
}

// Whatever happens when, the limiter agrees with a bucket that is filled at the
// rate and emptied by events, and whoever waits as told may go on.
func TestLimiterIsATokenBucket(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rate := rapid.IntRange(1, 50).Draw(rt, "rate")
		burst := rapid.IntRange(1, 20).Draw(rt, "burst")
		steps := rapid.SliceOfN(rapid.IntRange(0, 400), 1, 60).Draw(rt, "pauses in ms")
		synctest.Test(t, func(*testing.T) {
			l := open(t, Config{Rate: float64(rate), Burst: burst, Keys: 10})
			interval := l.interval
			full := interval * time.Duration(burst)
			bucket := full // allowance, in time
			for _, ms := range steps {
				pause := time.Duration(ms) * time.Millisecond
				time.Sleep(pause)
				bucket = min(full, bucket+pause)
				want := max(0, interval-bucket)
				if got := l.Blocked("k"); got != want {
					rt.Fatalf("Blocked = %v, want %v", got, want)
				}
				l.Count("k")
				bucket = max(0, bucket-interval)
			}
			time.Sleep(l.Blocked("k"))
			if wait := l.Blocked("k"); wait != 0 {
				rt.Fatalf("after waiting as told, there are %v left", wait)
			}
		})
	})
}

// T15: distinct keys without end do not fill the memory, and the key that
// floods is not the one that is forgotten.
func TestLimiterForgetsKeysBeyondItsBound(t *testing.T) {
	t.Parallel()
	l := open(t, Config{Rate: 0.001, Burst: 50, Keys: 6400})
	for range 50 {
		l.Count("flood")
	}
	for i := range 1_000_000 {
		l.Count(fmt.Sprint("passer-by ", i))
	}
	if n := l.Len(); n > 6400 {
		t.Fatalf("%d keys are remembered, want at most 6400", n)
	}
	if l.Blocked("flood") == 0 {
		t.Error("the flooding key was forgotten among keys with one event each")
	}
}

func TestLimiterCountsEveryConcurrentEvent(t *testing.T) {
	t.Parallel()
	l := open(t, Config{Rate: 1e-3, Burst: 1001, Keys: 100})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for range 100 {
				l.Count("k")
				l.Blocked("k")
			}
		})
	}
	all.Wait()
	if wait := l.Blocked("k"); wait != 0 {
		t.Fatalf("after 1000 of 1001 events the key has to wait %v", wait)
	}
	l.Count("k")
	if l.Blocked("k") == 0 {
		t.Fatal("after 1001 of 1001 events the key may go on: an event was lost")
	}
}

func TestNewRefusesLimitsThatAreNotPossible(t *testing.T) {
	t.Parallel()
	good := Config{Rate: 1, Burst: 1, Keys: 1}
	for _, c := range []struct {
		name   string
		change func(*Config)
	}{
		{"rate", func(c *Config) { c.Rate = 0 }},
		{"rate", func(c *Config) { c.Rate = -1 }},
		{"rate", func(c *Config) { c.Rate = math.NaN() }},
		{"burst", func(c *Config) { c.Rate, c.Burst = 0.01, 400_000 }},
		{"rate", func(c *Config) { c.Rate = math.Inf(1) }},
		{"burst", func(c *Config) { c.Burst = 0 }},
		{"keys", func(c *Config) { c.Keys = 0 }},
	} {
		config := good
		c.change(&config)
		_, err := New(config)
		if !fault.Is(err, fault.Invalid) || config.Validate()[0].Name != c.name {
			t.Errorf("New(%+v) = %v, want an Invalid fault about %s", config, err, c.name)
		}
	}
	if _, err := New(good); err != nil {
		t.Errorf("New(%+v) = %v", good, err)
	}
}

func BenchmarkCount(b *testing.B) {
	l := open(b, Config{Rate: 1, Burst: 10, Keys: 100_000})
	keys := make([]string, 1024)
	for i := range keys {
		keys[i] = fmt.Sprintf("192.0.2.%d", i)
	}
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			l.Count(keys[i%len(keys)])
		}
	})
}
