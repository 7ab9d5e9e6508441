package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/gate"
)

// script is a server that answers each request on a connection with the next of its texts, and
// closes it after the last. It counts connections and requests.
type script struct {
	url             string
	conns, requests atomic.Int64
	betweens        string // written behind each answer
	mu              sync.Mutex
	last            string // the request as it came
}

func play(t *testing.T, s *script, answers ...string) *script {
	t.Helper()
	s.url, _ = raw(t, func(c net.Conn) {
		defer c.Close()
		s.conns.Add(1)
		r := bufio.NewReader(c)
		for _, text := range answers {
			request, err := head(r)
			if err != nil {
				return
			}
			s.requests.Add(1)
			s.mu.Lock()
			s.last = request
			s.mu.Unlock()
			_, _ = io.WriteString(c, text+s.betweens)
		}
		if s.betweens == "" {
			_, _ = r.ReadByte() // until the other side has enough, or asks once too often
		}
	})
	return s
}

func head(r *bufio.Reader) (text string, err error) {
	for {
		line, err := r.ReadString('\n')
		if text += line; err != nil || line == "\r\n" {
			return text, err
		}
	}
}

// onLane asks an upstream by its lane, as the gate does for a request without a body.
func onLane(ctx context.Context, p *pool, method string, within time.Duration, h http.Header) (*http.Response, error) {
	r, err := http.NewRequestWithContext(due{ctx, time.Now().Add(within)}, method, "http://target.invalid/", nil)
	if err != nil {
		return nil, err
	}
	r.URL, r.Host = address("/orders", "page=2"), "api.example.test"
	maps.Copy(r.Header, h)
	return p.RoundTrip(r)
}

// reported is what an answer comes to: everything that a visitor gets of it.
func reported(answer *http.Response, err error) string {
	if err != nil {
		return "error"
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "broken off"
	}
	return fmt.Sprint(answer.StatusCode, answer.ContentLength, answer.Header, string(body))
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func TestALaneUsesItsConnectionAgain(t *testing.T) {
	t.Parallel()
	s := play(t, &script{}, ok, ok, "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n")
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{s.url}})
	for _, method := range []string{"GET", "GET", "DELETE", "POST", "HEAD"} {
		answer, err := onLane(t.Context(), p, method, time.Minute, nil)
		if got := reported(answer, err); err != nil || !strings.HasPrefix(got, "20") {
			t.Fatalf("%s: %s %v", method, got, err)
		}
	}
	if s.conns.Load() != 1 || s.requests.Load() != 5 || p.targets[0].busy.Load() != 0 {
		t.Errorf("%d requests by %d connections, %d under way", s.requests.Load(), s.conns.Load(), p.targets[0].busy.Load())
	}
}

func TestARequestIsWrittenInOneWay(t *testing.T) {
	t.Parallel()
	s := play(t, &script{}, ok, ok)
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{s.url}})
	for method, want := range map[string]string{
		"GET":  "GET /orders?page=2 HTTP/1.1\r\nHost: api.example.test\r\nX-A: 1\r\nX-A: 2\r\n\r\n",
		"POST": "POST /orders?page=2 HTTP/1.1\r\nHost: api.example.test\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 0\r\n\r\n",
	} {
		answer, err := onLane(t.Context(), p, method, time.Minute, http.Header{
			"X-A": {"1", "2"}, "User-Agent": noAgent, "Content-Length": {"9"}, "Transfer-Encoding": {"chunked"}, "Connection": {"close"}, "Host": {"other.test"},
		})
		if reported(answer, err); err != nil {
			t.Fatal(err)
		}
		s.mu.Lock()
		if s.last != want {
			t.Errorf("%q, want %q", s.last, want)
		}
		s.mu.Unlock()
	}
	for name, h := range map[string]http.Header{"name": {"X-A: b\r\nX-B": {"1"}}, "value": {"X-A": {"1\r\nX-B: 2"}}, "null": {"X-A": {"\x00"}}} {
		before := s.requests.Load()
		if answer, err := onLane(t.Context(), p, "GET", time.Minute, h); err == nil || s.requests.Load() != before {
			t.Errorf("%s: %v was sent", name, answer)
		}
	}
}

// What the lane makes of an answer is what Go's library makes of it, broken ones included.
func TestALaneReadsAnswersAsTheLibraryDoes(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a length":                     ok,
		"no body":                      "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
		"not modified, with a length":  "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
		"chunks":                       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
		"chunks, and a trailer":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n",
		"chunks and a length":          "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"two lengths":                  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
		"a length that is none":        "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
		"another coding":               "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
		"hints before":                 "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok,
		"many hints before":            strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 9) + ok,
		"to go on":                     "HTTP/1.1 100 Continue\r\n\r\n" + ok,
		"a name with a blank":          "HTTP/1.1 200 OK\r\nX A: 1\r\nContent-Length: 2\r\n\r\nok",
		"a folded line":                "HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\nok",
		"no version":                   "HTTP 200 OK\r\n\r\n",
		"no status":                    "HTTP/1.1 OK\r\n\r\n",
		"a long head":                  "HTTP/1.1 200 OK\r\nX-A: " + strings.Repeat("a", headerBound) + "\r\n\r\n",
		"half a head":                  "HTTP/1.1 200 OK\r\nX-A: 1",
		"nothing":                      "",
		"less than its length":         "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok",
		"a chunk that is none":         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"until it is closed":           "HTTP/1.0 200 OK\r\n\r\nok",
		"to be closed":                 "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
		"a body of more than a buffer": "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{"GET", "HEAD"} {
				url, _ := raw(t, func(c net.Conn) {
					_, _ = head(bufio.NewReader(c))
					_, _ = io.WriteString(c, text)
					_ = c.Close()
				})
				p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{url}, Retry: gate.RetrySpec{Attempts: 1}})
				mine := reported(onLane(t.Context(), p, method, time.Minute, nil))
				r, err := http.NewRequestWithContext(t.Context(), method, "http://target.invalid/", nil)
				if err != nil {
					t.Fatal(err)
				}
				if theirs := reported(p.RoundTrip(r)); mine != theirs {
					t.Errorf("%s: %.200s, and the library %.200s", method, mine, theirs)
				}
			}
		})
	}
}

// What nobody asked for is no answer to the next request: neither what comes behind one, nor
// what comes while the connection waits.
func TestNoRequestGetsAnAnswerThatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	forged := "HTTP/1.1 200 OK\r\nX-Forged: 1\r\nContent-Length: 6\r\n\r\nforged"
	for name, s := range map[string]*script{
		"behind an answer": play(t, &script{betweens: forged}, ok, ok),
		"behind no body":   play(t, &script{betweens: forged}, "HTTP/1.1 204 No Content\r\n\r\n", ok),
	} {
		p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{s.url}})
		for i := range 5 {
			answer, err := onLane(t.Context(), p, "GET", time.Minute, nil)
			if got := reported(answer, err); err != nil || strings.Contains(got, "orged") {
				t.Errorf("%s, request %d: %s %v", name, i, got, err)
			}
		}
	}
	waits := make(chan net.Conn, 1)
	url, _ := raw(t, func(c net.Conn) {
		_, _ = head(bufio.NewReader(c))
		_, _ = io.WriteString(c, ok)
		waits <- c
	})
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{url}})
	for range 3 {
		answer, err := onLane(t.Context(), p, "GET", time.Minute, nil)
		if got := reported(answer, err); err != nil || strings.Contains(got, "orged") {
			t.Fatalf("%s %v", got, err)
		}
		c := <-waits
		_, _ = io.WriteString(c, forged)
		arrives(t, p)
	}
}

// arrives waits until something has come on the connection that waits.
func arrives(t *testing.T, p *pool) {
	t.Helper()
	l := p.wire.lane(p.targets[0].Host)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		l.mu.Lock()
		there := len(l.idle) > 0 && l.idle[0].SetDeadline(time.Time{}) == nil && !l.idle[0].quiet()
		l.mu.Unlock()
		if there {
			return
		}
	}
	t.Fatal("nothing came")
}

// A connection that the other side closed while it waited costs no request, and none that may
// have had an effect is sent twice.
func TestAConnectionThatIsOverCostsNoRequest(t *testing.T) {
	t.Parallel()
	closes, asked := raw(t, func(c net.Conn) { // answers one, takes the next, and closes
		r := bufio.NewReader(c)
		_, _ = head(r)
		_, _ = io.WriteString(c, ok)
		_, _ = head(r)
		_ = c.Close()
	})
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{closes}, Retry: gate.RetrySpec{Attempts: 1}})
	for i := range 4 {
		answer, err := onLane(t.Context(), p, "GET", time.Minute, nil)
		if got := reported(answer, err); err != nil {
			t.Fatalf("request %d: %s %v", i, got, err)
		}
	}
	if n := asked.Load(); n != 4 {
		t.Errorf("%d connections, want one for each", n)
	}
	if answer, err := onLane(t.Context(), p, "POST", time.Minute, nil); err == nil {
		t.Errorf("a change that may have had its effect was sent again: %s", reported(answer, err))
	}
	gone := make(chan struct{}, 9)
	shuts, _ := raw(t, func(c net.Conn) {
		_, _ = head(bufio.NewReader(c))
		_, _ = io.WriteString(c, ok)
		_ = c.Close()
		gone <- struct{}{}
	})
	p, _ = poolOf(t, gate.UpstreamSpec{Targets: []string{shuts}, Retry: gate.RetrySpec{Attempts: 1}})
	for i := range 4 {
		answer, err := onLane(t.Context(), p, "POST", time.Minute, nil)
		if got := reported(answer, err); err != nil {
			t.Fatalf("change %d: %s %v", i, got, err)
		}
		<-gone
		arrives(t, p)
	}
}

// Whoever goes away ends what they asked for, before the answer and within it, and no later
// than time is up.
func TestALaneEndsWithItsVisitorAndWithItsTime(t *testing.T) {
	t.Parallel()
	begun := "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf"
	for name, c := range map[string]struct {
		says  string
		spec  gate.TimeoutsSpec
		time  time.Duration
		leave bool
	}{
		"leaves before the answer":       {"", gate.TimeoutsSpec{}, time.Minute, true},
		"leaves within the answer":       {begun, gate.TimeoutsSpec{}, time.Minute, true},
		"time is up before the answer":   {"", gate.TimeoutsSpec{}, 300 * time.Millisecond, false},
		"time is up within the answer":   {begun, gate.TimeoutsSpec{}, 300 * time.Millisecond, false},
		"time is up at once":             {"", gate.TimeoutsSpec{}, 20 * time.Millisecond, false},
		"the head takes too long":        {"", gate.TimeoutsSpec{Header: "1s"}, time.Minute, false},
		"the head takes too long, begun": {"HTTP/1.1 200 OK\r\n", gate.TimeoutsSpec{Header: "1s"}, time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			over := make(chan error, 1)
			url, _ := raw(t, func(conn net.Conn) {
				r := bufio.NewReader(conn)
				_, _ = head(r)
				_, _ = io.WriteString(conn, c.says)
				_, err := r.ReadByte()
				over <- err
			})
			p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{url}, Timeouts: c.spec, Retry: gate.RetrySpec{Attempts: 1}})
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			if c.leave {
				time.AfterFunc(200*time.Millisecond, leave)
			}
			start := time.Now()
			answer, err := onLane(ctx, p, "GET", c.time, nil)
			if err == nil {
				_, err = io.ReadAll(answer.Body)
				_ = answer.Body.Close()
			}
			if took := time.Since(start); err == nil || took > 10*time.Second {
				t.Errorf("%v after %s", err, took)
			}
			if !c.leave && !isTimeout(err) {
				t.Errorf("%v is no timeout", err)
			}
			select {
			case err := <-over:
				if err == nil {
					t.Error("something more was sent")
				}
			case <-time.After(10 * time.Second):
				t.Error("the upstream is not told")
			}
		})
	}
}

// The deadline that ends a connection of somebody who went away is not written over by the one
// of the next step.
func TestWhoWentAwayBetweenTwoStepsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	url, _ := raw(t, func(conn net.Conn) {
		_, _ = head(bufio.NewReader(conn))
		time.AfterFunc(3*goneAfter, func() { _, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n") })
	})
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{url}})
	ctx, leave := context.WithCancel(t.Context())
	answer, err := onLane(ctx, p, "GET", time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	leave()
	start := time.Now()
	if n, err := io.ReadAll(answer.Body); err == nil || time.Since(start) > 10*time.Second {
		t.Errorf("%q %v after %s", n, err, time.Since(start))
	}
}

// What is not read to its end is not taken for the next answer.
func TestAnAnswerThatIsNotReadIsNobodys(t *testing.T) {
	t.Parallel()
	long := "HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("x", 20_000)
	s := play(t, &script{}, long, long, ok)
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{s.url}})
	for range 3 {
		answer, err := onLane(t.Context(), p, "GET", time.Minute, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := answer.Body.Read(make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if _, err := answer.Body.Read(make([]byte, 10)); !errors.Is(err, errOver) {
			t.Errorf("%v after it was closed", err)
		}
	}
	if n := s.conns.Load(); n != 3 {
		t.Errorf("%d connections for three answers that nobody read", n)
	}
}

func TestConnectionsThatWaitAreFewAndNotForEver(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	p, _ := poolOf(t, gate.UpstreamSpec{Targets: []string{s.URL}})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got := reported(onLane(t.Context(), p, "GET", time.Minute, nil)); got == "error" {
				t.Error(got)
			}
		})
	}
	all.Wait()
	l := p.wire.lane(p.targets[0].Host)
	waiting := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.idle)
	}
	if n := waiting(); n < 1 || n > 20 {
		t.Errorf("%d wait", n)
	}
	if p.wire.sweep(time.Now()); waiting() == 0 {
		t.Error("those that were used a moment ago are closed")
	}
	if p.wire.sweep(time.Now().Add(idleTimeout + time.Second)); waiting() != 0 {
		t.Error("those that nobody used stay")
	}
	p.wire.close()
	if got := reported(onLane(t.Context(), p, "GET", time.Minute, nil)); got == "error" || waiting() != 0 {
		t.Errorf("%s: a connection waits for an upstream that is gone", got)
	}
}
