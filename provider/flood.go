package provider

import (
	"context"
	"time"
)

// Limiter bounds floods; package ephemeral's do. Keys are counted apart.
type Limiter interface {
	// Blocked says how long key has to wait, zero when it may go on. It counts
	// nothing. An error means that nobody knows.
	Blocked(ctx context.Context, key string) (time.Duration, error)
	// Count counts one bad request against key.
	Count(ctx context.Context, key string) error
}

// limiterPatience is how long a request waits for an answer of the limiter.
const limiterPatience = 250 * time.Millisecond

// patient bounds how long the limiter may take. One that says it AnswersAtOnce
// asks nobody else, and saves every request a timer.
func (p *Provider) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, at := p.Limiter.(interface{ AnswersAtOnce() }); at {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, limiterPatience)
}

// blocked returns how long key has to wait. A limiter that cannot answer decides
// nothing: it keeps nobody out, and it lets nobody in, for whoever asks still has
// to prove what they present.
func (p *Provider) blocked(ctx context.Context, key string) time.Duration {
	asked, cancel := p.patient(ctx)
	defer cancel()
	wait, err := p.Limiter.Blocked(asked, key)
	if err != nil {
		p.Log.WarnContext(ctx, "the flood limiter does not answer, nobody is kept waiting", "err", err)
		return 0
	}
	return wait
}

// countBad counts one bad request against key, also when its sender has hung up by
// now. One that cannot be counted is refused all the same.
func (p *Provider) countBad(ctx context.Context, key string) {
	counted, cancel := p.patient(context.WithoutCancel(ctx))
	defer cancel()
	if err := p.Limiter.Count(counted, key); err != nil {
		p.Log.WarnContext(ctx, "the flood limiter does not count a bad request", "err", err)
	}
}
