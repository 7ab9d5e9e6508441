package admin

import (
	"context"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/web"
)

// Rate bounds how many requests one caller sends, by whatever credentials. The zero Rate
// bounds nobody, and one without a Burst tells nobody of it.
type Rate struct {
	Flood web.Flood
	Burst int
	Every time.Duration
}

// take counts one request, and says in the headers how many more there may be.
func (l Rate) take(ctx context.Context, h http.Header, who access.Subject) error {
	if l.Flood.Limiter == nil {
		return nil
	}
	wait, whole := l.Flood.TakeOf(ctx, string(who.Kind)+":"+who.ID)
	if l.Burst > 0 && l.Every > 0 {
		web.Quota{Name: "caller", Burst: l.Burst, Every: l.Every}.Tell(h, whole)
	}
	if wait > 0 {
		return &fault.Error{Kind: fault.TooMany, Code: "request.rate", Detail: "This caller has sent too many requests.", RetryAfter: wait}
	}
	return nil
}
