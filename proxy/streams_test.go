package proxy

import (
	"context"
	"testing"
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
