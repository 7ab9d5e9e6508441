package drills

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/streamtest"
	"gatehouse/session"
)

// measuring reports whether `make bench/spread` asks: then times are held, too.
func measuring() bool { return os.Getenv("GATEHOUSE_TEST_SPREAD") == "long" }

// ending is something that lets somebody through, until it is ended. end returns since when
// it is.
type ending struct {
	name  string
	begin func(g *gates, n int, life time.Duration) (credential string, end func() time.Time)
}

var endings = []ending{
	{"a grant is revoked", func(g *gates, n int, _ time.Duration) (string, func() time.Time) {
		name := fmt.Sprint("revoked-", n)
		key, given := g.program(name), g.gives(account(name))
		return key, after(g, func(ctx context.Context) error {
			_, err := g.near.House.Access.Revoke(ctx, gatetest.Console, given.ID, "the drill")
			return err
		})
	}},
	{"an account is disabled", func(g *gates, n int, _ time.Duration) (string, func() time.Time) {
		name := fmt.Sprint("disabled-", n)
		key := g.program(name)
		g.gives(account(name))
		return key, after(g, func(ctx context.Context) error {
			_, err := g.near.House.Access.DisableServiceAccount(ctx, gatetest.Console, name, "the drill")
			return err
		})
	}},
	{"an account is locked", func(g *gates, n int, _ time.Duration) (string, func() time.Time) {
		name := fmt.Sprint("locked-", n)
		key := g.program(name)
		g.gives(account(name))
		on := access.LockTarget{Kind: access.LockService, ID: name}
		return key, after(g, func(ctx context.Context) error {
			_, err := g.near.House.Access.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: on, Ends: time.Now().Add(time.Minute), Reason: "the drill"}})
			return err
		})
	}},
	{"a person is disabled", func(g *gates, n int, _ time.Duration) (string, func() time.Time) {
		who := g.person(n)
		return g.tokenOf(who), after(g, func(ctx context.Context) error {
			return g.near.House.Identity.Disable(ctx, gatetest.Console, who.ID)
		})
	}},
	{"somebody signs out", func(g *gates, _ int, _ time.Duration) (string, func() time.Time) {
		token := g.token()
		sid, _ := gatetest.Claims(token)["sid"].(string)
		return token, after(g, func(ctx context.Context) error {
			return g.near.House.Sessions.End(ctx, gatetest.Console, id.Session(sid), session.ReasonByOperator)
		})
	}},
	{"a token is revoked", func(g *gates, _ int, _ time.Duration) (string, func() time.Time) {
		token := g.token()
		return token, after(g, func(context.Context) error {
			a := g.app.Revoke(token)
			for a.Status == http.StatusServiceUnavailable { // too busy to know: it says so, and is asked again
				a = g.app.Revoke(token)
			}
			if a.Status != http.StatusOK {
				return fmt.Errorf("%d %s", a.Status, a.Body)
			}
			return nil
		})
	}},
	{"a grant ends", func(g *gates, n int, life time.Duration) (string, func() time.Time) {
		name := fmt.Sprint("ending-", n)
		key, until := g.program(name), time.Now().Add(life).Truncate(time.Millisecond)
		g.gives(account(name), func(grant *access.Grant) { grant.ExpiresAt = until })
		return key, func() time.Time {
			<-time.After(time.Until(until))
			return until
		}
	}},
}

// after ends something, and returns when that was answered.
func after(g *gates, end func(ctx context.Context) error) func() time.Time {
	return func() time.Time {
		g.t.Helper()
		g.must(end(context.Background()))
		return time.Now()
	}
}

// trouble is what is the matter while something is ended.
type trouble struct {
	name  string
	gates func(t *testing.T) *gates
	begin func(g *gates)
	each  func(g *gates) // before each
	most  time.Duration  // of 99 in 100, where it is measured
}

const byListening, byPoll = 100 * time.Millisecond, 300 * time.Millisecond

var troubles = []trouble{
	{"nothing is the matter, on SQLite", newGatesOnSQLite, nil, nil, byPoll},
	{"nothing is the matter", newGates, nil, nil, byListening},
	{"notifications are dropped", newGates, func(g *gates) { g.way.muted.Store(true) }, nil, byPoll},
	{"the listener is killed", newGates, nil, func(g *gates) { g.way.deafen() }, byPoll},
	{"Redis is gone", newGates, func(g *gates) { g.redis.Stop() }, nil, byListening},
}

// What is taken back at one replica is refused by its gate and by that of another one within
// a second, be it asked itself or by another proxy, and ends what lasts at both, whatever is
// the matter; until somebody can tell, nobody gets through. So it is at processes that were
// stopped and go on: they decide nothing by what they knew before. `make bench/spread`
// measures it in 200 rounds each.
func TestDrillTheGateOfAnotherReplicaRefusesWhatWasTakenBack(t *testing.T) {
	f := newFigures(t)
	for _, c := range troubles {
		t.Run(c.name, func(t *testing.T) {
			g := c.gates(t)
			g.gives(access.Subject{Kind: access.User, ID: string(g.ada.ID)})
			if c.begin != nil {
				c.begin(g)
			}
			for _, e := range endings {
				t.Run(e.name, func(t *testing.T) {
					t.Parallel()
					for n := range manyRounds(2, 20) {
						g.on(t).round(c, e, n, f)
					}
				})
			}
		})
	}
	t.Run(stopped, func(t *testing.T) {
		g := newGates(t)
		g.gives(access.Subject{Kind: access.User, ID: string(g.ada.ID)})
		all := []sleeper{g.process(), g.process()}
		for n := range manyRounds(2, 10) / len(all) {
			g.sleep(all, n, f)
		}
	})
}

// manyRounds are rounds, and 200 where they are measured.
func manyRounds(short, full int) int {
	if !measuring() {
		return rounds(short, full)
	}
	if n, err := strconv.Atoi(os.Getenv("GATEHOUSE_TEST_ROUNDS")); err == nil {
		return n
	}
	return 200
}

// place is where something that was ended is looked at.
type place struct {
	name    string
	asks    func(path, credential string) int
	streams *streamtest.Gate // nil: nothing is held open there
}

// places are those of a round: what was decided by is nearer at the first one, and others
// speak for the visitor at the last.
func (g *gates) places() []place {
	return []place{
		{"the same process", func(path, credential string) int { return g.asksAt(g.nearAt, path, credential) }, g.nearby},
		{"another one", g.asks, g.streams},
		{"another one, asked by nginx", func(path, credential string) int { return g.asksInFront(g.at, path, credential) }, nil},
	}
}

// round is one thing that is ended, and what is answered and open by it then.
func (g *gates) round(c trouble, e ending, n int, f *figures) {
	g.t.Helper()
	b := g.begun(e, n, g.places())
	if c.each != nil {
		c.each(g)
	}
	<-time.After(rand.N(g.away.House.Store.PollEvery())) // it happens at any time between two polls
	from := b.end()
	b.looked(func(name string, p place) { f.note(c, e.name, name, refused(p, b.credential, from, time.Time{})) },
		func(name string, s *streamtest.Stream) { f.note(c, e.name, name, ofStream(s, from)) })
}

// begun is somebody who is let through at some places, and has a stream of each kind open
// where there are any.
type begun struct {
	credential string
	end        func() time.Time
	places     []place
	open       map[string]*streamtest.Stream // by place and kind
}

// looked looks at all of it at once, and returns when all is told.
func (b *begun) looked(asked func(name string, p place), lasting func(name string, s *streamtest.Stream)) {
	var all sync.WaitGroup
	for _, p := range b.places {
		all.Go(func() { asked(p.name, p) })
	}
	for name, s := range b.open {
		all.Go(func() { lasting(name, s) })
	}
	all.Wait()
}

// begun begins it. What ends by itself may have ended before on a busy machine, and then
// lives longer the next time.
func (g *gates) begun(e ending, n int, places []place) *begun {
	g.t.Helper()
	for try := range 8 {
		life := 250 * time.Millisecond << try
		b := &begun{places: places, open: map[string]*streamtest.Stream{}}
		b.credential, b.end = e.begin(g, 10*n+try, life)
		for since := time.Now(); time.Since(since) < life; <-time.After(time.Millisecond) {
			if g.letsIn(b) {
				return b
			}
		}
	}
	g.t.Fatalf("%s: nobody is let through", e.name)
	return nil
}

// letsIn reports whether b is let in everywhere. What was open already is closed where not.
func (g *gates) letsIn(b *begun) bool {
	g.t.Helper()
	for _, p := range b.places {
		if p.asks("/orders", b.credential) != http.StatusOK || p.streams != nil && !g.opens(b, p) {
			for name, s := range b.open {
				s.Close()
				delete(b.open, name)
			}
			return false
		}
	}
	return true
}

// opens opens a stream of each kind at a place, and reports whether all were let in.
func (g *gates) opens(b *begun, p place) bool {
	g.t.Helper()
	for kind, opens := range streamtest.Kinds {
		s, err := opens(g.t, p.streams, "/lasts", streamtest.Bearer(b.credential))
		if no, refused := errors.AsType[streamtest.ErrRefused](err); refused && no.Status != http.StatusTooManyRequests {
			return false
		}
		g.must(err)
		b.open[p.name+": "+kind] = s
	}
	return true
}

// refused is how long after from a credential was let through at a place that may decide from
// free on. What is asked for later than the bound must not be.
func refused(at place, credential string, from, free time.Time) (f figure) {
	for {
		sent := time.Now()
		decided := sent
		if free.After(sent) {
			decided = free
		}
		switch status := at.asks("/orders", credential); {
		case status == http.StatusOK && decided.Sub(from) > soonBound:
			f.wrong = fmt.Sprintf("it lets through what was ended %s before", decided.Sub(from))
			return f
		case status == http.StatusOK:
			<-time.After(200 * time.Microsecond)
		case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusServiceUnavailable:
			f.took, f.unknown = time.Since(from), status == http.StatusServiceUnavailable
			if again := at.asks("/orders", credential); again == http.StatusOK {
				f.wrong = fmt.Sprintf("it was refused with %d, and is let through again", status)
			}
			return f
		default:
			f.wrong = fmt.Sprintf("it is answered %d", status)
			return f
		}
	}
}

// slowly is how late a busy machine may do what nobody asks it for.
const slowly = 15 * time.Second

// ofStream is how long after from a stream went on. How long it may is held where it is
// measured.
func ofStream(s *streamtest.Stream, from time.Time) (f figure) {
	select {
	case <-s.Ended:
	case <-time.After(hangs):
		f.wrong = "it goes on"
		return f
	}
	f.took, f.unknown = s.At.Sub(from), nobodyKnew(s)
	switch {
	case !s.Refused() && !f.unknown:
		f.wrong = "it ends with " + s.Status + " " + s.Reason
	case f.took > slowly:
		f.wrong = fmt.Sprintf("it went on for %s", f.took)
	}
	return f
}

// nobodyKnew reports whether a stream ended because nobody could know of the right to it.
func nobodyKnew(s *streamtest.Stream) bool {
	return s.Unknown() || s.Reason == "policy.unknown" || s.Reason == "revocations.unknown"
}

// stopped is the trouble of processes that are stopped while things are ended.
const stopped = "the process was stopped"

// sleep stops processes, ends something of each kind, and has them go on: all is measured
// from then.
func (g *gates) sleep(all []sleeper, n int, f *figures) {
	g.t.Helper()
	c, places := trouble{name: stopped, most: byPoll}, make([]place, len(all))
	for i, p := range all {
		places[i] = place{fmt.Sprint("process ", i+1), func(path, credential string) int { return g.asksAt(p.streams.Secure, path, credential) }, p.streams}
	}
	things, ended := make([]*begun, len(endings)), make([]time.Time, len(endings))
	for i, e := range endings {
		things[i] = g.begun(e, 1000+n, places)
	}
	for _, p := range all {
		g.must(p.cmd.Process.Signal(syscall.SIGSTOP))
	}
	for i, b := range things {
		ended[i] = b.end()
	}
	<-time.After(soonBound + rand.N(200*time.Millisecond))
	awake := time.Now()
	for _, p := range all {
		g.must(p.cmd.Process.Signal(syscall.SIGCONT))
	}
	var wait sync.WaitGroup
	for i, b := range things {
		wait.Go(func() {
			b.looked(func(_ string, p place) {
				asked := refused(p, b.credential, ended[i], awake)
				asked.took = max(0, asked.took-awake.Sub(ended[i]))
				f.note(c, endings[i].name, "another one", asked)
			}, func(name string, s *streamtest.Stream) {
				_, kind, _ := strings.Cut(name, ": ")
				f.note(c, endings[i].name, "another one: "+kind, ofStream(s, awake)) // less than nothing: it had ended before
			})
		})
	}
	wait.Wait()
}

// sleeper is a replica in a process of its own.
type sleeper struct {
	*process
	streams *streamtest.Gate
}

// process starts one whose gate has a certificate, as gRPC needs one.
func (g *gates) process(more ...string) sleeper {
	g.t.Helper()
	public, internal, gate := port(g.t), port(g.t), port(g.t)
	cert, key := g.authority.Issue("gate-"+gate, "127.0.0.1")
	w := &world{t: g.t, cfg: g.cfg, env: append([]string{
		"GATEHOUSE_MASTER_KEY_FILE=" + g.cfg.MasterKeyFile, "GATEHOUSE_GATE_LISTEN=127.0.0.1:" + gate, "GATEHOUSE_GATE_ROUTES=" + g.cfg.Gate.Routes,
		"GATEHOUSE_REDIS_URL=" + g.redis.URL, "GATEHOUSE_TLS_CERT_FILE=" + cert, "GATEHOUSE_TLS_KEY_FILE=" + key,
	}, more...)}
	p := w.launch(public, internal)
	p.waitReady()
	trusts := trusting(g.t, g.authority.File)
	g.client.Transport.(*http.Transport).TLSClientConfig = trusts
	streams := *g.streams
	streams.Plain, streams.Secure = "", "https://127.0.0.1:"+gate
	streams.Client = &http.Client{Transport: &http.Transport{TLSClientConfig: trusts.Clone(), ForceAttemptHTTP2: true}}
	g.t.Cleanup(streams.Client.CloseIdleConnections)
	return sleeper{p, &streams}
}

// trusting trusts an authority, by the file of its certificate.
func trusting(t *testing.T, file string) *tls.Config {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("the authority is none")
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}
