package pdp

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"gatehouse/fault"
	"gatehouse/web"
)

// listener is one connection of the feed.
type listener struct {
	feed   *Feed
	caller FeedCaller
	closed <-chan struct{}
	at     cursor
}

// tell returns what the caller is told next, by the right that they have now. The
// listener is then at its end.
func (l *listener) tell(ctx context.Context) (*batch, error) {
	apis, all, err := l.caller.APIs(ctx)
	if err != nil {
		return nil, err
	}
	b, err := l.feed.batch(ctx, l.at, apis, all)
	if err == nil {
		l.at = b.to
	}
	return b, err
}

// stream writes batches as events until the connection, the caller's right or the
// server ends. Once the first is written there is nobody to tell an error.
func (l *listener) stream(ctx context.Context, w http.ResponseWriter, to *http.ResponseController) error {
	news := l.news()
	b, err := l.tell(ctx)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		if b != nil && !write(w, to, b) {
			return nil
		}
		if (b == nil || !b.more) && !l.wait(ctx, news, beat.C, nil) {
			return nil
		}
		news = l.news()
		if b, err = l.tell(ctx); err != nil && !fault.Is(err, fault.Unavailable) {
			return nil
		}
	}
}

// news are the channels that are closed when there is something to tell.
func (l *listener) news() [2]<-chan struct{} {
	return [2]<-chan struct{}{l.feed.Policy.Next(), l.feed.Revoked.Next()}
}

// wait returns when it is time for another batch; false when there will be none: the
// connection or the patience is over.
func (l *listener) wait(ctx context.Context, news [2]<-chan struct{}, beat, patience <-chan time.Time) bool {
	select {
	case <-ctx.Done():
		return false
	case <-l.closed:
		return false
	case <-patience:
		return false
	case <-beat:
		return true
	case <-news[0]:
	case <-news[1]:
	}
	select { // what comes at the same time goes together
	case <-ctx.Done():
		return false
	case <-l.closed:
		return false
	case <-time.After(pace):
		return true
	}
}

// write sends an event, and reports whether it went.
func write(w http.ResponseWriter, to *http.ResponseController, b *batch) bool {
	_ = to.SetWriteDeadline(time.Now().Add(writeBound))
	defer to.SetWriteDeadline(time.Time{})
	var text bytes.Buffer
	fmt.Fprintf(&text, "id: %s\nevent: batch\ndata: %s\n\n", b.to, b.jws)
	if _, err := w.Write(text.Bytes()); err != nil {
		return false
	}
	return to.Flush() == nil
}

// poll answers with one batch: with what there is to tell, or with an empty one
// when there was nothing for as long as the caller waits.
func (l *listener) poll(ctx context.Context, w http.ResponseWriter, to *http.ResponseController, wait time.Duration) error {
	patience := time.NewTimer(wait)
	defer patience.Stop()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		news := l.news()
		b, err := l.tell(ctx)
		if err != nil {
			return err
		}
		if b.tells || wait == 0 || !l.wait(ctx, news, beat.C, patience.C) {
			w.Header().Set("Cache-Control", "no-store")
			_ = to.SetWriteDeadline(time.Now().Add(writeBound))
			return web.JSON(w, http.StatusOK, map[string]string{"batch": b.jws, "cursor": b.to.String()})
		}
	}
}
