package ephemeral_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/ephemeral"
	"gatehouse/ephemeral/ephemeraltest"
	"gatehouse/internal/freeport"
	"gatehouse/internal/testcert"
	"gatehouse/internal/testredis"
)

// process is one of several that share a Redis.
type process struct {
	*ephemeral.Limiters
	log *notes
}

// notes are what a process logged.
type notes struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notes) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(b)
}

func (n *notes) has(text string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Count(n.text.String(), text)
}

const lost, found = "Redis does not answer", "Redis answers again"

// join starts a process of the house that secret names, and lets it find Redis.
func join(t *testing.T, c ephemeral.Redis, secret string) process {
	t.Helper()
	p := process{log: &notes{}}
	var err error
	if p.Limiters, err = ephemeral.Open(c, []byte(secret), slog.New(slog.NewTextHandler(p.log, nil))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() }) // of a Redis that may be gone
	p.settle(t, true)
	return p
}

// settle lets a process look until it shares, or does not.
func (p process) settle(t *testing.T, shared bool) {
	t.Helper()
	for range 1000 {
		_ = p.Step(t.Context(), time.Now())
		if f := p.Figures(); f.Shared == shared && !f.Since.IsZero() {
			return
		}
	}
	t.Fatalf("%+v", p.Figures())
}

func (p process) limiter(t *testing.T, c ephemeral.Config) ephemeral.Limiter {
	t.Helper()
	l, err := p.New("test", c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// takes takes n events, and returns how many passed.
func takes(t *testing.T, l ephemeral.Limiter, key string, n int) (passed int) {
	t.Helper()
	for range n {
		wait, _, err := l.Take(context.Background(), key)
		if err != nil {
			t.Fatal(err)
		}
		if wait == 0 {
			passed++
		}
	}
	return passed
}

// slow is a bound that nothing comes back of while a test runs.
var slow = ephemeral.Config{Enabled: true, Burst: 10, PerMinute: 1, Remembered: 1000}

func TestRedisKeepsTheContract(t *testing.T) {
	t.Parallel()
	server := testredis.Start(t)
	ephemeraltest.Run(t, ephemeraltest.Subject{
		Open: func(t *testing.T, c ephemeral.Config) ephemeral.Limiter {
			return join(t, ephemeral.Redis{URL: server.URL}, t.Name()).limiter(t, c)
		},
		In: func(t *testing.T, f func(t *testing.T)) { f(t) },
	})
}

func TestProcessesShareWhatTheyCount(t *testing.T) {
	t.Parallel()
	server := testredis.Start(t)
	c := ephemeral.Redis{URL: server.URL}
	var all []ephemeral.Limiter
	for range 3 {
		all = append(all, join(t, c, "house").limiter(t, slow))
	}
	passed := make(chan int, len(all))
	for _, l := range all {
		go func() { passed <- takes(t, l, "flood", 10) }()
	}
	if n := <-passed + <-passed + <-passed; n != slow.Burst {
		t.Errorf("%d events passed in three processes, want the %d of the burst", n, slow.Burst)
	}
	if n := takes(t, join(t, c, "another house").limiter(t, slow), "flood", 1); n != 1 {
		t.Error("two houses on one Redis share what they count")
	}
	for range slow.Burst {
		_ = all[0].Count(t.Context(), "bad")
	}
	_ = all[1].Count(t.Context(), "bad")
	if wait, _ := all[1].Blocked(t.Context(), "bad"); wait == 0 {
		t.Error("once it has counted one, a process does not know of those that others counted")
	}
}

// Redis may be read by others. It says nothing of who was counted, and keeps nothing for
// longer than it matters.
func TestRedisHoldsNoNamesAndForgets(t *testing.T) {
	t.Parallel()
	server := testredis.Start(t)
	l := join(t, ephemeral.Redis{URL: server.URL}, "house").limiter(t, ephemeral.Config{Enabled: true, Burst: 3, PerMinute: 60, Remembered: 10})
	takes(t, l, "192.0.2.7 ada@example.test "+strings.Repeat("x", 4000), 1)
	if n := server.Do("DBSIZE"); n != ":2" { // and the probe's
		t.Fatalf("%s keys", n)
	}
	for _, pattern := range []string{"*192.0.2.7*", "*ada*", "*xxx*", "*test*"} {
		if n := server.Do("KEYS " + pattern); n != "*0" {
			t.Errorf("KEYS %s finds %s", pattern, n)
		}
	}
	const counts = `EVAL "local n=0 for _,k in ipairs(redis.call('KEYS','*')) do local t=redis.call('PTTL',k) if t<0 or t>3000 or #k>40 then n=n+1 end end return n" 0`
	if n := server.Do(counts); n != ":0" {
		t.Errorf("%s keys are long, or stay", n)
	}
}

// What docs/operate.md gives the user of Redis is enough, and all.
func TestTheUserOfRedisNeedsNoMoreThanIsWrittenDown(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	rights := regexp.MustCompile("`([+][^`]*~gatehouse:[*])`").FindSubmatch(page)
	if rights == nil {
		t.Fatal("docs/operate.md says no rights")
	}
	server := testredis.Start(t)
	if said := server.Do("ACL SETUSER gate on >sesame " + string(rights[1])); said != "+OK" {
		t.Fatal(said)
	}
	l := join(t, ephemeral.Redis{URL: strings.Replace(server.URL, "unix://", "unix://gate:sesame@", 1) + "?db=3"}, "house").limiter(t, slow)
	if n := takes(t, l, "flood", 20); n != slow.Burst {
		t.Errorf("%d passed", n)
	}
	server.Do("SCRIPT FLUSH")
	if n := takes(t, l, "other", 20); n != slow.Burst {
		t.Errorf("%d passed after Redis forgot the script", n)
	}
}

// Redis holds what somebody else wrote there, or its clock was moved: whoever is counted
// waits for one event at most.
func TestWhatSomebodyElseWroteKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	server := testredis.Start(t)
	quick := ephemeral.Config{Enabled: true, Burst: 2, PerMinute: 600, Remembered: 10}
	for name, value := range map[string]string{"a time to come": "9007199254740991", "no number": "mischief", "less than nothing": "-1", "no number of ours": "nan", "too much": "1e308"} {
		l := join(t, ephemeral.Redis{URL: server.URL}, name).limiter(t, quick)
		takes(t, l, "k", 1)
		server.Do(`EVAL "for _,k in ipairs(redis.call('KEYS','*')) do redis.call('SET',k,'` + value + `') end return 1" 0`)
		for deadline := time.Now().Add(2 * time.Minute); takes(t, l, "k", 1) == 0; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: nothing passes any more", name)
			}
		}
		if wait, _ := l.Blocked(t.Context(), "k"); wait > 200*time.Millisecond {
			t.Errorf("%s: it waits for %v", name, wait)
		}
	}
}

func TestALostRedisLeavesEachProcessToItself(t *testing.T) {
	t.Parallel()
	for name, loss := range map[string]struct{ goes, comes func(*testredis.Server) }{
		"stopped": {(*testredis.Server).Stop, (*testredis.Server).Restart},
		"paused":  {(*testredis.Server).Pause, (*testredis.Server).Resume},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := testredis.Start(t)
			c := ephemeral.Redis{URL: server.URL}
			here, there := join(t, c, "house"), join(t, c, "house")
			near, far := here.limiter(t, slow), there.limiter(t, slow)
			takes(t, near, "flood", 4)
			loss.goes(server)
			// Who lost nothing of what it knew: 6 are left here, while there nobody knows of any.
			if n := takes(t, near, "flood", 10); n != 6 {
				t.Errorf("%d passed here once Redis was away, want 6", n)
			}
			if n := takes(t, far, "flood", 5); n != 5 {
				t.Errorf("%d passed there, want 5", n)
			}
			if n := here.Figures(); n.Shared || n.Failed == 0 || n.Failed > 5 {
				t.Errorf("%+v: it is asked again and again", n)
			}
			if here.log.has(lost) != 1 {
				t.Errorf("the log has %d words of the loss, want 1", here.log.has(lost))
			}
			loss.comes(server)
			here.settle(t, true)
			there.settle(t, true)
			if here.log.has(found) != 1 || here.log.has(lost) != 1 {
				t.Errorf("the log says %d times that it is lost and %d that it is there, want 1 of each", here.log.has(lost), here.log.has(found))
			}
			// What was counted meanwhile is brought along by the first question.
			takes(t, far, "flood", 1)
			if n := takes(t, join(t, c, "house").limiter(t, slow), "flood", 20); n > 4 {
				t.Errorf("%d passed in a third process, want at most the 4 that are left of what was counted while Redis was away", n)
			}
		})
	}
}

// A Redis that was emptied gives nobody a new burst where a process remembers them.
func TestAnEmptiedRedisForgetsNobodyWhoIsKnown(t *testing.T) {
	t.Parallel()
	server := testredis.Start(t)
	c := ephemeral.Redis{URL: server.URL}
	here := join(t, c, "house").limiter(t, slow)
	takes(t, here, "flood", 8)
	server.Do("FLUSHALL")
	server.Do("SCRIPT FLUSH")
	if n := takes(t, here, "flood", 10); n != 2 {
		t.Errorf("%d passed after the flush, want the 2 that were left", n)
	}
	if n := takes(t, join(t, c, "house").limiter(t, slow), "flood", 10); n != 0 {
		t.Errorf("%d passed in a process that began after it, want 0: the other one told Redis", n)
	}
}

// What cannot be read, or belongs to another question, is no answer.
func TestAnswersOfAnotherQuestionAreNone(t *testing.T) {
	t.Parallel()
	server := testredis.Start(t)
	way := between(t, strings.TrimPrefix(server.URL, "unix://"))
	p := join(t, ephemeral.Redis{URL: "redis://" + way.address}, "house")
	l := p.limiter(t, slow)
	takes(t, l, "flood", 1)
	way.shift()
	if n := takes(t, l, "flood", 20); n != slow.Burst-1 {
		t.Errorf("%d passed, want %d", n, slow.Burst-1)
	}
	if n := takes(t, l, "other", 1); n != 1 {
		t.Error("somebody waits for what another did")
	}
	if f := p.Figures(); f.Failed == 0 {
		t.Errorf("%+v: another's answer was believed", f)
	}
}

// shifted stands before Redis and gives, from when it is told, each question the answer to
// the one before.
type shifted struct {
	address string
	on      chan struct{}
}

func (s *shifted) shift() { close(s.on) }

func between(t *testing.T, socket string) *shifted {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &shifted{address: l.Addr().String(), on: make(chan struct{})}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c, socket)
		}
	}()
	return s
}

func (s *shifted) serve(c net.Conn, socket string) {
	defer c.Close()
	r, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer r.Close()
	go func() {
		defer r.Close()
		b := make([]byte, 64<<10)
		for {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			_, _ = r.Write(b[:n])
		}
	}()
	var kept []byte
	b := make([]byte, 64<<10)
	for {
		n, err := r.Read(b)
		if err != nil {
			return
		}
		answer := bytes.Clone(b[:n])
		select {
		case <-s.on:
			if kept == nil {
				kept = bytes.Clone(answer) // said twice: from now on all are one late
			}
			answer, kept = kept, answer
		default:
			kept = answer
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

func TestRedisIsReachedThroughTLSWithAPassword(t *testing.T) {
	t.Parallel()
	ca := testcert.New(t)
	cert, key := ca.Issue("redis", "localhost")
	ours, ourKey := ca.Issue("gate")
	port, err := freeport.Next()
	if err != nil {
		t.Fatal(err)
	}
	testredis.Start(t, "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key,
		"--tls-ca-cert-file", ca.File, "--tls-auth-clients", "yes", "--requirepass", "open sesame")
	good := ephemeral.Redis{URL: "rediss://localhost:" + port + "/3", Password: "open sesame", CAFile: ca.File, CertFile: ours, KeyFile: ourKey}
	if bad := good.Validate(); len(bad) > 0 {
		t.Fatal(bad)
	}
	if n := takes(t, join(t, good, "house").limiter(t, slow), "flood", 20); n != slow.Burst {
		t.Errorf("%d passed", n)
	}
	for name, change := range map[string]func(c *ephemeral.Redis){
		"another password":     func(c *ephemeral.Redis) { c.Password = "guess" },
		"no certificate":       func(c *ephemeral.Redis) { c.CertFile, c.KeyFile = "", "" },
		"an unknown authority": func(c *ephemeral.Redis) { c.CAFile = "" },
		"another host's name":  func(c *ephemeral.Redis) { c.URL = "rediss://127.0.0.1:" + port },
		"no TLS":               func(c *ephemeral.Redis) { *c = ephemeral.Redis{URL: "redis://localhost:" + port} },
	} {
		c := good
		change(&c)
		log := &notes{}
		l, err := ephemeral.Open(c, []byte("house"), slog.New(slog.NewTextHandler(log, nil)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_ = l.Step(t.Context(), time.Now())
		if l.Figures().Shared || log.has(lost) != 1 || log.has("open sesame") > 0 || log.has("guess") > 0 {
			t.Errorf("%s: shared %v, log %s", name, l.Figures().Shared, &log.text)
		}
		_ = l.Close()
	}
}

func TestAddressesOfRedisThatCannotBeAreRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	const password = "hunter2hunter2"
	for _, c := range []struct {
		redis ephemeral.Redis
		field string
	}{
		{ephemeral.Redis{URL: "http://cache"}, "url"},
		{ephemeral.Redis{URL: "cache:6379"}, "url"},
		{ephemeral.Redis{URL: "redis://"}, "url"},
		{ephemeral.Redis{URL: "redis://:" + password + "@"}, "url"},
		{ephemeral.Redis{URL: "redis://:" + password + "@x@cache"}, "url"},
		{ephemeral.Redis{URL: "redis://cache/" + password}, "url"},
		{ephemeral.Redis{URL: "redis://cache/-1"}, "url"},
		{ephemeral.Redis{URL: "redis://cache?password=" + password}, "url"},
		{ephemeral.Redis{URL: "redis://%zz"}, "url"},
		{ephemeral.Redis{URL: "unix://run/redis.sock"}, "url"},
		{ephemeral.Redis{URL: "unix:///run/redis.sock?x=1"}, "url"},
		{ephemeral.Redis{Password: password}, "url"},
		{ephemeral.Redis{URL: "redis://:" + password + "@cache", Password: password}, "password"},
		{ephemeral.Redis{URL: "redis://cache", CAFile: "ca.pem"}, "ca_file"},
		{ephemeral.Redis{URL: "rediss://cache", CertFile: "c.pem"}, "cert_file"},
		{ephemeral.Redis{URL: "rediss://cache", KeyFile: "c.key"}, "key_file"},
	} {
		bad := c.redis.Validate()
		if len(bad) == 0 || bad[0].Name != c.field || strings.Contains(fmt.Sprint(bad), password) {
			t.Errorf("%+v: %v, want a problem with %s", c.redis, bad, c.field)
		}
	}
	for _, c := range []ephemeral.Redis{
		{},
		{URL: "redis://cache"},
		{URL: "redis://gate:p%40ss@cache:6380/2"},
		{URL: "rediss://cache", Password: password, CAFile: "ca.pem", CertFile: "c.pem", KeyFile: "c.key"},
		{URL: "unix:///run/redis.sock"},
		{URL: "unix:///run/redis.sock?db=2"},
	} {
		if bad := c.Validate(); len(bad) > 0 {
			t.Errorf("%+v: %v", c, bad)
		}
	}
}

func BenchmarkTakeThroughRedis(b *testing.B) {
	server := testredis.Start(b)
	l, err := ephemeral.Open(ephemeral.Redis{URL: server.URL}, []byte("house"), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	_ = l.Step(b.Context(), time.Now())
	q := l.Quotas("bench", 1000)
	for i := 0; b.Loop(); i++ {
		q.Take(b.Context(), fmt.Sprint(i%100), 1_000_000, time.Microsecond)
	}
	if f := l.Figures(); f.Alone > 0 {
		b.Fatalf("%+v", f)
	}
}
