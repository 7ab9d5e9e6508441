package proxy

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gate"
)

// paper is news whose next piece a test tells.
type paper struct{ policy, revoked chan struct{} }

func (p *paper) Next() Changes                 { return Changes{Policy: p.policy, Revoked: p.revoked} }
func (p *paper) Current(context.Context) error { return nil }

// tell is a piece of news, after which the next one is another.
func (p *paper) tell(which *chan struct{}) {
	told := *which
	*which = make(chan struct{})
	close(told)
}

// News that comes at the moment of a look, before it or right behind it, is not lost: no
// stream outlives its right until the next piece.
func TestNewsAtTheMomentOfALookIsNotLost(t *testing.T) {
	t.Parallel()
	for what, tell := range map[string]func(p *paper){
		"policy":  func(p *paper) { p.tell(&p.policy) },
		"revoked": func(p *paper) { p.tell(&p.revoked) },
		"both":    func(p *paper) { p.tell(&p.policy); p.tell(&p.revoked) },
	} {
		for round := range 200 {
			p := &paper{make(chan struct{}), make(chan struct{})}
			l, look := listen(p), make(chan time.Time, 1)
			look <- time.Now()
			if round%2 == 0 { // right behind a look that was all there was
				if l.wait(look) {
					t.Fatalf("%s: told of nothing", what)
				}
			}
			tell(p)
			told := false
			for range 3 { // a look may come first
				if told = l.wait(look); told {
					break
				}
			}
			if !told {
				t.Fatalf("%s, round %d: nobody was told", what, round)
			}
			if len(look) == 0 {
				look <- time.Now()
			}
			if l.wait(look) {
				t.Fatalf("%s: told twice of one thing", what)
			}
		}
	}
}

// A stream that begins while the routes change is asked by those of then or is told of the new ones.
func TestAStreamThatBeginsWhileRoutesChangeIsToldOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		before := newScene(t, nil).Routes()
		after := newScene(t, func(r *gate.RouteSpec) { r.Stream.Idle = "1h" }).Routes()
		s := newScene(t, nil)
		now, armed := atomic.Pointer[gate.Set]{}, atomic.Bool{}
		now.Store(before)
		var begun *opened
		s.Routes = func() *gate.Set { // asked by whoever watches: another one begins at that moment
			if armed.CompareAndSwap(true, false) {
				begun = s.open(t, asCall)
				time.Sleep(time.Second)
				now.Store(after)
			}
			return now.Load()
		}
		s.open(t, nil)
		time.Sleep(time.Second)
		armed.Store(true)
		time.Sleep(3 * time.Second)
		if synctest.Wait(); begun == nil || !begun.isOver() || s.Streams() != 0 {
			t.Errorf("%d go on by the routes of before", s.Streams())
		}
		s.leave()
	})
}

// waiting is a stream whose answer is with a store that hangs.
type waiting struct{ over atomic.Bool }

func (w *waiting) recheck(ctx context.Context, _ bool) {
	<-ctx.Done()
	w.over.Store(true)
}

// A store that hangs amid a round keeps no stream open for longer than what is known is good.
func TestARoundWaitsNoLongerThanWhatIsKnownIsGood(t *testing.T) {
	t.Parallel()
	for _, stale := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			current := func(context.Context) error {
				if time.Since(begun) > time.Second {
					return errors.New("the store hangs")
				}
				return nil
			}
			list := make([]*waiting, 100)
			for i := range list {
				list[i] = &waiting{}
			}
			recheckAll(list, current, stale)
			took, most := time.Since(begun), time.Second+askEvery
			if stale {
				most = 0
			}
			if took > most {
				t.Errorf("it took %s, want %s at most", took, most)
			}
			for i, w := range list {
				if !w.over.Load() {
					t.Errorf("stream %d was not asked again", i)
				}
			}
		})
	}
}

// heardOf is how a stream is ended.
type heardOf struct{ by *ending }

func (w *heardOf) finish(e *ending) { w.by = e }

// Whether something was said is not known to who looks late: a process that was stopped has
// not read yet what came meanwhile. It looks once more.
func TestAStreamThatIsLookedAtLateIsLookedAtOnceMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		late  time.Duration
		said  bool // what had come is read
		first bool // it ends at the first look
	}{
		"in time":                    {late: 0, first: true},
		"late, and nothing was said": {late: time.Minute},
		"late, and something was":    {late: time.Minute, said: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			end := &heardOf{}
			s := &stream{begun: time.Now(), asked: time.Now(), ends: end}
			s.again.match.Route = &gate.Route{Stream: &gate.Stream{Idle: time.Minute, Lifetime: time.Hour}}
			s.timer = time.AfterFunc(time.Hour, s.tick)
			defer s.timer.Stop()
			time.Sleep(time.Minute + c.late)
			s.tick()
			if (end.by != nil) != c.first {
				t.Errorf("%s: at the first look it is ended by %+v", name, end.by)
			}
			s.tick() // as whoever has it asked again has it look
			if !c.first && end.by != nil {
				t.Errorf("%s: right behind the first look it is ended by %+v", name, end.by)
			}
			if c.said {
				s.said()
				if _, idle, _ := s.bounds(); idle != time.Minute {
					t.Errorf("%s: it may go on for %s", name, idle)
				}
				return
			}
			time.Sleep(lookAgain)
			if synctest.Wait(); end.by == nil || end.by.err != errIdle {
				t.Errorf("%s: at the last look it is ended by %+v", name, end.by)
			}
		})
	}
}
