package follow

import (
	"context"
	"sync/atomic"
	"time"
)

// bound is what one question takes instead of MaxAge and CatchUp.
type bound struct {
	strict bool
	most   time.Duration
	used   atomic.Bool
}

type boundKey struct{}

// Strictly returns a context whose questions do not wait: what is older than MaxAge is
// refused at once.
func Strictly(ctx context.Context) context.Context {
	return context.WithValue(ctx, boundKey{}, &bound{strict: true})
}

// UpTo returns a context whose questions take what is known up to that age, where nobody
// can learn anything younger. Used tells afterwards whether one of them did.
func UpTo(ctx context.Context, age time.Duration) (bounded context.Context, used func() bool) {
	b := &bound{most: age}
	return context.WithValue(ctx, boundKey{}, b), b.used.Load
}

func boundOf(ctx context.Context) *bound {
	b, _ := ctx.Value(boundKey{}).(*bound)
	return b
}

// refuses reports whether the question waits for nothing.
func (b *bound) refuses() bool { return b != nil && b.strict }

// takes reports whether the question takes what is known, and notes that it did.
func (b *bound) takes(age time.Duration) bool {
	if b == nil || age > b.most {
		return false
	}
	b.used.Store(true)
	return true
}
