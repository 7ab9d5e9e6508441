package ephemeral

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// failures in a row after which Redis is away, so that it costs a few requests their
	// patience and not all of them.
	failures = 3
	// successes in a row after which it is there again: one that comes and goes is away.
	successes = 3
)

// circuit says whether Redis is asked. Whoever opens it says so in the log, once.
type circuit struct {
	log *slog.Logger

	away  atomic.Bool
	bad   atomic.Int32  // answers in a row that did not come
	alone atomic.Uint64 // what was not asked

	mu    sync.Mutex
	since time.Time // of the last change, zero: it was not probed yet
	good  int       // probes in a row
}

// closed reports whether Redis is to be asked.
func (c *circuit) closed() bool {
	if c.away.Load() {
		c.alone.Add(1)
		return false
	}
	return true
}

// heard notes what became of a question.
func (c *circuit) heard(err error) {
	if err == nil {
		if c.bad.Load() != 0 {
			c.bad.Store(0)
		}
		return
	}
	c.alone.Add(1)
	if c.bad.Add(1) >= failures {
		c.open(err)
	}
}

// probed notes what became of a probe.
func (c *circuit) probed(err error) {
	if err != nil {
		c.open(err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.away.Load() {
		return
	}
	if c.good++; c.good < successes && !c.since.IsZero() {
		return
	}
	if c.since.IsZero() {
		c.log.Info("limits are shared through Redis")
	} else {
		c.log.Info("Redis answers again: limits are shared through it", "after", time.Since(c.since).Round(time.Millisecond).String())
	}
	c.since, c.good = time.Now(), 0
	c.bad.Store(0)
	c.away.Store(false)
}

// open has nobody ask until probes succeed.
func (c *circuit) open(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.good = 0
	if c.away.Load() && !c.since.IsZero() {
		return
	}
	c.since = time.Now()
	c.away.Store(true)
	c.log.Warn("Redis does not answer: this process counts its limits by itself until it does", "err", err.Error())
}

func (c *circuit) figures() Figures {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Figures{Shared: !c.away.Load(), Since: c.since, Alone: c.alone.Load()}
}

// quiet keeps the library from writing into the log of whoever uses us: what it says there
// comes to us as errors.
var quiet = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}
