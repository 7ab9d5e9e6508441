package admin

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/web"
)

// Rate bounds how many requests one caller sends, by whatever credentials. The zero Rate
// bounds nobody.
type Rate struct {
	Flood            web.Flood
	Burst, PerMinute int
}

// counter is a limiter that can say how much is left.
type counter interface {
	Left(key string) (n int, whole time.Duration)
}

// take counts one request, and says in the headers how many more there may be
// (draft-ietf-httpapi-ratelimit-headers-10).
func (l Rate) take(ctx context.Context, h http.Header, who access.Subject) error {
	if l.Flood.Limiter == nil {
		return nil
	}
	key := string(who.Kind) + ":" + who.ID
	wait := l.Flood.Take(ctx, key)
	if n, ok := l.Flood.Limiter.(counter); ok && l.PerMinute > 0 {
		left, whole := n.Left(key)
		h.Set("RateLimit-Policy", fmt.Sprintf(`"caller";q=%d;w=%d`, l.Burst, max(1, l.Burst*60/l.PerMinute)))
		h.Set("RateLimit", fmt.Sprintf(`"caller";r=%d;t=%d`, left, int(whole.Seconds())))
	}
	if wait > 0 {
		return &fault.Error{Kind: fault.TooMany, Code: "request.rate", Detail: "This caller has sent too many requests.", RetryAfter: wait}
	}
	return nil
}
