// Package ephemeral holds what may be forgotten at any moment: flood limits and
// the like. One process keeps them in memory; several share them through Redis.
//
// The rule for everything here: losing it may cost somebody a wait or let a
// flood begin anew, but it never lets anyone in or out. Counters that protect
// passwords and second factors, and marks that may be used once, are therefore
// not here but in the store. The same holds for a limiter that cannot answer: who
// asks it goes on as if nobody had to wait, and decides by what was presented.
//
// A key is one moment: until when its allowance is used up (the generic cell rate
// algorithm). Of two views of a key the later moment is the truer one, since events
// only move it forward. So each process remembers what Redis told it, says no by that
// without asking, and brings it along when it asks: a Redis that was lost, emptied or
// replaced learns from its first questions what was counted before and meanwhile.
package ephemeral

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gatehouse/fault"
)

// Limiter bounds how often something may happen per key. Package ephemeraltest
// holds every implementation to this. All methods may be called at once; of events
// counted at once none is lost.
type Limiter interface {
	// Blocked returns how long key has to wait until it may have one more event,
	// zero when it may have it now. It counts nothing. What other processes count it
	// knows from the last Count or Take of the key here. An error means that nobody
	// knows, also because ctx ended.
	Blocked(ctx context.Context, key string) (time.Duration, error)
	// Count counts one event of key. A key that is blocked is counted no further,
	// so that a flood does not lengthen the wait. After an error the event may or
	// may not be counted.
	Count(ctx context.Context, key string) error
	// Take counts one event of key if it may have one now, and returns no wait; else it
	// counts nothing and returns how long key has to wait. whole is how long it takes
	// until it may have the whole burst again. Of events taken at once, by any number of processes that
	// share them, no more pass than may. After an error the event may or may not be
	// counted.
	Take(ctx context.Context, key string) (wait, whole time.Duration, err error)
}

// Limiters makes the limiters of a process.
type Limiters struct {
	begun  time.Time // carries the monotonic clock's reading
	remote *remote   // nil: this process counts alone
}

// Alone returns the limiters of a process that shares nothing.
func Alone() *Limiters { return &Limiters{begun: time.Now()} }

// Open returns limiters that are shared by all processes with the same secret and Redis,
// or those of this process alone where c names none. It connects to nobody: Step does.
// An Invalid fault: a file that c names cannot be used.
func Open(c Redis, secret []byte, log *slog.Logger) (*Limiters, error) {
	l := Alone()
	if c.URL == "" {
		return l, nil
	}
	var err error
	if l.remote, err = newRemote(c, secret, l.begun, log); err != nil {
		return nil, fmt.Errorf("open what is shared through Redis: %w", err)
	}
	return l, nil
}

// New returns the limiter that c asks for, or an Invalid fault when c is not
// possible. What is counted is shared by all limiters of that name.
func (l *Limiters) New(name string, c Config) (Limiter, error) {
	if bad := c.Validate(); len(bad) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Code: "limits.config", Detail: "The limits are not possible.", Fields: bad}
	}
	if !c.Enabled {
		return unlimited{}, nil
	}
	return limiter{l.counter(name, c.Remembered), c.bound()}, nil
}

// Quotas returns what bounds keys of which each has a bound of its own. It remembers so
// many of them at most, at least one.
func (l *Limiters) Quotas(name string, remembered int) *Quotas {
	return &Quotas{l.counter(name, max(1, remembered))}
}

func (l *Limiters) counter(name string, remembered int) *counter {
	return &counter{name: name, memory: newMemory(remembered, l.begun), remote: l.remote}
}

// Shared reports whether a Redis is configured.
func (l *Limiters) Shared(time.Time) bool { return l.remote != nil }

// Step asks Redis whether it answers: then everything is counted there, else here. What
// changes is logged once. It returns no error: nothing depends on it.
func (l *Limiters) Step(ctx context.Context, _ time.Time) error {
	if l.remote != nil {
		l.remote.probe(ctx)
	}
	return nil
}

// Figures are about the Redis of this process.
func (l *Limiters) Figures() Figures {
	if l.remote == nil {
		return Figures{}
	}
	return l.remote.figures()
}

// Close ends the connections. What was made here goes on in memory.
func (l *Limiters) Close() error {
	if l.remote == nil {
		return nil
	}
	return l.remote.close()
}

// unlimited keeps nobody waiting.
type unlimited struct{}

// AnswersAtOnce is described at limiter's.
func (unlimited) AnswersAtOnce() {}

func (unlimited) Blocked(context.Context, string) (time.Duration, error) { return 0, nil }
func (unlimited) Count(context.Context, string) error                    { return nil }
func (unlimited) Take(context.Context, string) (wait, whole time.Duration, err error) {
	return 0, 0, nil
}
