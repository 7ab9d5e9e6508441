package proxy

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
)

// News tells when something changed by which the gate decides.
type News interface {
	// Next returns channels that are closed by the next change. Ask for them before
	// looking at what is known.
	Next() Changes
	// Current returns nil while what is known is young enough to decide by.
	Current(ctx context.Context) error
}

// Changes are closed by the next change each: one of what people may do, one of what was
// taken back. Whoever has news of a third kind gives it a place here, and wait looks at it.
type Changes struct{ Policy, Revoked <-chan struct{} }

// wait returns true when there is news, and false when it is time to look.
func (c Changes) wait(look <-chan time.Time) bool {
	select {
	case <-c.Policy:
	case <-c.Revoked:
	case <-look:
		return false
	}
	return true
}

// listener waits for news, and misses none.
type listener struct {
	from News
	next Changes // of which it was not told yet
}

func listen(from News) *listener { return &listener{from, from.Next()} }

// wait is that of what is to come next. A look leaves it as it is: what came at the same
// moment is told of by the next call.
func (l *listener) wait(look <-chan time.Time) bool {
	told := l.next.wait(look)
	if told {
		l.next = l.from.Next()
	}
	return told
}

// streams are the connections through the gate that last. Whatever may end the right to
// one of them has all of them asked again, since that costs some microseconds for each, and
// no index knows what all a right depends on. The zero streams is ready.
type streams struct {
	mu      sync.Mutex
	open    map[*stream]struct{}
	of      map[string]int // connections of one caller, those that have yet to begin among them
	total   int
	over    bool
	watched bool // somebody waits for news
	gone    chan struct{}
}

// Bounds of how often streams are asked again.
const (
	askEvery = 250 * time.Millisecond // for other routes, and for news that nobody told of
	pace     = 20 * time.Millisecond  // between two rounds, at least,
	share    = 4                      // and so many times as long as a round takes: it has a fifth of the time,
	soonest  = time.Second / 2        // but no longer than that

	// Of one round. Several can wait for what upstreams tell at once, and an upstream is not
	// asked about all streams at the same moment.
	workers    = 8
	roundBound = 5 * time.Second
)

var errClosing = &fault.Error{Kind: fault.Unavailable, Code: "gate.closing", Detail: "The gate is about to stop.", RetryAfter: time.Second}

// enter counts a connection of a caller that may last; leave must be called when it is
// over. Faults: TooMany "gate.streams", Unavailable "gate.closing".
func (s *streams) enter(caller string, most, mostOf int) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return nil, errClosing
	}
	if s.total >= most || s.of[caller] >= mostOf {
		return nil, &fault.Error{Kind: fault.TooMany, Code: "gate.streams", Detail: "There are as many open connections as there may be. Close one, or try again later.", RetryAfter: 5 * time.Second}
	}
	if s.of == nil {
		s.of = map[string]int{}
	}
	s.total++
	s.of[caller]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.total--
		if s.of[caller]--; s.of[caller] == 0 {
			delete(s.of, caller)
		}
		if s.gone != nil && s.total == 0 {
			close(s.gone)
			s.gone = nil
		}
	}, nil
}

// add has a stream asked again whenever something changes, until it is removed.
func (s *streams) add(d *Door, one *stream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return errClosing
	}
	if !s.watched {
		news, routes := listen(d.News), d.Routes()
		s.watched = true
		go s.watch(d, news, routes)
	}
	if s.open == nil {
		s.open = map[*stream]struct{}{}
	}
	s.open[one] = struct{}{}
	return nil
}

func (s *streams) remove(one *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, one)
}

// all returns the streams of this moment; none: nobody watches any more.
func (s *streams) all() []*stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*stream, 0, len(s.open))
	for one := range s.open {
		list = append(list, one)
	}
	s.watched = len(list) > 0
	return list
}

// watch asks all streams again at each piece of news, as long as there are any. It was
// told of no news yet, and of those routes.
func (s *streams) watch(d *Door, news *listener, routes *gate.Set) {
	look := time.NewTicker(askEvery)
	defer look.Stop()
	for {
		told := news.wait(look.C)
		now := d.present() // before the streams: one that is not among them yet begins by these, or later ones
		list := s.all()
		if len(list) == 0 {
			return
		}
		begun := time.Now()
		if d.round(list, routes, now, told) {
			time.Sleep(min(max(pace, share*time.Since(begun)), soonest))
		}
		routes = now
	}
}

// present are the routes of this moment, nil if that breaks.
func (d *Door) present() (now *gate.Set) {
	defer contain(d.Log, "", func() { now = nil })
	return d.Routes()
}

// round asks streams again if there is news, or none is known to be, and reports whether there
// was. Before and now are the routes of the last round and of this one. If it breaks nobody knows
// of any whether it may go on.
func (d *Door) round(list []*stream, before, now *gate.Set, told bool) (news bool) {
	broken := func() {
		news = true
		for _, one := range list {
			one.cut(&ending{why: "unknown", err: errBroke})
		}
	}
	defer contain(d.Log, "", broken)
	if now == nil {
		broken()
		return true
	}
	if now != before { // whom they trust may be others, whatever the routes say
		told = true
		for _, one := range list {
			if e := one.reroute(now); e != nil {
				one.cut(e)
			}
		}
	}
	if stale := d.isKnown(context.Background()) != nil; told || stale {
		recheckAll(list, d.isKnown, stale)
	}
	return told
}

// isKnown returns nil while what is known is young enough to decide by.
func (d *Door) isKnown(ctx context.Context) (err error) {
	defer contain(d.Log, "", func() { err = errBroke })
	return d.News.Current(ctx)
}

// asker is a stream, or what a test has in its place.
type asker interface {
	// recheck ends what may go on no longer. Fetch: as long as ctx says, it may wait for what
	// has to be asked of others.
	recheck(ctx context.Context, fetch bool)
}

// recheckAll asks all of a list again, several at a time: what one is decided by may have to be
// read. When nobody can know what is so now, or not any more, nobody waits for it: a store
// that hangs amid a round keeps no stream open.
func recheckAll[A asker](list []A, current func(ctx context.Context) error, stale bool) {
	ctx, cancel := context.WithTimeout(context.Background(), roundBound)
	defer cancel()
	if stale {
		cancel()
	}
	go hasten(ctx, cancel, current)
	var at atomic.Int64
	var wait sync.WaitGroup
	for range min(workers, len(list)) {
		wait.Go(func() {
			for i := at.Add(1) - 1; i < int64(len(list)); i = at.Add(1) - 1 {
				list[i].recheck(ctx, false)
			}
		})
	}
	wait.Wait()
}

// hasten ends the waiting of a round once what is known is too old.
func hasten(ctx context.Context, cancel func(), current func(ctx context.Context) error) {
	look := time.NewTicker(askEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			if current(ctx) != nil {
				cancel()
				return
			}
		}
	}
}

// Close ends all streams as of a server that stops, and takes no more. It returns once
// they are gone, or after a second.
func (d *Door) Close() {
	s := &d.streams
	s.mu.Lock()
	s.over = true
	var gone chan struct{}
	if s.total > 0 {
		gone = make(chan struct{})
		s.gone = gone
	}
	s.mu.Unlock()
	for _, one := range s.all() {
		one.cut(&ending{why: "closing", err: errClosing})
	}
	if gone == nil {
		return
	}
	select {
	case <-gone:
	case <-time.After(time.Second):
	}
}

// Streams is how many connections there are that may last.
func (d *Door) Streams() int {
	d.streams.mu.Lock()
	defer d.streams.mu.Unlock()
	return d.streams.total
}

// ending is why the gate ends a stream.
type ending struct {
	why string // as metrics have it
	err error  // as its visitor hears it
}

var (
	errLifetime = &fault.Error{Kind: fault.Unavailable, Code: "gate.stream_lifetime", Detail: "The connection has lasted as long as it may."}
	errIdle     = &fault.Error{Kind: fault.Unavailable, Code: "gate.stream_idle", Detail: "Nothing was said on the connection for too long."}
	errRoute    = &fault.Error{Kind: fault.Forbidden, Code: "gate.route_changed", Detail: "The route of this connection is another one now."}
	errMessage  = &fault.Error{Kind: fault.Malformed, Code: "gate.too_large", Detail: "A message is larger than the route takes."}
	errPace     = &fault.Error{Kind: fault.TooMany, Code: "gate.message_rate", Detail: "Messages came faster than the route takes them."}
	errBroke    = fault.New(fault.Internal, "internal", "Something went wrong on our side.")
	errBroken   = &fault.Error{Kind: fault.Malformed, Code: "gate.frame", Detail: "What was sent is not what the connection is for."}
)

// refused is the ending of a stream that would not be let through any more.
func refused(err error) *ending {
	if isRefusal(err) || fault.Is(err, fault.Forbidden) {
		return &ending{why: "refused", err: err}
	}
	return &ending{why: "unknown", err: err}
}

// closeCode is the status of a WebSocket that ends so: 4403 where the right to it is over,
// and otherwise as RFC 6455 section 7.4 has them.
func (e *ending) closeCode() uint16 {
	switch e.why {
	case "refused", "route":
		return 4403
	case "unknown":
		return 1013 // try again later
	case "size":
		return 1009
	case "broken":
		return 1002
	case "rate":
		return 1008 // a policy is violated
	}
	return 1001 // going away
}

// grpcStatus is the status of a call that ends so.
func (e *ending) grpcStatus() string {
	switch e.why {
	case "refused", "route":
		return "7" // permission denied
	case "size":
		return "8" // resource exhausted
	}
	return "14" // unavailable: may be tried again
}
