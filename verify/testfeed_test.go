package verify

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const beat = 250 * time.Millisecond

// testFeed is the issuer's side of the feed: all events by number, an epoch that a
// restore changes, and a signed batch at least four times a second.
type testFeed struct {
	house *house

	mu      sync.Mutex
	epoch   string
	events  []any
	changed chan struct{}
	held    bool // what is written stays in a buffer of something between
	silent  bool // no batch, but the connection stays
	noSSE   bool
	streams int
	afters  []string      // what was asked for
	breaks  chan struct{} // closed: every connection ends
	ticket  string        // the token that opens it, which the house gives
	slow    time.Duration // how long an answer to a question is on its way
	most    int           // events of one batch; 0: all
}

func (f *testFeed) add(events ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, events...)
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *testFeed) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
	close(f.changed)
	f.changed = make(chan struct{})
}

// after returns the events since a cursor, the whole after a reset if the cursor is
// none of this epoch.
func (f *testFeed) after(cursor string) (compact, next string, news bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	epoch, number, ok := strings.Cut(cursor, ".")
	n, err := strconv.Atoi(number)
	events := []any{}
	if !ok || err != nil || epoch != f.epoch || n > len(f.events) {
		events, n = append(events, map[string]any{"reset": true}), 0
	}
	end := len(f.events)
	if f.most > 0 {
		end = min(end, n+f.most)
	}
	events = append(events, f.events[n:end]...)
	next = fmt.Sprintf("%s.%d", f.epoch, end)
	return f.house.sign(f.house.keys[0], typeFeed, map[string]any{
		"iss": testIssuer, "iat": time.Now().Unix(), "cursor": next, "events": events, "more": end < len(f.events),
	}), next, len(events) > 0
}

func (f *testFeed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	ticket := f.ticket
	f.mu.Unlock()
	if auth := r.Header.Get("Authorization"); auth != "Bearer "+ticket && auth != "Bearer gatehouse_pat_x" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	cursor := r.URL.Query().Get("after")
	f.mu.Lock()
	f.afters = append(f.afters, cursor)
	noSSE := f.noSSE
	f.mu.Unlock()
	if r.Header.Get("Accept") == "text/event-stream" {
		if noSSE {
			w.WriteHeader(http.StatusNotAcceptable)
			return
		}
		f.stream(w, r, cursor)
		return
	}
	hold, err := time.ParseDuration(r.URL.Query().Get("wait"))
	if err != nil || hold > 25*time.Second {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.poll(w, r, cursor, hold)
}

func (f *testFeed) stream(w http.ResponseWriter, r *http.Request, cursor string) {
	f.mu.Lock()
	f.streams++
	broken := f.breaks
	f.mu.Unlock()
	w.Header().Set("Content-Type", "text/event-stream")
	w.(http.Flusher).Flush()
	for r.Context().Err() == nil {
		f.mu.Lock()
		changed, quiet := f.changed, f.held || f.silent
		f.mu.Unlock()
		if !quiet {
			compact, next, _ := f.after(cursor)
			cursor = next
			if _, err := fmt.Fprintf(w, ": a comment\nid: %s\nevent: batch\ndata: %s\n\n", next, compact); err != nil {
				return
			}
		}
		pause := time.NewTimer(beat)
		select {
		case <-changed:
		case <-pause.C:
		case <-broken:
			return
		case <-r.Context().Done():
		}
		pause.Stop()
	}
}

func (f *testFeed) poll(w http.ResponseWriter, r *http.Request, cursor string, hold time.Duration) {
	end := time.NewTimer(hold)
	defer end.Stop()
	for {
		f.mu.Lock()
		changed := f.changed
		f.mu.Unlock()
		compact, next, news := f.after(cursor)
		if news {
			wait(r.Context(), f.slow)
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]string{"batch": compact, "cursor": next})
			return
		}
		select {
		case <-changed:
		case <-end.C:
			compact, next, _ = f.after(cursor)
			wait(r.Context(), f.slow)
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]string{"batch": compact, "cursor": next})
			return
		case <-r.Context().Done():
			return
		}
	}
}

// breakAll ends all streams.
func (f *testFeed) breakAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.breaks)
	f.breaks = make(chan struct{})
}

// last is what was asked for last.
func (f *testFeed) last() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.afters[len(f.afters)-1]
}
