package pdp

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/oauth"
	"gatehouse/web"
)

// PathFeed is where resource servers hear of what was taken back.
const PathFeed = "/access/v1/feed"

// FeedLife is how long one connection lasts: its client goes on with another one.
const FeedLife = time.Hour

// The bounds of the feed.
const (
	maxStreams   = 1000 // of all callers
	maxStreamsOf = 50   // of one
	maxWait      = 30 * time.Second
	heartbeat    = 500 * time.Millisecond // between two batches, at most
	pace         = 20 * time.Millisecond  // between two batches, at least
	writeBound   = 5 * time.Second        // how long a batch may take to be written
)

// Feed tells resource servers what was taken back (docs/feed.md). All fields that
// are exported are needed; Open says that it is ready. It keeps no goroutine: each
// connection is served by its own, and all at one place share the batches.
type Feed struct {
	Issuer string
	// Policy says what people lost, Revoked which tokens were revoked.
	Policy interface {
		Current(ctx context.Context) (*access.Snapshot, error)
		Epoch() int64
		Next() <-chan struct{}
		LossesAfter(ctx context.Context, epoch int64, version uint64) (access.Losses, bool, error)
		RecentLosses(ctx context.Context) (access.Losses, int64, error)
	}
	Revoked interface {
		Current(ctx context.Context) error
		LastRevoked() int64
		Next() <-chan struct{}
		RevokedAfter(ctx context.Context, seq int64) (list []oauth.Revocation, to int64, more bool, err error)
	}
	Signer oauth.Signer
	// Caller authenticates a request. Its faults are answered as they are.
	Caller func(r *http.Request) (FeedCaller, error)

	flights singleflight.Group
	mu      sync.Mutex
	closed  chan struct{} // nil until somebody listens
	over    bool
	streams map[string]int // by caller
	total   int
	made    map[string]*batch // the last ones, by what they were made of
}

// FeedCaller is one who may hear the feed.
type FeedCaller struct {
	ID string // of what it may have so many connections
	// APIs returns the ids of the APIs that the caller is told of, or that these are
	// all, as it is now. A fault ends the connection, unless it is Unavailable: then
	// nothing is told meanwhile.
	APIs func(ctx context.Context) (ids []string, all bool, err error)
}

// Mount registers the route of the feed.
func (f *Feed) Mount(m *web.Mux) { m.Route("GET "+PathFeed, challenging(f.Serve)) }

// Serve answers one request of the feed: GET only. Faults: those of the caller,
// Malformed "feed.wait", TooMany "feed.full", Unavailable when nobody knows.
func (f *Feed) Serve(w http.ResponseWriter, r *http.Request) error {
	caller, err := f.Caller(r)
	if err != nil {
		return err
	}
	wait, err := waitOf(r)
	if err != nil {
		return err
	}
	closed, leave, err := f.enter(caller.ID)
	if err != nil {
		return err
	}
	defer leave()
	// The server's deadlines are for requests that are answered at once. Not every
	// writer has them.
	to := http.NewResponseController(w)
	_ = to.SetReadDeadline(time.Time{})
	_ = to.SetWriteDeadline(time.Time{})
	ctx, cancel := context.WithTimeout(r.Context(), FeedLife)
	defer cancel()
	l := &listener{feed: f, caller: caller, closed: closed, at: parseCursor(cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")))}
	if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		return l.stream(ctx, w, to)
	}
	return l.poll(ctx, w, to, wait)
}

// waitOf is how long a long poll may wait.
func waitOf(r *http.Request) (time.Duration, error) {
	text := r.URL.Query().Get("wait")
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 || wait > maxWait {
		return 0, fault.New(fault.Malformed, "feed.wait", "wait must be a time such as 25s, and at most "+maxWait.String()+".")
	}
	return wait, nil
}

// enter counts a connection of a caller; leave must be called when it ends. closed
// is closed when it is to end.
func (f *Feed) enter(caller string) (closed <-chan struct{}, leave func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over {
		return nil, nil, &fault.Error{Kind: fault.Unavailable, Code: "feed.closing", Detail: "This server is about to stop.", RetryAfter: time.Second}
	}
	if f.total >= maxStreams || f.streams[caller] >= maxStreamsOf {
		return nil, nil, &fault.Error{
			Kind: fault.TooMany, Code: "feed.full", Detail: "There are as many listeners as there may be.", RetryAfter: 5 * time.Second,
		}
	}
	if f.streams == nil {
		f.streams, f.closed = map[string]int{}, make(chan struct{})
	}
	f.total++
	f.streams[caller]++
	return f.closed, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.total--
		if f.streams[caller]--; f.streams[caller] == 0 {
			delete(f.streams, caller)
		}
	}, nil
}

// Listeners is how many connections there are.
func (f *Feed) Listeners() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.total
}

// Close ends all connections within a moment, and takes no more.
func (f *Feed) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.over && f.closed != nil {
		close(f.closed)
	}
	f.over = true
}
