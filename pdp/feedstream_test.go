package pdp

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
)

func TestAStreamHasAHeartbeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTold(t)
		h := g.hear("")
		defer h.stop()
		first, _ := h.next()
		for range 3 {
			begun := time.Now()
			p, ok := h.next()
			if took := time.Since(begun); !ok || len(p.Events) != 0 || p.Cursor != first.Cursor || took > time.Second {
				t.Errorf("after %s: %+v, %v", took, p, ok)
			}
		}
		// While nobody can know there is none, and afterwards it goes on.
		g.set(func() { g.away = errors.Join(policyAway) })
		resp := g.get(t.Context(), "", "", false)
		resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("who asks meanwhile is answered with %d", resp.StatusCode)
		}
		heard := make(chan payload, 1)
		go func() {
			for {
				p, ok := h.next()
				if !ok {
					close(heard)
					return
				}
				select {
				case heard <- p:
				default:
				}
			}
		}()
		<-time.After(heartbeat + 200*time.Millisecond) // one may have been on its way
		select {
		case <-heard:
		default:
		}
		select {
		case p := <-heard:
			t.Errorf("a heartbeat says that all is known: %+v", p)
		case <-time.After(2 * heartbeat):
		}
		g.set(func() { g.away = nil })
		if _, ok := <-heard; !ok {
			t.Error("the stream did not go on")
		}
		h.stop()
		for range heard {
		}
	})
}

var policyAway = fault.New(fault.Unavailable, "policy.unknown", "Gatehouse cannot tell now who may do what.")

func TestWhoWaitsIsToldAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTold(t)
		at := g.poll("").Cursor
		begun := time.Now()
		equal(t, "nobody lost anything", g.poll("?after="+at+"&wait=1s").Events, []event{})
		if took := time.Since(begun); took < time.Second || took > 3*time.Second {
			t.Errorf("it waited for %s", took)
		}
		go func() {
			g.listeners(1)
			g.lose("usr_ada")
		}()
		begun = time.Now()
		p := g.poll("?after=" + at + "&wait=25s")
		if took := time.Since(begun); took > 2*time.Second || len(p.Events) != 1 || p.Events[0].Subject != "usr_ada" {
			t.Errorf("after %s: %+v", took, p.Events)
		}
		for _, wait := range []string{"31s", "-1s", "soon", "25"} {
			resp := g.get(t.Context(), "?wait="+wait, "", false)
			resp.Body.Close()
			if resp.StatusCode != http.StatusBadRequest {
				t.Errorf("wait=%s is answered with %d", wait, resp.StatusCode)
			}
		}
	})
}

// The end of a right, of the server and of the patience ends a stream, and nothing
// of it stays.
func TestAStreamEndsInTime(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(g *told, h *hearing){
		"the right":      func(g *told, _ *hearing) { g.set(func() { g.err = fault.New(fault.Forbidden, "x", "No.") }) },
		"the server":     func(g *told, _ *hearing) { g.feed.Close() },
		"the connection": func(_ *told, h *hearing) { h.stop() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newTold(t)
				h := g.hear("")
				h.next()
				begun := time.Now()
				end(g, h)
				for ok := true; ok; {
					_, ok = h.next()
				}
				if took := time.Since(begun); took > time.Second {
					t.Errorf("it ended after %s", took)
				}
				h.resp.Body.Close()
				g.listeners(0)
			})
		})
	}
}

// The deadlines of a server are for requests. A stream outlives them, by either
// version of HTTP.
func TestAStreamOutlivesTheDeadlinesOfARequest(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, 2} {
		t.Run(fmt.Sprint("HTTP/", version), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newTold(t)
				server, wires := onPipes(g.server.Config.Handler)
				server.EnableHTTP2 = version == 2
				server.Config.ReadTimeout, server.Config.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
				server.StartTLS()
				wires.lead(server.Client())
				defer server.Close()
				defer g.feed.Close()
				g.server = server
				h := g.hear("")
				defer h.stop()
				if h.resp.ProtoMajor != version {
					t.Fatalf("it speaks %s", h.resp.Proto)
				}
				begun := time.Now()
				at := ""
				for time.Since(begun) < 1500*time.Millisecond {
					p, ok := h.next()
					if at = p.Cursor; !ok {
						t.Fatalf("the stream ended after %s", time.Since(begun))
					}
				}
				equal(t, "who waits longer", g.poll("?after="+at+"&wait=1s").Events, []event{})
			})
		})
	}
}
