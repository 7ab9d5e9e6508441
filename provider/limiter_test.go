package provider

import (
	"context"
	"sync"
	"time"
)

// limiter counts, and blocks everybody for wait, or a key for a second once
// its burst is used up.
type limiter struct {
	mu      sync.Mutex
	counted map[string]int
	wait    time.Duration
	burst   int   // 0: none
	err     error // it cannot answer
	hangs   bool  // it answers when nobody waits any more
}

func (l *limiter) Blocked(ctx context.Context, key string) (time.Duration, error) {
	if l.hangs {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return 0, l.err
	}
	if l.burst > 0 && l.counted[key] >= l.burst {
		return time.Second, nil
	}
	return l.wait, nil
}

func (l *limiter) Count(ctx context.Context, key string) error {
	if l.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err
	}
	l.counted[key]++
	return nil
}

func (l *limiter) Take(ctx context.Context, key string) (wait, whole time.Duration, err error) {
	if wait, err := l.Blocked(ctx, key); wait > 0 || err != nil {
		return wait, wait, err
	}
	return 0, 0, l.Count(ctx, key)
}

type metrics struct {
	mu      sync.Mutex
	issued  []string
	refused []string
}

func (m *metrics) TokenIssued(grant string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.issued = append(m.issued, grant)
}

func (m *metrics) TokenRefused(grant, code string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused = append(m.refused, grant+" "+code)
}
