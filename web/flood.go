package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
)

// Limiter bounds floods; package ephemeral's do. Keys are counted apart, and an error
// means that nobody knows.
type Limiter interface {
	// Blocked says how long key has to wait, zero when it may go on. It counts
	// nothing.
	Blocked(ctx context.Context, key string) (time.Duration, error)
	// Count counts one event against key.
	Count(ctx context.Context, key string) error
	// Take counts one event of key, or says how long it has to wait; and in how long key
	// may have as many at once as ever.
	Take(ctx context.Context, key string) (wait, whole time.Duration, err error)
}

// limiterPatience is how long a request waits for an answer of the limiter.
const limiterPatience = 250 * time.Millisecond

// Flood asks a limiter on behalf of requests. One that cannot answer decides
// nothing: it keeps nobody out, and it lets nobody in, for whoever asks still has to
// prove what they present.
type Flood struct {
	Limiter Limiter
	Log     *slog.Logger
}

// patient bounds how long the limiter may take. One that says it AnswersAtOnce
// asks nobody else, and saves every request a timer.
func (f Flood) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, at := f.Limiter.(interface{ AnswersAtOnce() }); at {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, limiterPatience)
}

// Blocked returns how long key has to wait, and counts nothing.
func (f Flood) Blocked(ctx context.Context, key string) time.Duration {
	asked, cancel := f.patient(ctx)
	defer cancel()
	return f.known(ctx)(f.Limiter.Blocked(asked, key))
}

// Take counts one event of key, also when its sender has hung up by now, or returns
// how long key has to wait.
func (f Flood) Take(ctx context.Context, key string) time.Duration {
	wait, _ := f.TakeOf(ctx, key)
	return wait
}

// TakeOf is Take, which also returns in how long key has its whole burst again.
func (f Flood) TakeOf(ctx context.Context, key string) (wait, whole time.Duration) {
	asked, cancel := f.patient(context.WithoutCancel(ctx))
	defer cancel()
	wait, whole, err := f.Limiter.Take(asked, key)
	return f.known(ctx)(wait, err), whole
}

func (f Flood) known(ctx context.Context) func(time.Duration, error) time.Duration {
	return func(wait time.Duration, err error) time.Duration {
		if err != nil {
			f.Log.WarnContext(ctx, "the flood limiter does not answer, nobody is kept waiting", "err", err)
			return 0
		}
		return wait
	}
}

// Count counts one event against key, also when its sender has hung up by now.
func (f Flood) Count(ctx context.Context, key string) {
	counted, cancel := f.patient(context.WithoutCancel(ctx))
	defer cancel()
	if err := f.Limiter.Count(counted, key); err != nil {
		f.Log.WarnContext(ctx, "the flood limiter does not count a bad request", "err", err)
	}
}

// PerAddress lets only so many requests of an address through to next, as the limiter
// of f says; the others are refused with "address.flood" (TooMany). It stands behind
// Outer, which knows the address. Without one nobody waits.
func PerAddress(f Flood, refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		network := id.Network(InfoOf(r.Context()).IP)
		if network == "" {
			next.ServeHTTP(w, r)
			return
		}
		if wait := f.Take(r.Context(), network); wait > 0 {
			refuse(w, r, &fault.Error{Kind: fault.TooMany, Code: "address.flood", Detail: "Too many pages were asked for from this address.", RetryAfter: wait})
			return
		}
		next.ServeHTTP(w, r)
	})
}
