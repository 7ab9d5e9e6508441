package proxy

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
)

type uncounted struct{ Metrics }

func (uncounted) GateServed(string, string, int, time.Duration) {}

// What goes wrong beyond reason ends its request alone, and is no yes, whoever asks (X7).
func TestAPanicIsARefusal(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d := &Door{
		Routes: func() *gate.Set { panic("a private thought") }, Metrics: uncounted{}, Log: slog.New(slog.NewJSONHandler(&log, nil)),
		Refuse: func(w http.ResponseWriter, _ *http.Request, status int, _ *fault.Error) { w.WriteHeader(status) },
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, httptest.NewRequest("GET", "http://api.example.test/public/x", nil))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("the gate answers %d", w.Code)
	}
	o := Original{Method: "GET", Scheme: "https", Host: "api.example.test", Target: "/public/x", Header: http.Header{}, IP: "203.0.113.7"}
	if a := d.Check(t.Context(), &Edge{Edge: &gate.Edge{ID: "nginx", Dialect: gate.Nginx}}, o, nil); a.Allowed() || a.Status != http.StatusInternalServerError {
		t.Errorf("another proxy is answered %d", a.Status)
	}
	if !strings.Contains(log.String(), "panicked") || strings.Contains(w.Body.String(), "thought") {
		t.Errorf("%s, and the visitor is told %s", &log, w.Body)
	}
	for line := range strings.Lines(log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not one line of JSON: %s", line)
		}
	}
}

// An answer that had begun when something broke ends broken off: nobody takes a part for the whole.
func TestAPanicAmidAnAnswerBreaksItOff(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d := &Door{Metrics: uncounted{}, Log: slog.New(slog.NewJSONHandler(&log, nil))}
	for _, edge := range []*gate.Edge{nil, {ID: "nginx"}} {
		p := &passage{door: d, w: httptest.NewRecorder(), r: httptest.NewRequest("GET", "/", nil), edge: edge, permitted: true}
		p.open(t.Context())
		var with any
		func() {
			defer func() { with = recover() }()
			defer p.close()
			p.status.WriteHeader(http.StatusNoContent)
			panic("a private thought")
		}()
		if edge == nil && with != http.ErrAbortHandler || edge != nil && (with != nil || p.permitted) {
			t.Errorf("asked by %v it ends with %v, permitted %t", edge, with, p.permitted)
		}
	}
	if !strings.Contains(log.String(), "TestAPanicAmidAnAnswerBreaksItOff") {
		t.Errorf("the log does not say where: %s", &log)
	}
}
