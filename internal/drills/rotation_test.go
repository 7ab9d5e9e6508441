package drills

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/oauth"
)

// lineage is the history of one family as its client saw it.
type lineage struct {
	mu         sync.Mutex
	token      string            // the last one received
	successors map[string]string // presented → received
	since      time.Time         // when the last one was presented first; zero: it was not, or was answered
	forks      int
	refused    []string
	late       bool // it was presented again when the grace was over, so its family ended
}

// note records a successful refresh.
func (l *lineage) note(presented, received string) {
	if before, ok := l.successors[presented]; ok && before != received {
		l.forks++
	}
	l.successors[presented] = received
	l.token, l.since = received, time.Time{}
}

// refuse records a refusal. One of a token that was presented longer ago than the grace,
// and not answered, is as it should be: the token was replaced then, maybe, and whoever
// comes so late may be a thief. That says how slow the machine is, and nothing of us.
func (l *lineage) refuse(code string) {
	if time.Since(l.since) > oauth.DefaultConfig().RefreshGrace {
		l.late = true
		return
	}
	l.refused = append(l.refused, code)
}

// D01: clients rotate while the process is killed again and again. A client
// that got no answer presents the same token again, and soon: a token that was replaced
// is answered for as long as the grace. Nobody may lose a session
// (I2), no family may fork (I1), none may be revoked for nothing (I4).
func TestDrillD01RotationsSurviveKills(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) { killDuringRotations(t, backend) })
	}
}

func killDuringRotations(t *testing.T, backend string) {
	w := newWorld(t, backend)
	s := w.stage()
	browser := s.session()
	clients := make([]*lineage, 1000)
	for i := range clients {
		token, _ := s.family(browser)
		clients[i] = &lineage{token: token, successors: map[string]string{}}
	}
	public, internal := port(t), port(t)
	var current atomic.Pointer[process]
	first := w.launch(public, internal)
	first.waitReady()
	current.Store(first)

	var stop atomic.Bool
	var rotations atomic.Int64
	var workers sync.WaitGroup
	for n := range 16 {
		workers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 1))
			for !stop.Load() {
				c := clients[random.IntN(len(clients))]
				for !stop.Load() && !s.turn(current.Load(), c) {
					time.Sleep(5 * time.Millisecond) // the process comes back
				}
				rotations.Add(1)
			}
		})
	}
	var slowest time.Duration
	for range rounds(10, 200) {
		waitForRotations(t, current.Load(), &rotations, rotations.Load()+int64(rand.IntN(400))+50, clients)
		current.Load().kill()
		began := time.Now()
		next := w.launch(public, internal)
		next.waitReady()
		current.Store(next)
		slowest = max(slowest, time.Since(began))
	}
	stop.Store(true)
	workers.Wait()

	lost, forks, late := 0, 0, 0
	for _, c := range clients {
		for began := time.Now(); !s.turn(current.Load(), c); time.Sleep(5 * time.Millisecond) {
			if time.Since(began) > hangs {
				t.Fatal("a client gets no answer any more")
			}
		}
		switch {
		case c.late:
			late++
		case len(c.refused) > 0:
			lost++
		}
		forks += c.forks
		if len(c.refused) > 0 {
			t.Errorf("a client was refused: %v", c.refused)
		}
	}
	if lost != 0 || forks != 0 {
		t.Errorf("%d of %d sessions lost, %d forks; want none", lost, len(clients), forks)
	}
	t.Logf("%s: %d rotations, %d clients (%d came again when the grace was over), slowest restart to ready %v", backend, rotations.Load(), len(clients), late, slowest)
}

// waitForRotations waits until the load is well under way again.
func waitForRotations(t *testing.T, p *process, rotations *atomic.Int64, want int64, clients []*lineage) {
	t.Helper()
	for deadline := time.Now().Add(hangs); rotations.Load() < want; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %d of %d rotations came about; refusals: %v\n%s", rotations.Load(), want, refusals(clients), p.out)
		}
	}
}

func refusals(clients []*lineage) (all []string) {
	for _, c := range clients {
		c.mu.Lock()
		all = append(all, c.refused...)
		c.mu.Unlock()
	}
	return all[:min(len(all), 10)]
}

// turn rotates one client's token, and reports whether it was answered: with a new one, or
// with a refusal, after which nothing comes of it any more.
func (s *stage) turn(p *process, c *lineage) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.late || len(c.refused) > 0 {
		return true
	}
	if c.since.IsZero() {
		c.since = time.Now()
	}
	a, err := s.refresh(p, c.token)
	switch {
	case err != nil || a.Status == http.StatusServiceUnavailable: // the token is presented again
		return false
	case a.Status == http.StatusOK:
		c.note(c.token, a.Refresh)
	default:
		c.refuse(a.Error)
	}
	return true
}

// D02: one token, presented by many at once on two processes. All get the very
// same successor; using it closes the window; the old token then kills the family.
func TestDrillD02OneTokenHasOneSuccessor(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			w := newWorld(t, backend)
			s := w.stage()
			replicas := []*process{w.start(), w.start()}
			browser := s.session()
			for _, callers := range []int{2, 4, 20, 100} {
				for range rounds(6, 1000) {
					s.oneSuccessor(t, replicas, callers, browser)
				}
			}
		})
	}
}

// D05: what was spent stays spent after a restart of everything.
func TestDrillD05SpentTokensStaySpentAfterARestart(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			w := newWorld(t, backend)
			s := w.stage()
			p := w.start()
			browser := s.session()
			old := make([]string, rounds(20, 1000))
			for i := range old {
				token, _ := s.family(browser)
				successor := s.mustRefresh(p, token).Refresh
				s.mustRefresh(p, successor) // closes the window behind the first
				old[i] = token
			}
			p.kill()
			p = w.start()
			for _, token := range old {
				if a := s.mustRefresh(p, token); a.Status != http.StatusBadRequest || a.Error != "invalid_grant" {
					t.Fatalf("a spent token was answered %d %s after the restart", a.Status, a.Error)
				}
			}
		})
	}
}
