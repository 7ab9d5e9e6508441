package client

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxProblem bounds what is read of a refusal, in bytes.
const maxProblem = 1 << 20

// do sends a request as often as it takes and may be, and returns an answer that is a
// success. A refusal is a *Problem.
func (g *Gatehouse) do(ctx context.Context, r request) (*http.Response, error) {
	body, err := r.prepare()
	if err != nil {
		return nil, err
	}
	renewed := false
	for attempt := 1; ; attempt++ {
		if err := g.queue(ctx); err != nil {
			return nil, r.failed(err)
		}
		token, err := g.tokens.Token(ctx)
		if err != nil {
			return nil, r.failed(err)
		}
		resp, err := g.once(ctx, r, body, token)
		if err != nil {
			if ctx.Err() != nil || !r.harmless() || attempt >= g.attempts {
				return nil, r.failed(err)
			}
			if err := sleep(ctx, backoff(attempt)); err != nil {
				return nil, r.failed(err)
			}
			continue
		}
		g.heed(resp.Header)
		if resp.StatusCode < 300 {
			return resp, nil
		}
		problem, err := refusal(resp)
		if err != nil {
			return nil, r.failed(err)
		}
		if resp.StatusCode == http.StatusUnauthorized && !renewed && g.renews(token) {
			renewed = true
			continue
		}
		wait := pause(resp, attempt)
		if !r.again(resp.StatusCode) || attempt >= g.attempts || wait > g.patience {
			return nil, r.failed(problem)
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, r.failed(fmt.Errorf("%w, while waiting after %w", err, problem))
		}
	}
}

// harmless reports whether a request whose answer was lost may be sent again: it reads,
// or the server knows it by its key.
func (r *request) harmless() bool {
	return r.method == http.MethodGet || r.header.Get("Idempotency-Key") != ""
}

// again reports whether a refusal is one of the moment. Both say that nothing was done;
// something in between may say 502 or 504 of a request that was.
func (r *request) again(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return r.harmless()
	}
	return false
}

// renews tells the source that a token was refused, and reports whether it may have
// another one.
func (g *Gatehouse) renews(token string) bool {
	source, is := g.tokens.(Refusable)
	return is && source.Refused(token)
}

func refusal(resp *http.Response) (*Problem, error) {
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	if err != nil {
		return nil, fmt.Errorf("read the refusal: %w", err)
	}
	return problemOf(resp, text), nil
}

// pause is how long to wait after a refusal.
func pause(resp *http.Response, attempt int) time.Duration {
	said := resp.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(said); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(said); err == nil {
		return max(0, time.Until(at))
	}
	return backoff(attempt)
}

// backoff doubles from a quarter of a second, give or take a half of it: callers who
// failed together do not come back together.
func backoff(attempt int) time.Duration {
	whole := 250 * time.Millisecond << min(attempt-1, 6)
	return whole/2 + rand.N(whole)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// heed reads how many requests the server still takes
// (draft-ietf-httpapi-ratelimit-headers-10). Where there are none, the next one waits
// until a share of the window has passed.
func (g *Gatehouse) heed(h http.Header) {
	left, has := parameter(h.Get("RateLimit"), "r")
	if !has || left > 0 {
		return
	}
	quota, some := parameter(h.Get("RateLimit-Policy"), "q")
	window, also := parameter(h.Get("RateLimit-Policy"), "w")
	if !some || !also || quota < 1 || window < 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn = time.Now().Add(share(window, quota))
}

func share(window, quota int) time.Duration {
	return time.Duration(window) * time.Second / time.Duration(quota)
}

// parameter is a number of the first item of a structured field (RFC 9651): the r of
// `"caller";r=998;t=0`.
func parameter(field, name string) (int, bool) {
	item, _, _ := strings.Cut(field, ",")
	for one := range strings.SplitSeq(item, ";") {
		if value, is := strings.CutPrefix(strings.TrimSpace(one), name+"="); is {
			n, err := strconv.Atoi(value)
			return n, err == nil
		}
	}
	return 0, false
}

// queue waits until it is a request's turn.
func (g *Gatehouse) queue(ctx context.Context) error {
	g.mu.Lock()
	wait := min(time.Until(g.turn), g.patience)
	g.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	return sleep(ctx, wait)
}
