package proxy

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gate"
)

// stillHears lets time pass with news every so often.
func (s *scene) stillHears(d, every time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(every)
		s.tells()
	}
}

// An upstream is asked each minute whose its resource is, however much news there is meanwhile:
// all of it has the stream asked again by what was said before.
func TestAnUpstreamIsAskedAgainEachMinuteHoweverMuchNewsThereIs(t *testing.T) {
	t.Parallel()
	for _, every := range []time.Duration{time.Second, 30 * time.Second, 59 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, nil)
			o := s.open(t, nil)
			s.stillHears(10*time.Minute, every)
			if asked := s.asked.Load(); o.isOver() || asked < 10 || asked > 12 {
				t.Fatalf("news every %s: the application was asked %d times in ten minutes; over: %t, %s", every, asked, o.isOver(), &s.log)
			}
			s.says("somebody else")
			s.stillHears(2*time.Minute, every)
			if synctest.Wait(); !o.isOver() || !strings.Contains(o.Body.String(), "caller.forbidden") {
				t.Errorf("news every %s: two minutes after it became somebody else's it goes on: %q", every, o.Body)
			}
			s.leave()
		})
	}
}

// An upstream that does not say so is asked no more often for that: in the shadow its streams go on.
func TestAnUpstreamThatSaysNothingIsAskedEachMinuteToo(t *testing.T) {
	t.Parallel()
	for _, first := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, func(r *gate.RouteSpec) { r.Mode = "shadow" })
			s.mute.Store(first)
			o := s.open(t, nil)
			time.Sleep(time.Second)
			s.mute.Store(true)
			s.stillHears(10*time.Minute, time.Second)
			if asked := s.asked.Load(); o.isOver() || asked < 10 || asked > 12 {
				t.Errorf("mute from the first: %t: it was asked %d times in ten minutes; over: %t", first, asked, o.isOver())
			}
			s.leave()
		})
	}
}

// Whoever would ask the upstream while somebody else asks does so behind them.
func TestAnUpstreamIsAskedBehindWhoeverAsksMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, nil)
		s.open(t, nil)
		time.Sleep(recheckEvery / 2)
		one, before := s.streams.all()[0], s.asked.Load()
		one.turn.Lock()
		one.asked = one.asked.Add(-recheckEvery / 2)
		one.later()
		one.yield()
		time.Sleep(time.Second)
		if asked := s.asked.Load() - before; asked != 1 {
			t.Errorf("it was asked %d times", asked)
		}
		s.leave()
	})
}

// A moment that is over is no reason to ask again: not where it was the end of what somebody came
// with whom the shadow lets through, nor where whoever knows the key goes by another clock.
func TestAStreamIsNotAskedAgainForAMomentThatIsOver(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *scene, r *gate.RouteSpec){
		"in the shadow":      func(_ *scene, r *gate.RouteSpec) { r.Mode = "shadow" },
		"by a clock behind":  func(s *scene, _ *gate.RouteSpec) { s.lenient = true },
		"without a resource": func(_ *scene, r *gate.RouteSpec) { r.Mode, r.Authorize.Resource = "shadow", gate.ResourceSpec{} },
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &scene{program: &program{}}
			s := newScene(t, func(r *gate.RouteSpec) { change(p, r) })
			s.lenient, s.until = p.lenient, time.Now().Add(10*time.Second)
			o := s.open(t, nil)
			time.Sleep(9 * time.Second)
			before := s.asks.Load()
			time.Sleep(2 * time.Minute)
			if asked := s.asks.Load() - before; o.isOver() || asked < 2 || asked > 5 {
				t.Errorf("%s: it was asked %d times in two minutes; over: %t", name, asked, o.isOver())
			}
			s.leave()
		})
	}
}

// A key that ends while somebody asks about it ends its stream then, and not at the next look.
func TestAKeyThatEndsAmidAQuestionEndsItsStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, nil)
		s.takes = 100 * time.Millisecond
		s.until = time.Now().Add(3 * s.takes / 2) // amid the question with which it begins
		o := s.open(t, nil)
		time.Sleep(2 * time.Second)
		if synctest.Wait(); !o.isOver() || !strings.Contains(o.Body.String(), "caller.unknown") {
			t.Errorf("two seconds later it goes on: over: %t, %q", o.isOver(), o.Body)
		}
		s.leave()
	})
}

// Nobody who asks whether a stream may go on has its turn for longer than an upstream may take.
func TestAStreamWhoseAnswerHangsIsOverSoon(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(s *scene, one *stream){
		"by the clock":             func(_ *scene, one *stream) { one.tick() },
		"for who was missed":       func(_ *scene, one *stream) { one.turn.Lock(); one.missed.Store(true); one.yield() },
		"with the upstream's word": func(_ *scene, one *stream) { one.later() },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, nil)
			o := s.open(t, nil)
			time.Sleep(time.Second)
			one := s.streams.all()[0]
			s.hangs.Store(true)
			go ask(s, one)
			time.Sleep(askBound + patience + time.Second)
			if synctest.Wait(); !o.isOver() || one.why() != "unknown" {
				t.Errorf("%s: over: %t", name, o.isOver())
			}
			s.leave()
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, nil)
		s.slow = 2 // when it is asked at once
		o := s.open(t, nil)
		time.Sleep(askBound + time.Second)
		if synctest.Wait(); !o.isOver() || o.Code < http.StatusInternalServerError {
			t.Errorf("at its beginning: over: %t, %d", o.isOver(), o.Code)
		}
		s.leave()
	})
}

// What breaks while a stream is asked again ends that stream, and nothing else.
func TestAPanicBehindAStreamEndsIt(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(r *http.Request){"events": nil, "gRPC": asCall} {
		for _, first := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, nil)
				if first {
					s.broken = 2
				}
				o := s.open(t, change)
				time.Sleep(time.Second)
				if !first {
					s.breaks.Store(true)
					s.tells()
					time.Sleep(time.Second)
				}
				synctest.Wait()
				if told := o.Body.String(); !o.isOver() || strings.Contains(told, "thought") || first && o.Code != http.StatusInternalServerError {
					t.Errorf("%s, at once: %t: over: %t, %d %q", name, first, o.isOver(), o.Code, told)
				}
				if log := s.log.String(); !strings.Contains(log, "panicked") || !strings.Contains(log, "AuthenticateFor") {
					t.Errorf("%s: the log does not say where: %s", name, log)
				}
				s.leave()
			})
		}
	}
}

// An application is told in plain headers who calls, whatever the request becomes and whoever
// asks about it.
func TestWhoCallsIsToldInPlainHeadersOfWhateverLasts(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(r *http.Request){"events": nil, "gRPC": asCall, "a WebSocket": asSocket} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, func(r *gate.RouteSpec) {
				if name == "a WebSocket" {
					r.Stream = gate.StreamSpec{WebSocket: &gate.WebSocketSpec{}}
				}
			})
			s.open(t, func(r *http.Request) {
				r.Header.Set("X-User", "forged")
				if change != nil {
					change(r)
				}
			})
			time.Sleep(time.Second)
			if seen := *s.seen.Load(); seen.Get("X-User") != "ops" || seen.Get("X-Kind") != "service" || seen.Get(HeaderAssertion) == "" {
				t.Errorf("%s: %v", name, seen)
			}
			s.leave()
		})
	}
	s := newScene(t, nil)
	o := Original{Method: "GET", Scheme: "https", Host: "api.test", Target: "/orders/1", IP: "203.0.113.7", Header: http.Header{"Authorization": {"Bearer " + itsKey}}}
	a := s.Check(t.Context(), &Edge{&gate.Edge{ID: "nginx", Dialect: gate.Nginx}, s.Routes()}, o, nil)
	if !a.Allowed() || a.Header.Get("X-User") != "ops" || a.Header.Get("X-Kind") != "service" || a.Header.Get(HeaderAssertion) == "" {
		t.Errorf("another proxy: %+v", a)
	}
}

// In the shadow a limit changes nothing of what an application is told of its caller: that it would
// have counted is written down.
func TestInTheShadowALimitIsToldOf(t *testing.T) {
	t.Parallel()
	for name, per := range map[string]string{"of an address": "ip", "of a caller": "sub"} {
		for what, c := range map[string]struct {
			gone, open bool
			user       string
		}{"may": {user: "ops"}, "may not": {gone: true, user: "ops"}, "is asked nothing": {open: true}} {
			if c.open && per != "ip" {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, func(r *gate.RouteSpec) {
					r.Mode, r.Limits.Rate = "shadow", []gate.RateSpec{{Per: per, Limit: "1/m"}}
					if c.open {
						r.Public, r.Authorize = true, gate.AuthorizeSpec{}
					}
				})
				kept := &keeps{}
				s.Decisions = kept
				if s.beyond.Store(true); c.gone {
					s.gone.Store(1)
				}
				o := s.open(t, nil)
				time.Sleep(time.Second)
				seen := *s.seen.Load()
				if o.Code != http.StatusOK || seen.Get("X-User") != c.user || seen.Get(HeaderShadow) != "limited" || (seen.Get(HeaderAssertion) != "") != (c.user != "") {
					t.Errorf("%s, who %s: %d, the application sees %v", name, what, o.Code, seen)
				}
				if len(kept.all) != 1 || kept.all[0].Decision != "limited" || !kept.all[0].Shadow || kept.all[0].Code != "gate.rate" || kept.all[0].Subject != c.user {
					t.Errorf("%s, who %s: what is kept: %+v", name, what, kept.all)
				}
				s.leave()
			})
		}
	}
}

// A message that nobody can read goes no further in the shadow either, beyond a limit or not, and
// what is kept says that it did not.
func TestAMessageThatCannotBeReadIsRefusedInTheShadow(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]func() io.Reader{
		"no message":     func() io.Reader { return strings.NewReader("{") },
		"half a message": func() io.Reader { return io.MultiReader(strings.NewReader(`{"jsonrpc":`), cutOff{}) },
	} {
		for _, beyond := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, func(r *gate.RouteSpec) {
					r.Match.Paths, r.Match.Methods, r.Stream = []string{"/mcp"}, []string{"POST"}, gate.StreamSpec{}
					r.Authorize.Resource, r.MCP = gate.ResourceSpec{}, &gate.MCPSpec{Resource: "https://api.test/mcp"}
					r.Mode, r.Limits.Rate = "shadow", []gate.RateSpec{{Per: "sub", Limit: "1/m"}}
				})
				kept := &keeps{}
				s.Decisions, s.wide = kept, true
				s.beyond.Store(beyond)
				o := s.open(t, func(r *http.Request) {
					r.Method, r.RequestURI, r.Body = http.MethodPost, "/mcp", io.NopCloser(body())
					r.Header.Set("Content-Type", "application/json")
				})
				time.Sleep(time.Second)
				if synctest.Wait(); o.Code != http.StatusBadRequest || s.seen.Load() != nil {
					t.Errorf("%s, beyond a limit: %t: %d, sent on: %t", name, beyond, o.Code, s.seen.Load() != nil)
				}
				if len(kept.all) != 1 || kept.all[0].Shadow || kept.all[0].Code != "gate.mcp_json" || kept.all[0].Decision != "allow" {
					t.Errorf("%s, beyond a limit: %t: what is kept: %+v", name, beyond, kept.all)
				}
				s.leave()
			})
		}
	}
}

// cutOff is what cannot be read to its end.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Who may no more at the moment at which a stream begins is refused as of a request: that is
// recorded, and the log says so.
func TestARefusalAtTheBeginningOfAStreamIsRecorded(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(r *http.Request){"events": nil, "gRPC": asCall} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, nil)
			kept := &keeps{}
			s.Decisions = kept
			s.gone.Store(2)
			o := s.open(t, change)
			time.Sleep(time.Second)
			if synctest.Wait(); o.Code != http.StatusForbidden || s.refused.Load() != 1 {
				t.Errorf("%s: %d, recorded %d times", name, o.Code, s.refused.Load())
			}
			if log := s.log.String(); !strings.Contains(log, `"decision":"deny"`) || strings.Contains(log, `"decision":"allow"`) {
				t.Errorf("%s: the log says %s", name, log)
			}
			if len(kept.all) != 1 || kept.all[0].Decision != "deny" || kept.all[0].Subject != "ops" {
				t.Errorf("%s: what is kept: %+v", name, kept.all)
			}
			if want := map[string]int{"deny": 1}; !maps.Equal(s.decided, want) {
				t.Errorf("%s: counted are %v, want %v", name, s.decided, want)
			}
			s.leave()
		})
	}
}

// A stream that ends before it begins, and not for what the policy says, is an error: it is counted
// and kept as that alone, in the shadow too.
func TestAStreamThatEndsBeforeItBeginsIsAnError(t *testing.T) {
	t.Parallel()
	other := newScene(t, func(r *gate.RouteSpec) { r.Stream.Idle = "1h" }).Routes()
	for name, c := range map[string]struct {
		end  func(s *scene)
		code string
	}{
		"its route changes": {func(s *scene) {
			before, asked := s.Routes(), atomic.Int64{}
			s.Routes = func() *gate.Set {
				if asked.Add(1) == 1 { // by whoever reads the request
					return before
				}
				return other
			}
		}, "gate.route_changed"},
		"the server stops": {func(s *scene) {
			s.stops = func() {
				s.streams.mu.Lock()
				defer s.streams.mu.Unlock()
				s.streams.over = true
			}
		}, "gate.closing"},
		"the server has stopped": {func(s *scene) { s.streams.over = true }, "gate.closing"},
		"somebody else ends it": {func(s *scene) {
			s.amid = func() { s.streams.all()[0].cut(&ending{why: "unknown", err: errBroke}) }
		}, "internal"},
	} {
		for _, mode := range []string{"enforce", "shadow"} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, func(r *gate.RouteSpec) { r.Mode = mode })
				kept := &keeps{}
				if s.Decisions = kept; mode == "shadow" {
					s.gone.Store(1)
				}
				c.end(s)
				o := s.open(t, nil)
				time.Sleep(time.Second)
				if synctest.Wait(); !o.isOver() || o.Code < 400 {
					t.Errorf("%s, %s: over: %t, %d", name, mode, o.isOver(), o.Code)
				}
				if len(kept.all) != 1 || kept.all[0].Decision != "error" || kept.all[0].Code != c.code || kept.all[0].Shadow || kept.all[0].Subject != "ops" {
					t.Errorf("%s, %s: what is kept: %+v", name, mode, kept.all)
				}
				if want := map[string]int{"error": 1}; !maps.Equal(s.decided, want) {
					t.Errorf("%s, %s: counted are %v, want %v", name, mode, s.decided, want)
				}
				s.leave()
			})
		}
	}
}

// Who has too many streams is counted as who asks too often.
func TestAStreamTooManyIsCountedAsThat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, nil)
		kept := &keeps{}
		s.Decisions, s.MaxStreamsOf = kept, 1
		s.open(t, nil)
		time.Sleep(time.Second)
		o := s.open(t, nil)
		time.Sleep(time.Second)
		if synctest.Wait(); o.Code != http.StatusTooManyRequests || len(kept.all) != 0 {
			t.Errorf("%d, kept is %+v", o.Code, kept.all)
		}
		if want := map[string]int{"allow": 1, "limited": 1}; !maps.Equal(s.decided, want) {
			t.Errorf("counted are %v, want %v", s.decided, want)
		}
		s.leave()
	})
}

// What may last is counted and kept once, whatever the application makes of it.
func TestWhatMayLastIsOneDecisionWhateverBecomesOfIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(r *http.Request)
		answer int64
	}{
		"events": {nil, 0}, "no events": {nil, http.StatusOK}, "a fault": {nil, http.StatusBadGateway}, "gRPC": {asCall, 0}, "a socket that is none": {asSocket, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, func(r *gate.RouteSpec) {
				if name == "a socket that is none" {
					r.Stream = gate.StreamSpec{WebSocket: &gate.WebSocketSpec{}}
				}
			})
			kept := &keeps{sample: 1}
			s.Decisions = kept
			s.plain.Store(c.answer)
			s.open(t, c.change)
			time.Sleep(time.Second)
			synctest.Wait()
			if len(kept.all) != 1 || kept.all[0].Decision != "allow" || kept.all[0].Subject != "ops" {
				t.Errorf("%s: what is kept: %+v", name, kept.all)
			}
			if want := map[string]int{"allow": 1}; !maps.Equal(s.decided, want) {
				t.Errorf("%s: counted are %v, want %v", name, s.decided, want)
			}
			s.leave()
		})
	}
}

// keeps is a log of what was refused, and of a part of what was not.
type keeps struct {
	all    []*Entry
	sample float64
}

func (k *keeps) Decided(e *Entry) { k.all = append(k.all, e) }
func (k *keeps) Sample() float64  { return k.sample }
