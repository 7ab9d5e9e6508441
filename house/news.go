package house

import (
	"context"
	"sync"
	"time"
)

// How long a process waits before it listens again. A database that cannot do
// it, or a pooler in front of it, is asked seldom; the poll carries the news.
const listenAgain = 15 * time.Second

// spreadNews wires what a commit that raised a counter sets off: this process
// looks at once, and tells the others, where the database can carry that.
func (h *House) spreadNews() {
	h.Store.OnNews(func() {
		h.raised.Store(true)
		h.Feed.Wake()
		select {
		case h.told <- struct{}{}:
		default: // it will be told already
		}
	})
}

// newsBeats are the rows of processes that tell each other. Nothing depends on
// them: without them news is as late as the poll.
func (h *House) newsBeats() []Beat {
	if !h.Store.Listens() {
		return nil
	}
	return []Beat{
		{Name: "tell of news", Wake: h.told, Step: func(ctx context.Context, _ time.Time) error { return h.Store.Notify(ctx) }},
		{Name: "listen for news", Every: listenAgain, Step: h.listen},
	}
}

// listen listens until the connection is lost.
func (h *House) listen(ctx context.Context, _ time.Time) error {
	begun := sync.OnceFunc(func() { h.Log.Info("listening for news of other processes") })
	return h.Store.Listen(ctx, func() {
		begun()
		h.Feed.Wake()
	})
}
