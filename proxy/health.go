package proxy

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// pulse is what is known of a target's answers to the question how it is. It belongs to
// whoever asks, one at a time.
type pulse struct {
	next      time.Time
	bad, good int
	asking    chan struct{} // holds one while it is asked
}

// lookEvery is how often it is looked which targets are to be asked, and at the files of
// upstreams.
const lookEvery = 250 * time.Millisecond

// Keep looks after the upstreams until ctx ends: it asks targets how they are, reads
// certificates again that changed, and forgets upstreams that no route has any more. The
// gate works without it, and then knows how targets are from requests alone.
func (d *Door) Keep(ctx context.Context) {
	var asked sync.WaitGroup
	defer asked.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		d.look(ctx, &asked, time.Now())
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look does once what Keep does.
func (d *Door) look(ctx context.Context, asked *sync.WaitGroup, now time.Time) {
	set := d.Routes()
	if d.Issuers != nil {
		d.Issuers(set.Issuers())
	}
	present := set.Upstreams()
	d.pools.keep(present)
	for _, u := range present {
		p, err := d.pools.of(u)
		if err != nil {
			continue // it is logged, and tried again
		}
		if changed, err := p.wire.refresh(); err != nil {
			d.Log.Error("new certificates for an upstream cannot be used; those before stay", "upstream", u.ID, "why", err.Error())
		} else if changed {
			d.Log.Info("an upstream is reached with new certificates", "upstream", u.ID)
		}
		p.look(ctx, asked, now)
	}
}

// look asks those targets that are due.
func (p *pool) look(ctx context.Context, asked *sync.WaitGroup, now time.Time) {
	p.wire.sweep(now)
	well := 0
	for _, t := range p.targets {
		if t.well(now) {
			well++
		}
		if p.upstream.Health.Path == "" || now.Before(t.health.next) || !t.health.turn() {
			continue
		}
		t.health.next = now.Add(p.upstream.Health.Interval)
		asked.Go(func() {
			defer t.health.done()
			defer contain(p.log, "", func() {}) // it is asked again
			p.ask(ctx, t)
		})
	}
	p.metrics.GateTargets(p.upstream.ID, well, len(p.targets)-well)
}

// turn reports whether nobody else asks.
func (h *pulse) turn() bool {
	select {
	case h.asking <- struct{}{}:
		return true
	default:
		return false
	}
}

func (h *pulse) done() { <-h.asking }

// ask asks a target how it is.
func (p *pool) ask(ctx context.Context, t *target) {
	how := &p.upstream.Health
	asking, cancel := context.WithTimeout(ctx, how.Timeout)
	defer cancel()
	err := p.answersWell(asking, t)
	if ctx.Err() != nil {
		return // we end, not they
	}
	h := &t.health
	if err == nil {
		h.bad = 0
		if h.good++; h.good >= how.Healthy && t.ill.CompareAndSwap(true, false) {
			t.out.Store(0)
			p.log.Info("a target of an upstream is well again", "upstream", p.upstream.ID, "target", t.Host)
		}
		return
	}
	h.good = 0
	if h.bad++; h.bad >= how.Unhealthy && t.ill.CompareAndSwap(false, true) {
		p.log.Warn("a target of an upstream is not well, and gets no requests while others are", "upstream", p.upstream.ID, "target", t.Host, "why", err.Error())
	}
}

func (p *pool) answersWell(ctx context.Context, t *target) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return err
	}
	r.URL = address(p.upstream.Health.Path, "")
	r.URL.Scheme, r.URL.Host = t.Scheme, t.Host
	r.Header.Set("User-Agent", "gatehouse-health")
	answer, err := p.wire.transport("").RoundTrip(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("it answers %d", answer.StatusCode)
	}
	return nil
}
