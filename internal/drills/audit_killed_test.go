package drills

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/oauth"
)

// D25: a server that seals under load is killed without warning, again and again. In the end
// the audit log is whole, up to what was kept outside of the database, and no event of a
// change that was answered is missing.
func TestDrillD25KilledServersLoseNoEvent(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			w := newWorld(t, backend)
			w.cfg.Audit.CheckpointFile = filepath.Join(w.cfg.DataDir, "checkpoints")
			s := w.stage()
			kills, each := rounds(3, 60), 120
			work := s.revocable(kills * each)
			for n := range kills {
				p := w.start()
				ended := make(chan struct{})
				go func() {
					time.Sleep(time.Duration(rand.Int64N(int64(1500 * time.Millisecond)))) // a process of the real world: any moment will do
					if n == kills-1 {
						waitForFile(w.cfg.Audit.CheckpointFile) // else all of them may have been too short for one
					}
					p.kill()
					close(ended)
				}()
				s.revokeAll(p, work[n*each:(n+1)*each])
				<-ended
			}
			s.auditIsWhole(t, w.cfg.Audit.CheckpointFile, kills)
			answered := s.toldOf(t, work)
			t.Logf("%d servers were killed, %d of %d changes had been answered, and each has its event", kills, answered, len(work))
			if answered == 0 {
				t.Error("no change was ever answered: nothing was looked at")
			}
		})
	}
}

// waitForFile waits until something stands in a file, for a minute at most.
func waitForFile(name string) {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if about, err := os.Stat(name); err == nil && about.Size() > 0 {
			return
		}
	}
}

// revocable is a refresh token, and whether the server said that it took it back.
type revocable struct {
	token    string
	family   oauth.Family
	answered atomic.Bool
}

func (s *stage) revocable(n int) []*revocable {
	browser := s.session()
	all := make([]*revocable, n)
	for i := range all {
		token, family := s.family(browser)
		all[i] = &revocable{token: token, family: family}
	}
	return all
}

// revokeAll has a server take tokens back, several at once, until it is gone.
func (s *stage) revokeAll(p *process, work []*revocable) {
	next := make(chan *revocable, len(work))
	for _, r := range work {
		next <- r
	}
	close(next)
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			for r := range next {
				a, err := s.post(background(), p, "/oauth2/revoke", url.Values{"token": {r.token}, "token_type_hint": {"refresh_token"}})
				if err != nil {
					return // killed
				}
				r.answered.Store(a.Status == http.StatusOK)
			}
		})
	}
	done.Wait()
}

// auditIsWhole seals what the last server left, and verifies all.
func (s *stage) auditIsWhole(t *testing.T, file string, kills int) {
	t.Helper()
	if err := s.house.Sealer.Seal(background(), time.Now()); err != nil {
		t.Errorf("the log cannot be sealed: %v", err)
	}
	verifier, strange, err := s.house.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	v, err := verifier.Verify(background())
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Findings)+len(v.Noticed) > 0 || v.Waiting > 0 || v.Kept == 0 || strange > kills {
		t.Errorf("found was %v, noticed %v, %d wait, %d checkpoints of %s agree, %d are torn", v.Findings, v.Noticed, v.Waiting, v.Kept, file, strange)
	}
}

// toldOf fails for each change that was answered and has no sealed event, and returns how
// many were answered.
func (s *stage) toldOf(t *testing.T, work []*revocable) (answered int) {
	t.Helper()
	events := map[string]audit.Event{}
	for e, err := range s.house.Trail.All(background(), audit.Query{Actions: []audit.Action{oauth.ActionTokenRevoke}}) {
		if err != nil {
			t.Fatal(err)
		}
		events[e.Target.ID] = e
	}
	for _, r := range work {
		if !r.answered.Load() {
			continue
		}
		answered++
		if _, ok := events[string(r.family.Authorization.ID)]; !ok {
			t.Errorf("%s was taken back, and no event tells of it", r.family.Authorization.ID)
		}
	}
	return answered
}
