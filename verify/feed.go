package verify

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

// How the feed is followed.
const (
	feedPath     = "/access/v1/feed"
	feedFirst    = 2 * time.Second  // a stream that begins with silence is held up by something between
	feedSilence  = 5 * time.Second  // one that falls silent is dead
	feedRetry    = 10 * time.Minute // how long a stream that was held up is not tried again
	feedPauseMin = 50 * time.Millisecond
	feedPauseMax = 2 * time.Second
	maxCursor    = 1 << 10
)

var (
	errNoStream = errors.New("no event stream comes through")
	errSilent   = errors.New("the feed fell silent")
	errLate     = errors.New("the feed came late")
)

// feed follows what the issuer ends early: by server-sent events, or by asking
// again and again where these do not come through.
type feed struct {
	*ledger
	v      *Verifier
	ticket ticket

	heard  atomic.Pointer[time.Time] // when the last batch came; nil: none yet
	served atomic.Int64              // the second in which being behind was last logged

	// What follows belongs to the one goroutine that follows.
	cursor      string
	issued      float64 // iat of the last batch
	pollingTill time.Time
	lost        bool // somebody was told that the feed is lost
}

func newFeed(v *Verifier) *feed {
	return &feed{ledger: newLedger(&v.config), v: v, ticket: ticket{v: v}}
}

// behind reports whether the feed is too old to tell. Both clocks are asked: the
// monotonic one stands still while a machine sleeps, the other can be set back.
func (f *feed) behind(now time.Time) bool {
	last, lag := f.heard.Load(), f.v.config.MaxLag
	return last == nil || now.Sub(*last) > lag || now.Round(0).Sub(last.Round(0)) > lag
}

// noteServed logs that a token was taken behind the feed, once in a second.
func (f *feed) noteServed(ctx context.Context) {
	now := time.Now().Unix()
	if last := f.served.Load(); last != now && f.served.CompareAndSwap(last, now) {
		f.v.config.Log.WarnContext(ctx, "access tokens are taken while the feed is behind", "event", "feed_behind")
	}
}

// run follows until ctx ends.
func (f *feed) run(ctx context.Context) {
	pause := feedPauseMin
	for ctx.Err() == nil {
		heard := f.heard.Load()
		err := f.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if f.heard.Load() != heard {
			pause = feedPauseMin
		}
		f.tell(ctx, err)
		wait(ctx, pause/2+rand.N(pause))
		pause = min(2*pause, feedPauseMax)
	}
}

// follow follows in one way until that ends.
func (f *feed) follow(ctx context.Context) (err error) {
	defer rescue(f.v.config.Log, &err)
	if time.Now().Before(f.pollingTill) {
		return f.poll(ctx)
	}
	err = f.stream(ctx)
	if errors.Is(err, errNoStream) {
		f.pollingTill = time.Now().Add(feedRetry)
	}
	return err
}

// tell logs that the feed was lost, once until it is found again.
func (f *feed) tell(ctx context.Context, err error) {
	if err == nil || f.lost || errors.Is(err, errNoStream) {
		return
	}
	f.lost = true
	f.v.config.Log.WarnContext(ctx, "the revocation feed is lost", "event", "feed_lost", "error", err.Error())
}

// batch is what a signed batch says.
type batch struct {
	Issuer string  `json:"iss"`
	Issued float64 `json:"iat"`
	Cursor string  `json:"cursor"`
	More   bool    `json:"more"` // what is known is not all yet
	Events []event `json:"events"`
}

// take takes in a batch that came at a time, and counts it as heard unless it is
// old news or the first part of more.
func (f *feed) take(ctx context.Context, b *batch, came time.Time, news bool) {
	f.apply(b.Events, int64(b.Issued), f.cursor != "")
	f.cursor, f.issued = b.Cursor, b.Issued
	if !news || b.More {
		return
	}
	f.heard.Store(&came)
	if f.lost {
		f.lost = false
		f.v.config.Log.InfoContext(ctx, "the revocation feed is followed again", "event", "feed_found")
	}
}

// read checks a signed batch. Nothing of it counts unless all is in order.
func (f *feed) read(ctx context.Context, compact string) (*batch, error) {
	if len(compact) > maxBatch {
		return nil, errors.New("a batch is too long")
	}
	payload, _, err := f.v.open(ctx, compact, typeFeed)
	if err != nil {
		return nil, err
	}
	b := &batch{}
	if err := json.Unmarshal(payload, b); err != nil {
		return nil, errors.New("a batch is not of a known form")
	}
	switch {
	case b.Issuer != f.v.config.Issuer:
		return nil, errors.New("a batch of another issuer")
	case b.Cursor == "" || len(b.Cursor) > maxCursor:
		return nil, errors.New("a batch without a cursor")
	case b.Issued < f.issued-f.v.config.Skew.Seconds():
		return nil, errors.New("a batch from before the last one")
	}
	return b, nil
}

// delays finds out when a stream lags. What is read from it may have waited in
// buffers while the process or the network stood still, and then is no news: how
// long is told by comparing with the fastest batch of the same connection, which
// needs no clocks that agree.
type delays struct {
	fastest float64
	known   bool
}

// late reports whether a batch lags by more than lag.
func (d *delays) late(b *batch, came time.Time, lag time.Duration) bool {
	took := float64(came.UnixNano())/1e9 - b.Issued
	if !d.known || took < d.fastest {
		d.fastest, d.known = took, true
	}
	allowed := lag.Seconds()
	if b.Issued == math.Trunc(b.Issued) {
		allowed++ // whole seconds say no more
	}
	return took-d.fastest > allowed
}

// wait waits, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
