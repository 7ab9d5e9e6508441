package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Only the request that was announced is noted, once, and nothing of all others.
func TestAnArrivalIsToldOnceToWhoAnnouncedIt(t *testing.T) {
	t.Parallel()
	var a Arrivals
	passed := 0
	public := a.Watch([]netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed++ }))
	visit := func(name string) {
		r := httptest.NewRequest(http.MethodGet, "https://id.example.test/", nil)
		r.RemoteAddr = "10.0.0.1:4711"
		r.Header.Set(HeaderProbe, name)
		r.Header.Set("X-Forwarded-For", "198.51.100.7")
		r.Header.Set("X-Forwarded-Proto", "https")
		public.ServeHTTP(httptest.NewRecorder(), r)
	}
	tell := func(name string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, PathArrival+"/"+name, nil)
		r.SetPathValue("probe", name)
		w := httptest.NewRecorder()
		a.Tell(w, r)
		return w
	}
	visit("")
	visit("guessed")
	if w := tell(""); w.Code != http.StatusNotFound {
		t.Errorf("before anything was announced: %d %s", w.Code, w.Body)
	}
	w := httptest.NewRecorder()
	a.Arm(w, httptest.NewRequest(http.MethodPost, PathArrival, nil))
	var armed struct{ Probe string }
	if err := json.Unmarshal(w.Body.Bytes(), &armed); err != nil || armed.Probe == "" {
		t.Fatalf("armed: %s, %v", w.Body, err)
	}
	visit("guessed")
	if w := tell(armed.Probe); w.Code != http.StatusNotFound {
		t.Errorf("before it arrived: %d %s", w.Code, w.Body)
	}
	visit(armed.Probe)
	w = tell(armed.Probe)
	var got Arrival
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	want := Arrival{Peer: "10.0.0.1", Address: "198.51.100.7", Host: "id.example.test", TLS: true, Forwarded: []string{"198.51.100.7"}, Proto: "https"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if w := tell(armed.Probe); w.Code != http.StatusNotFound {
		t.Errorf("a second time: %d", w.Code)
	}
	if passed != 4 {
		t.Errorf("%d requests went on, want all 4", passed)
	}
}

// A probe that nobody waits for any more is forgotten, with the address in it.
func TestAnArrivalIsKeptForHalfAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for after, want := range map[time.Duration]int{30 * time.Second: http.StatusOK, 30*time.Second + 1: http.StatusNotFound} {
			var a Arrivals
			w := httptest.NewRecorder()
			a.Arm(w, httptest.NewRequest(http.MethodPost, PathArrival, nil))
			var armed struct{ Probe string }
			if err := json.Unmarshal(w.Body.Bytes(), &armed); err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodGet, "https://id.example.test/", nil)
			r.Header.Set(HeaderProbe, armed.Probe)
			a.Watch(nil, http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), r)
			time.Sleep(after)
			r = httptest.NewRequest(http.MethodGet, PathArrival+"/"+armed.Probe, nil)
			r.SetPathValue("probe", armed.Probe)
			w = httptest.NewRecorder()
			if a.Tell(w, r); w.Code != want {
				t.Errorf("after %s: %d, want %d", after, w.Code, want)
			}
		}
	})
}
