package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"gatehouse/gate"
)

// pools keeps a pool for each upstream of the routes. Routes that are read again keep those
// of upstreams of which nothing else is said than before.
type pools struct {
	metrics Metrics
	log     *slog.Logger

	known sync.Map // *gate.Upstream → *pool
	mu    sync.Mutex
	all   map[string]*pool     // by the upstream's Text
	lost  map[string]lostWires // those that cannot be made
}

// lostWires is why there is no pool, and since when.
type lostWires struct {
	err error
	at  time.Time
}

// lostAgain is how long a pool that could not be made is not tried again: requests do not
// read files.
const lostAgain = time.Second

func newPools(m Metrics, log *slog.Logger) *pools {
	return &pools{metrics: m, log: log, all: map[string]*pool{}, lost: map[string]lostWires{}}
}

// of returns the pool of an upstream, or why there can be none: files that it names cannot
// be used.
func (p *pools) of(u *gate.Upstream) (*pool, error) {
	if found, ok := p.known.Load(u); ok {
		return found.(*pool), nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	one, ok := p.all[u.Text]
	if !ok {
		if why, ok := p.lost[u.Text]; ok && time.Since(why.at) < lostAgain {
			return nil, why.err
		}
		made, err := newPool(u, p.metrics, p.log)
		if err != nil {
			if _, ok := p.lost[u.Text]; !ok {
				p.log.Error("an upstream cannot be reached", "upstream", u.ID, "why", err.Error())
			}
			p.lost[u.Text] = lostWires{err, time.Now()}
			return nil, err
		}
		delete(p.lost, u.Text)
		one = made
		p.all[u.Text] = one
	}
	p.known.Store(u, one)
	return one, nil
}

// upstreamKey is under which a request's context has its upstream.
type upstreamKey struct{}

func withUpstream(ctx context.Context, u *gate.Upstream) context.Context {
	return context.WithValue(ctx, upstreamKey{}, u)
}

// RoundTrip implements http.RoundTripper: it sends r to its upstream.
func (p *pools) RoundTrip(r *http.Request) (*http.Response, error) {
	u, ok := r.Context().Value(upstreamKey{}).(*gate.Upstream)
	if !ok {
		return nil, errors.New("the request is for no upstream")
	}
	one, err := p.of(u)
	if err != nil {
		return nil, err
	}
	return one.RoundTrip(r)
}

// keep forgets the pools of upstreams that are not among those of the routes any more.
// Requests under way there end as they would have.
func (p *pools) keep(present []*gate.Upstream) {
	texts, those, ids := map[string]bool{}, map[*gate.Upstream]bool{}, map[string]bool{}
	for _, u := range present {
		texts[u.Text], those[u], ids[u.ID] = true, true, true
	}
	p.known.Range(func(u, _ any) bool {
		if !those[u.(*gate.Upstream)] {
			p.known.Delete(u)
		}
		return true
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	for text, one := range p.all {
		if !texts[text] {
			delete(p.all, text)
			one.wire.close()
			if !ids[one.upstream.ID] {
				p.metrics.GateTargetsGone(one.upstream.ID)
			}
		}
	}
	for text := range p.lost {
		if !texts[text] {
			delete(p.lost, text)
		}
	}
}
