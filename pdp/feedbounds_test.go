package pdp

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/oauth"
)

// Another process may make a token of what was cut for a moment longer, so that what is
// told of it covers that moment; and a subject is told of once, with its last version.
func TestALossIsToldOnceWithItsLastVersion(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_700_000_000, 0)
	got := lostEvents([]access.Change{
		{Version: 3, Kind: access.LostSubject, Key: "usr_ada"},
		{Version: 4, Kind: access.LostAPI, Key: "shop"},
		{Version: 5, Kind: access.CutSession, Key: "ses_1", At: at},
		{Version: 6, Kind: access.LostSubject, Key: "usr_ada"},
		{Version: 7, Kind: access.CutClient, Key: "app_1", At: at},
		{Version: 8, Kind: access.LostAPI, Key: "shop"},
	})
	equal(t, "the events", got, []event{
		{Subject: "usr_ada", MinPV: 6},
		{API: "shop", MinPV: 8},
		{Revoked: &revoked{"session", "ses_1", 1_700_000_001}},
		{Revoked: &revoked{"client", "app_1", 1_700_000_001}},
	})
}

// The bound of one caller does not bound all of them.
func TestAllCallersTogetherHaveABoundedNumberOfStreams(t *testing.T) {
	t.Parallel()
	var f Feed
	var leave func()
	for i := range 1000 {
		_, left, err := f.enter(strconv.Itoa(i))
		if err != nil {
			t.Fatalf("stream %d: %v", i+1, err)
		}
		leave = left
	}
	if _, _, err := f.enter("one more"); !fault.Is(err, fault.TooMany) {
		t.Errorf("one too many is answered with %v", err)
	}
	leave()
	if _, _, err := f.enter("one more"); err != nil {
		t.Errorf("the place of one who left: %v", err)
	}
}

func TestAConnectionHasAnEnd(t *testing.T) {
	t.Parallel()
	g := newTold(t)
	var end time.Time
	g.feed.Caller = func(*http.Request) (FeedCaller, error) {
		return FeedCaller{ID: "shop", APIs: func(ctx context.Context) ([]string, bool, error) {
			end, _ = ctx.Deadline()
			return nil, true, nil
		}}, nil
	}
	if err := g.feed.Serve(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, PathFeed, nil)); err != nil {
		t.Fatal(err)
	}
	if end.IsZero() || time.Until(end) > time.Hour {
		t.Errorf("the connection lasts until %s, want an hour at most", end)
	}
}

// unheard is a registry of which nobody can know whether it has all revocations.
type unheard struct{ *oauth.Registry }

func (unheard) Current(context.Context) error { return errors.New("the store is away") }

func TestNothingIsToldWhileTheRevocationsAreUnknown(t *testing.T) {
	t.Parallel()
	g := newTold(t)
	g.feed.Revoked = unheard{g.feed.Revoked.(*oauth.Registry)}
	resp := g.get(t.Context(), "", "", false)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("it is answered with %d", resp.StatusCode)
	}
}
