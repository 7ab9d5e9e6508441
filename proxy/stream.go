package proxy

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/web"
)

// The kinds of streams.
const (
	kindWebSocket = "websocket"
	kindSSE       = "sse"
	kindGRPC      = "grpc"
)

// Bounds of a stream.
const (
	recheckEvery = time.Minute            // as often at least, and what the upstream says of its resource, too
	patience     = 250 * time.Millisecond // how long a stream that is cut may take to come to an end
	askBound     = 750 * time.Millisecond // how long whoever asks may wait for a database, or an upstream's word

	// A process that was stopped, or had no processor, looks late whether something was said,
	// and may not have read it yet: then it looks once more.
	lateLook  = time.Second
	lookAgain = 2 * time.Second
)

// stream is a connection through the gate that lasts. The right to it is asked of the same
// request again, whenever the answer may be another one.
type stream struct {
	door  *Door
	kind  string
	route string // its id
	ends  ender

	begun   time.Time
	active  atomic.Int64           // when something was said last, in nanoseconds since begun
	late    atomic.Int64           // when a look came too late to say that nothing was, likewise; 0: none did
	ended   atomic.Pointer[ending] // nil: it goes on
	cutting sync.Mutex             // held by who ends it

	turn   sync.Mutex  // held by who asks again
	missed atomic.Bool // somebody did not wait for the turn
	again  passage     // the request that is asked of
	asked  time.Time   // when the upstream was asked last, or could have been
	timer  *time.Timer
}

// ender ends what is said on a stream, in the way of its kind. It returns at once.
type ender interface {
	finish(e *ending)
}

var errEnded = errors.New("the gate ended the stream")

// openStream has the stream of p asked again from now on. What is decided by may have
// changed since it was decided: so it is asked at once. Its error is a refusal as of a
// request, which is what p has come to then.
func (p *passage) openStream(kind string, ends ender) (*stream, error) {
	s := &stream{door: p.door, kind: kind, route: p.match.Route.ID, ends: ends, begun: time.Now(), asked: p.kept.at, again: *p}
	if s.asked.IsZero() {
		s.asked = s.begun
	}
	s.again.again, s.again.w, s.again.status = true, nil, status{}
	s.timer = time.AfterFunc(recheckEvery, s.tick)
	if err := p.door.streams.add(p.door, s); err != nil {
		s.timer.Stop()
		p.turnedAway(p.decision, err)
		return nil, err
	}
	if e := s.first(p.r.Context()); e != nil {
		s.close()
		v := p.decision
		if e.why == "refused" || e.why == "unknown" {
			v = s.again.decision
		}
		p.turnedAway(v, e.err)
		return nil, e.err
	}
	p.settle(nil)
	p.caller = nil // the stream has it, and nobody the policy of when it began
	p.stream = s
	p.door.Metrics.GateStreamOpened(kind)
	s.log("gate stream")
	return s, nil
}

// first asks whether the stream may begin, and returns why not, whoever found that out.
func (s *stream) first(ctx context.Context) *ending {
	e := s.reroute(s.door.Routes())
	if e == nil {
		e = s.askedBy(ctx)
	}
	if e != nil {
		s.ended.CompareAndSwap(nil, e)
	}
	return s.ended.Load()
}

// askedBy asks for whoever waits for the answer.
func (s *stream) askedBy(ctx context.Context) *ending {
	ctx, cancel := context.WithTimeout(ctx, askBound)
	defer cancel()
	s.turn.Lock()
	defer s.yield()
	e, later := s.ask(ctx, false)
	if later {
		go s.later()
	}
	return e
}

// turnedAway has the request be what a stream came to that did not begin: what was decided last or,
// where it was not the policy that turned it away, that there are too many of them, or an error.
func (p *passage) turnedAway(v verdict, why error) {
	if v.lets() {
		v = verdict{outcome: "error", permission: v.permission, subject: v.subject, via: v.via, stale: v.stale}
	}
	if fault.Is(why, fault.TooMany) {
		v.outcome = "limited"
	}
	p.decision = v
	p.settle(why)
}

func (s *stream) log(text string, attrs ...slog.Attr) {
	s.door.Log.LogAttrs(context.Background(), slog.LevelInfo, text, append([]slog.Attr{
		slog.String("request_id", string(s.again.info.ID)), slog.String("route", s.route), slog.String("stream", s.kind),
	}, attrs...)...)
}

// close is called once the stream is over, by whomever it was ended.
func (s *stream) close() {
	s.door.streams.remove(s)
	s.cutting.Lock() // nobody touches the connection from now on
	s.ended.CompareAndSwap(nil, &ending{why: "done"})
	s.cutting.Unlock()
	s.turn.Lock()
	defer s.turn.Unlock()
	s.timer.Stop()
}

// why is by what a stream ended that is over.
func (s *stream) why() string { return s.ended.Load().why }

// said notes that something was said.
func (s *stream) said() { s.active.Store(int64(time.Since(s.begun))) }

// cut ends the stream, once.
func (s *stream) cut(e *ending) {
	s.cutting.Lock()
	defer s.cutting.Unlock()
	if s.ended.CompareAndSwap(nil, e) {
		s.ends.finish(e)
	}
}

// tick is called when the clock may have ended the stream.
func (s *stream) tick() {
	life, idle, asked := s.bounds()
	switch {
	case life <= 0:
		s.cut(&ending{why: "lifetime", err: errLifetime})
	case s.spares(idle):
	case idle <= 0:
		s.cut(&ending{why: "idle", err: errIdle})
	case asked >= recheckEvery:
		s.later()
	default:
		s.soon(false)
	}
}

// spares reports whether a stream is left until a second look: nothing was said on it, as far
// as a process knows that comes late to look.
func (s *stream) spares(idle time.Duration) bool {
	now := time.Since(s.begun)
	switch {
	case idle > 0:
		s.late.Store(0)
	case idle <= -lateLook:
		s.late.CompareAndSwap(0, int64(now))
	}
	since := time.Duration(s.late.Load())
	if since == 0 || now-since >= lookAgain {
		return false
	}
	s.timer.Reset(since + lookAgain - now)
	return true
}

// bounds are how long the stream may go on, and how long without a word, and how long ago
// the upstream was asked.
func (s *stream) bounds() (life, idle, asked time.Duration) {
	s.turn.Lock()
	defer s.yield()
	bounds, age := s.again.match.Route.Stream, time.Since(s.begun)
	return bounds.Lifetime - age, bounds.Idle - (age - time.Duration(s.active.Load())), time.Since(s.asked)
}

// recheck asks whether the stream may go on, and ends it where not. Without fetch no
// upstream is waited for: where its word is needed and not there, somebody else waits.
// Nor does anybody wait for who asks at the same time: they ask once more.
func (s *stream) recheck(ctx context.Context, fetch bool) {
	for s.missed.Store(true); s.turn.TryLock(); fetch = false {
		s.missed.Store(false)
		e, later := s.ask(ctx, fetch)
		if s.turn.Unlock(); e != nil {
			s.cut(e)
		}
		if later {
			go s.later()
		}
		if !s.missed.Load() {
			return
		}
	}
}

// yield gives the turn back. Whoever would have asked meanwhile is stood in for.
func (s *stream) yield() {
	s.turn.Unlock()
	if s.missed.Swap(false) {
		go s.soon(false)
	}
}

// later asks with the word of the upstream, which others must not wait for.
func (s *stream) later() { s.soon(true) }

// soon is recheck for whom nobody waits: as long as it has the turn, no news ends the stream.
func (s *stream) soon(fetch bool) {
	ctx, cancel := context.WithTimeout(context.Background(), askBound)
	defer cancel()
	s.recheck(ctx, fetch)
}

// ask returns why the stream must not go on, nil where it may, and whether that must be
// asked with the word of the upstream. It is called with the turn. What breaks over it ends
// this stream: nobody knows whether it may go on.
func (s *stream) ask(ctx context.Context, fetch bool) (e *ending, later bool) {
	if s.ended.Load() != nil {
		return nil, false
	}
	p := &s.again
	defer contain(s.door.Log, p.info.ID, func() {
		p.decision.outcome = "error"
		e, later = &ending{why: "unknown", err: errBroke}, false
	})
	before, began := p.decision, time.Now()
	p.decision, p.kept.wait = verdict{}, !fetch
	if fetch {
		p.kept.said, p.kept.lost, s.asked = nil, nil, time.Now()
	}
	p.r = p.r.WithContext(web.WithInfo(ctx, p.info))
	err := p.admit()
	if errors.Is(err, errFetchLater) {
		p.decision = before
		return nil, true
	}
	if p.match.Route.Mode == gate.Shadow {
		if would := err != nil || p.decision.shadow; would && !before.shadow {
			s.log("gate stream would end", p.decision.describe(nil)...)
		}
		p.decision.shadow, err = p.decision.shadow || err != nil, nil
	}
	if err != nil {
		return refused(inTime(ctx, err)), false
	}
	s.wind(began)
	return nil, false
}

// inTime is err as it is told, which may be that the answer took too long.
func inTime(ctx context.Context, err error) error {
	if _, told := errors.AsType[*fault.Error](err); !told && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &fault.Error{Kind: fault.Unavailable, Code: "store.unavailable", Detail: "The database cannot answer now.", RetryAfter: time.Second, Err: err}
	}
	return err
}

// wind sets when the clock is to be asked again: each minute, or a minute after the upstream
// was, however often the stream was asked again since. Of a moment that was over when the answer
// was asked for, as that of a credential in the shadow may be, the answer knows. It is called with
// the turn.
func (s *stream) wind(began time.Time) {
	bounds, age := s.again.match.Route.Stream, time.Since(s.begun)
	next := min(recheckEvery, bounds.Lifetime-age, bounds.Idle-(age-time.Duration(s.active.Load())))
	if s.again.match.Route.Fetch != nil {
		next = min(next, recheckEvery-time.Since(s.asked))
	}
	moments := []time.Time{s.again.until()}
	if s.again.caller != nil {
		moments = append(moments, s.again.caller.Expires())
	}
	for _, at := range moments {
		if at.After(began) {
			next = min(next, time.Until(at))
		}
	}
	s.timer.Reset(max(next, time.Millisecond))
}

// reroute takes the routes that there are now. A stream whose route says something else, or
// takes other requests, is to end.
func (s *stream) reroute(set *gate.Set) *ending {
	s.turn.Lock()
	defer s.yield()
	p := &s.again
	m, err := set.Find(p.request.host, p.request.path, p.r.Method)
	if err != nil || m.Route.ID != p.match.Route.ID || m.Route.Sum != p.match.Route.Sum {
		return &ending{why: "route", err: errRoute}
	}
	p.match = m
	return nil
}

// kept is what the upstream said of the resource of a stream.
type kept struct {
	said *map[string]any // nil: it was not asked, or did not say
	lost error           // why it did not, which the shadow lets through
	at   time.Time       // when it was
	wait bool            // who needs what is not here is to ask later
}

// errFetchLater is that an upstream would have to be asked.
var errFetchLater = errors.New("the upstream has to be asked")

// countsFor is whose connections are counted together: those of one caller, or where
// nobody is known, of one address.
func (p *passage) countsFor() string {
	if p.caller != nil {
		return string(p.caller.Subject.Kind) + " " + p.caller.Subject.ID
	}
	return "ip " + id.Network(p.info.IP)
}
