package drills

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/streamtest"
)

// soaking is a gate in a process of its own, under streams and requests.
type soaking struct {
	*gates
	gate  sleeper
	keys  []string
	slots []*slot

	stopped  atomic.Bool
	all      sync.WaitGroup
	answered atomic.Int64
	unknown  atomic.Int64 // requests and streams of which nobody knew, on a machine that is too busy
	said     atomic.Int64
	turn     atomic.Int64 // whose turn it is to talk
	renewed  atomic.Int64
	wrong    sync.Map // what must not be answered, by what it was
}

// slot is a stream that is opened again when it is over.
type slot struct {
	mu        sync.Mutex
	kind, key string
	open      *streamtest.Stream
}

// sample is what the process takes at a moment.
type sample map[string]float64

// What is sampled, by what it is called in the table.
var sampled = []struct{ name, metric string }{
	{"memory of the process, MB", "process_resident_memory_bytes"},
	{"heap in use, MB", "go_memstats_heap_inuse_bytes"},
	{"goroutines", "go_goroutines"},
	{"open files", "process_open_fds"},
}

// A gate under a thousand streams and the requests beside them takes no more of anything as
// time goes on, and gives back all that it took for them. `make soak` is ten minutes of it.
func TestDrillAGateUnderStreamsIsFlat(t *testing.T) {
	streams, lasts, every := 120, 8*time.Second, 200*time.Millisecond
	soak := os.Getenv("GATEHOUSE_TEST_SOAK") == "long"
	if soak {
		streams, lasts, every = 1000, 10*time.Minute, time.Second
	}
	s := &soaking{gates: newGates(t)}
	s.gate = s.process()
	before := s.sample()
	s.begin(streams)
	t.Cleanup(s.stop)
	s.warmUp()
	var samples []sample
	for end := time.Now().Add(lasts); time.Now().Before(end); <-time.After(every) {
		samples = append(samples, s.sample())
	}
	s.stop()
	s.wrong.Range(func(what, _ any) bool { t.Errorf("it answers %s", what); return true })
	t.Logf("%d streams; %d requests were answered, %d messages came back, %d streams were begun anew; %d times nobody knew",
		streams, s.answered.Load(), s.said.Load(), s.renewed.Load(), s.unknown.Load())
	s.flat(samples, before, soak)
	s.empty(before)
}

// begin opens all streams, and has people talk, ask, leave and come.
func (s *soaking) begin(streams int) {
	s.t.Helper()
	for n := range streams/60 + 1 { // one caller may have a hundred
		name := fmt.Sprint("soak-", n)
		s.keys = append(s.keys, s.program(name))
		s.gives(account(name))
	}
	waitFor(s.t, "a request to be let through", func() bool { return s.asksAt(s.gate.streams.Secure, "/orders", s.keys[len(s.keys)-1]) == http.StatusOK })
	for n := range streams {
		kind := [...]string{"WebSocket", "events"}[n%2]
		if n%10 == 9 {
			kind = "gRPC"
		}
		one := &slot{kind: kind, key: s.keys[n%len(s.keys)]}
		s.slots = append(s.slots, one)
		s.must(s.renew(one))
	}
	for range 4 {
		s.repeat(2*time.Millisecond, s.asksOnce)
		s.repeat(2*time.Millisecond, func() { s.talks(s.slots[int(s.turn.Add(1))%len(s.slots)]) })
	}
	s.repeat(50*time.Millisecond, func() { s.leaves(s.any()) })
	s.repeat(500*time.Millisecond, s.changes)
}

// repeat does something again and again, with a rest between.
func (s *soaking) repeat(rest time.Duration, do func()) {
	s.all.Go(func() {
		for !s.stopped.Load() {
			do()
			time.Sleep(rest) // people of the real world
		}
	})
}

func (s *soaking) stop() {
	s.stopped.Store(true)
	s.all.Wait()
	for _, one := range s.slots {
		one.mu.Lock()
		if one.open != nil {
			one.open.Close()
			one.open = nil
		}
		one.mu.Unlock()
	}
}

func (s *soaking) any() *slot { return s.slots[rand.N(len(s.slots))] }

// renew opens the stream of a slot, whose lock is held or which nobody has yet. One that
// cannot be opened now has none.
func (s *soaking) renew(one *slot) (err error) {
	one.open, err = streamtest.Kinds[one.kind](s.t, s.gate.streams, "/lasts", streamtest.Bearer(one.key))
	if err != nil {
		one.open = nil
	}
	return err
}

// asksOnce sends a request that is let through.
func (s *soaking) asksOnce() {
	status := s.asksAt(s.gate.streams.Secure, "/orders", s.keys[rand.N(len(s.keys))])
	s.answered.Add(1)
	switch status {
	case http.StatusOK:
	case http.StatusServiceUnavailable:
		s.unknown.Add(1)
	default:
		s.wrong.Store(fmt.Sprint("a request with ", status), true)
	}
}

// answers is how long an answer may take: less than a stream may be without a word, so that
// one which does not come is told of as what it is.
const answers = 40 * time.Second

// talks says something on a stream and waits for its answer. The streams have their turns, and
// nobody waits for one that somebody else has: who waits for an answer keeps no other stream
// without a word.
func (s *soaking) talks(one *slot) {
	if !one.mu.TryLock() {
		return
	}
	defer one.mu.Unlock()
	if one.open == nil {
		_ = s.renew(one) // the next one tries again
		return
	}
	said := make(chan error, 1)
	go func(open *streamtest.Stream) { said <- open.Say("hello") }(one.open)
	late := time.After(answers)
	select {
	case err := <-said:
		if err != nil {
			s.unsaid(one)
			return
		}
	case <-late:
		s.silent(one, "nobody takes a message")
		return
	}
	select {
	case <-one.open.Heard:
		s.said.Add(1)
	case <-one.open.Ended:
		s.ended(one)
	case <-late:
		s.silent(one, "there is no answer")
	}
}

// silent notes a stream on which nothing comes back, and begins it anew.
func (s *soaking) silent(one *slot, what string) {
	s.wrong.Store(what+" on "+one.kind, true)
	one.open.Close()
	_ = s.renew(one) // the next one tries again
}

// unsaid is of a stream on which nothing could be said: it is over, or who wanted to say it
// had no connection to the application.
func (s *soaking) unsaid(one *slot) {
	select {
	case <-one.open.Ended:
		s.ended(one)
	default:
		s.unknown.Add(1)
	}
}

// ended begins a stream anew that nobody closed: none loses its right here.
func (s *soaking) ended(one *slot) {
	if s.unknown.Add(1); !nobodyKnew(one.open) {
		s.wrong.Store(one.kind+" with "+one.open.Status+" "+one.open.Reason, true)
	}
	_ = s.renew(one) // the next one tries again
}

// leaves has somebody close a stream, and come again.
func (s *soaking) leaves(one *slot) {
	if !one.mu.TryLock() {
		return
	}
	defer one.mu.Unlock()
	if one.open == nil {
		return
	}
	one.open.Close()
	s.renewed.Add(1)
	if err := s.renew(one); err != nil {
		s.unknown.Add(1)
	}
}

// changes has all streams asked again.
func (s *soaking) changes() {
	ctx := context.Background()
	given, err := s.near.House.Access.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(s.ada.ID)}, Effect: access.Allow, Permission: ordersRead, Where: access.Where{Place: access.Everywhere}, Reason: "for the soak",
	})
	if err == nil {
		_, err = s.near.House.Access.Revoke(ctx, gatetest.Console, given.ID, "for the soak")
	}
	if err != nil {
		s.wrong.Store(err.Error(), true)
	}
}

// warmUp is until each stream was begun anew or spoke, as often as there are streams.
func (s *soaking) warmUp() {
	waitFor(s.t, "it to be warm", func() bool { return s.said.Load() > int64(2*len(s.slots)) && s.answered.Load() > 1000 })
}

var sampleLine = regexp.MustCompile(`(?m)^([a-z_]+)(?:\{[^}]*\})? ([0-9.e+-]+)$`)

// sample asks the process what it takes; what has labels is added up.
func (s *soaking) sample() sample {
	s.t.Helper()
	answer, err := http.Get(s.gate.internal + "/metrics")
	s.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	s.must(err)
	all := sample{}
	for _, line := range sampleLine.FindAllStringSubmatch(string(text), -1) {
		value, err := strconv.ParseFloat(line[2], 64)
		s.must(err)
		all[line[1]] += value
	}
	return all
}

// flat compares the last quarter of the time with the second one, and logs a table for
// docs/performance.md. Memory is held to it in the long form: a few seconds are less than
// the garbage collector's rhythm.
func (s *soaking) flat(samples []sample, before sample, soak bool) {
	s.t.Helper()
	quarter := len(samples) / 4
	if quarter == 0 {
		s.t.Fatalf("there are %d samples", len(samples))
	}
	mean := func(n int, metric string) float64 {
		sum := 0.0
		for _, one := range samples[n*quarter : (n+1)*quarter] {
			sum += one[metric]
		}
		return sum / float64(quarter)
	}
	table := "| | before | quarter 1 | 2 | 3 | 4 | last to second |\n|---|---|---|---|---|---|---|\n"
	for _, of := range sampled {
		unit := 1.0
		if strings.HasSuffix(of.name, "MB") {
			unit = 1e6
		}
		table += fmt.Sprintf("| %s | %.1f |", of.name, before[of.metric]/unit)
		for n := range 4 {
			table += fmt.Sprintf(" %.1f |", mean(n, of.metric)/unit)
		}
		ratio := mean(3, of.metric) / mean(1, of.metric)
		table += fmt.Sprintf(" %.3f |\n", ratio)
		if most := 1.1; ratio > most && (soak || unit == 1) {
			s.t.Errorf("%s: the last quarter has %.3f of the second one, want %.1f at most", of.name, ratio, most)
		}
	}
	s.t.Logf("%d samples\n%s", len(samples), table)
}

// empty waits until the process has given back what it took for streams.
func (s *soaking) empty(before sample) {
	s.t.Helper()
	s.client.CloseIdleConnections()
	s.gate.streams.Client.CloseIdleConnections()
	last := sample{}
	waitFor(s.t, "all to be given back", func() bool {
		last = s.sample()
		return last["gatehouse_gate_streams"] == 0 && last["go_goroutines"] < before["go_goroutines"]+60 && last["process_open_fds"] < before["process_open_fds"]+60
	})
	s.t.Logf("afterwards there are %.0f goroutines and %.0f open files, %.0f and %.0f before", last["go_goroutines"], last["process_open_fds"], before["go_goroutines"], before["process_open_fds"])
}
