package proxy

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gatehouse/gate"
	"gatehouse/web"
)

// connection is a writer that notes what a server's connection would be told.
type connection struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (c *connection) SetReadDeadline(t time.Time) error  { c.read = t; return nil }
func (c *connection) SetWriteDeadline(t time.Time) error { c.write = t; return nil }

type noMetrics struct{}

func (noMetrics) GateDecided(string, string)                    {}
func (noMetrics) GateServed(string, string, int, time.Duration) {}
func (noMetrics) GateUpstream(string, string)                   {}
func (noMetrics) GateTargets(string, int, int)                  {}
func (noMetrics) GateTargetsGone(string)                        {}
func (noMetrics) GateStreamOpened(string)                       {}
func (noMetrics) GateStreamEnded(string, string, string)        {}

// A deadline of a request before this one on the same connection may be over: each
// request has its own, a refused one too.
func TestEachRequestHasDeadlinesOfItsOwn(t *testing.T) {
	t.Parallel()
	d := &Door{Routes: func() *gate.Set { return &gate.Set{} }, Metrics: noMetrics{}, Log: slog.New(slog.DiscardHandler), Refuse: web.RefuseWithProblem("https://id.test")}
	for name, target := range map[string]string{"no route": "/nothing", "refused as it is written": "/a/../b", "no path": "*"} {
		c := &connection{ResponseRecorder: httptest.NewRecorder(), read: time.Now().Add(-time.Hour), write: time.Now().Add(-time.Hour)}
		r := httptest.NewRequest(http.MethodGet, "http://api.test/", nil)
		r.RequestURI = target
		d.ServeHTTP(c, r)
		if now := time.Now(); !c.read.After(now) || !c.write.After(now) || c.Code < 400 {
			t.Errorf("%s: %d, read until %s, written until %s", name, c.Code, c.read, c.write)
		}
	}
}
