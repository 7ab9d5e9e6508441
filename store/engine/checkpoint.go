package engine

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	checkpointAfter = 32                     // jobs of the writer
	checkpointRest  = 200 * time.Millisecond // between two rounds
)

// checkpointer copies the write-ahead log of SQLite into the file, on a
// connection of its own and beside the writer. SQLite would do it within the
// commit that makes the log long, for which everybody waits: in a large file
// thousands of pages lie far apart. It still does, since only there the log begins
// anew; but then little is left to copy. A round waits for nobody, and one that
// fails is made up for by the writer.
type checkpointer struct {
	db      *sql.DB
	log     *slog.Logger
	jobs    int // since the last wake; the writer's
	wake    chan struct{}
	closing chan struct{}
	once    sync.Once
	stopped chan struct{}
	rounds  atomic.Int64
}

func startCheckpointer(dsn string, log *slog.Logger) (*checkpointer, error) {
	db, err := sql.Open("sqlite", dsn) // it connects when it is first used
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	c := &checkpointer{db: db, log: log, wake: make(chan struct{}, 1), closing: make(chan struct{}), stopped: make(chan struct{})}
	go c.loop()
	return c, nil
}

// wrote is called by the writer behind each commit.
func (c *checkpointer) wrote(jobs int) {
	if c.jobs += jobs; c.jobs < checkpointAfter {
		return
	}
	c.jobs = 0
	select {
	case c.wake <- struct{}{}:
	default: // it will come
	}
}

func (c *checkpointer) loop() {
	defer close(c.stopped)
	for {
		select {
		case <-c.closing:
			return
		case <-c.wake:
		}
		if err := c.round(context.Background()); err != nil {
			c.log.Warn("the write-ahead log could not be copied; the next commits do it", "error", err.Error())
		}
		select {
		case <-c.closing:
			return
		case <-time.After(checkpointRest):
		}
	}
}

// round copies what the log has now, as far as no reader needs the file as it is.
func (c *checkpointer) round(ctx context.Context) error {
	var busy, frames, copied int
	defer c.rounds.Add(1)
	return c.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &copied)
}

func (c *checkpointer) close() error {
	c.once.Do(func() { close(c.closing) })
	<-c.stopped
	return c.db.Close()
}
