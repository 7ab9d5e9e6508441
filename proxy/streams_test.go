package proxy

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
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
