package engine

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
)

// answers is a Postgres that lets everybody in and answers so many pings; then
// it takes what comes and says nothing more.
func answers(conn net.Conn, pings int) {
	peer := pgproto3.NewBackend(conn, conn)
	if _, err := peer.ReceiveStartupMessage(); err != nil {
		return
	}
	peer.Send(&pgproto3.AuthenticationOk{})
	peer.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	for {
		if peer.Flush() != nil {
			return
		}
		if _, err := peer.Receive(); err != nil {
			return
		}
		if pings--; pings >= 0 {
			peer.Send(&pgproto3.EmptyQueryResponse{})
			peer.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		}
	}
}

// A peer that vanished without a word closes nothing: only who asks finds out.
func TestListeningEndsWhenThePeerAnswersNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		go answers(theirs, 3)
		config, err := pgx.ParseConfig("postgres://gatehouse@peer.test/gatehouse?sslmode=disable")
		if err != nil {
			t.Fatal(err)
		}
		config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
		config.DialFunc = func(context.Context, string, string) (net.Conn, error) { return ours, nil }
		conn, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		err = awaitNews(t.Context(), conn)
		if took, want := time.Since(begun), 4*listenQuiet+listenAnswer; !errors.Is(err, context.DeadlineExceeded) || took != want {
			t.Errorf("the listener ends with %v after %s, want it after %s", err, took, want)
		}
		_ = conn.Close(context.Background())
		_ = theirs.Close()
		<-conn.PgConn().CleanupDone()
	})
}
