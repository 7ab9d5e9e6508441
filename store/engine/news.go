package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is the name under which processes over one Postgres tell each other
// that there is news.
const channel = "gatehouse"

// listenSpare is how many connections a process must be allowed at least before
// one of them does nothing but listen.
const listenSpare = 4

// A listener that hears nothing cannot tell silence from a peer that is gone
// without a word: it asks when it has waited for listenQuiet, and gives the
// answer listenAnswer.
const (
	listenQuiet  = 30 * time.Second
	listenAnswer = 5 * time.Second
)

// Listens reports whether processes over this database can tell each other that
// there is news: on Postgres, if this one may have a connection for it, and no
// pooler in between, which would lend that to others.
func (d *DB) Listens() bool {
	p, is := d.backend.(*postgresBackend)
	return is && !p.pooled && p.pool.Config().MaxConns >= listenSpare
}

// Notify tells the processes that listen that there is news. It is a
// transaction of its own: within the one that made the news, it would line up
// all such transactions behind each other until each has committed. Nothing may
// depend on it: a pooler, or another engine that speaks Postgres' protocol, may
// keep it to itself.
func (d *DB) Notify(ctx context.Context) error {
	p, is := d.backend.(*postgresBackend)
	if !is {
		return nil
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	if _, err := p.pool.Exec(ctx, "NOTIFY "+channel); err != nil {
		return fmt.Errorf("tell others of news: %w", classify(err))
	}
	return nil
}

// Listen calls heard when it listens, for what was missed until then, and after
// each Notify of any process, this one included. It takes a connection of its own
// and returns when that is lost, or its peer silent, or when ctx ends, with the
// reason.
func (d *DB) Listen(ctx context.Context, heard func()) error {
	p, is := d.backend.(*postgresBackend)
	if !is {
		<-ctx.Done()
		return ctx.Err()
	}
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("listen for news: %w", classify(err))
	}
	// It counts among the pool's until it ends, but nobody may have it afterwards,
	// because it would listen still. A closed one leaves the pool.
	own := conn.Conn()
	defer func() {
		_ = own.Close(context.WithoutCancel(ctx)) // it may be lost already
		conn.Release()
	}()
	if _, err := own.Exec(ctx, "LISTEN "+channel); err != nil {
		return fmt.Errorf("listen for news: %w", classify(err))
	}
	for {
		heard()
		if err := awaitNews(ctx, own); err != nil {
			return fmt.Errorf("listen for news: %w", classify(err))
		}
	}
}

// awaitNews returns at the next notification.
func awaitNews(ctx context.Context, own *pgx.Conn) error {
	for {
		heard, err := waitQuiet(ctx, own)
		if heard || err != nil {
			return err
		}
	}
}

// waitQuiet waits for a notification, at most for listenQuiet, and then asks
// whether anybody is there. What was sent meanwhile is heard by the next wait.
func waitQuiet(ctx context.Context, own *pgx.Conn) (heard bool, err error) {
	quiet, cancel := context.WithTimeout(ctx, listenQuiet)
	defer cancel()
	_, err = own.WaitForNotification(quiet)
	if err == nil || ctx.Err() != nil || quiet.Err() == nil {
		return err == nil, err
	}
	answer, cancel := context.WithTimeout(ctx, listenAnswer)
	defer cancel()
	return false, own.Ping(answer)
}
