package house

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/internal/testconfig"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
)

// hangs is how long something may take before it counts as one that never comes. It is
// no measure of speed: a busy machine takes long for much.
const hangs = 2 * time.Minute

// hearing receives when h reads revocations.
func hearing(h *House) <-chan struct{} {
	heard := make(chan struct{}, 1000)
	h.Feed.Follow(func(context.Context, map[string]int64) error {
		heard <- struct{}{}
		return nil
	}, oauth.VersionRevocations)
	return heard
}

// beating beats rows of h until the test ends.
func beating(t testing.TB, h *House, rows []Beat) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		runner{h.Store, newHolder(), h.Log}.run(ctx, rows)
		h.Feed.Wait()
		close(ended)
	}()
	t.Cleanup(func() { stop(); <-ended })
}

func wait(t testing.TB, heard <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-heard:
	case <-time.After(hangs):
		t.Fatalf("%s: nobody heard", what)
	}
}

// replicas opens two houses over one store. The second follows by the rows that
// are left of its background, and heard receives when it reads revocations.
func replicas(t testing.TB, url string, rows func([]Beat) []Beat) (here, there *House, heard <-chan struct{}) {
	t.Helper()
	cfg := testconfig.New(t)
	if url != "" {
		cfg.Store.URL = url
	}
	var houses [2]*House
	for i := range houses {
		h, err := Open(context.Background(), cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		})
		houses[i] = h
	}
	here, there = houses[0], houses[1]
	heard = hearing(there)
	for _, h := range houses {
		beating(t, h, rows(h.Beats()))
	}
	wait(t, heard, "the first reading")
	return here, there, heard
}

// withoutPoll leaves it to the news to wake the feed.
func withoutPoll(rows []Beat) []Beat {
	rows = slices.Clone(rows)
	for i := range rows {
		switch {
		case rows[i].Name == "follow the store":
			rows[i].Every = time.Hour
		case rows[i].Name == "listen for news":
			rows[i].Every = 10 * time.Millisecond
		}
	}
	return rows
}

// withoutNews leaves it to the poll.
func withoutNews(rows []Beat) []Beat {
	return slices.DeleteFunc(slices.Clone(rows), func(b Beat) bool { return strings.HasSuffix(b.Name, "news") })
}

func TestNewsTravelsBetweenReplicasOnPostgresWithListeningAndWithout(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]func([]Beat) []Beat{"by listening alone": withoutPoll, "by the poll alone": withoutNews} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := testpg.URL(t)
			here, there, heard := replicas(t, url, rows)
			end := func(jti string) {
				t.Helper()
				if err := here.OAuth.EndToken(t.Context(), jti, time.Now().Add(time.Minute)); err != nil {
					t.Fatal(err)
				}
				wait(t, heard, jti)
			}
			end("first")
			cut(t, url)
			end("after the listening connection was cut")
			if err := there.Feed.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
			if dead, err := there.Registry.Revoked(t.Context(), oauth.TokenFacts{JTI: "first", Issued: time.Now().Add(-time.Minute)}); err != nil || !dead {
				t.Error("the other replica accepts the token", err)
			}
		})
	}
}

// cut ends the connections that listen, if there are any.
func cut(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"); err != nil {
		t.Fatal(err)
	}
}

// How long one replica's news takes to another: from before the commit until
// the other begins to read. It is reported and not asserted.
func BenchmarkNewsBetweenReplicas(b *testing.B) {
	for _, c := range []struct {
		name string
		url  func(testing.TB) string
		rows func([]Beat) []Beat
	}{
		{"SQLite", func(testing.TB) string { return "" }, slices.Clone[[]Beat]},
		{"Postgres/listening", testpg.URL, slices.Clone[[]Beat]},
		{"Postgres/poll", testpg.URL, withoutNews},
	} {
		b.Run(c.name, func(b *testing.B) {
			here, _, heard := replicas(b, c.url(b), c.rows)
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				<-time.After(rand.N(here.Store.PollEvery())) // a commit comes at any time between two polls
				begun := time.Now()
				if err := here.OAuth.EndToken(b.Context(), fmt.Sprint(i), time.Now().Add(time.Minute)); err != nil {
					b.Fatal(err)
				}
				wait(b, heard, "news")
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// A pooler lends a listening connection to others, so there the poll carries it.
func TestNewsTravelsBetweenReplicasBehindPgBouncer(t *testing.T) {
	t.Parallel()
	url := testpg.Bouncer(t)(testpg.URL(t))
	here, there, heard := replicas(t, url, slices.Clone[[]Beat])
	if here.Store.Listens() || there.Store.Listens() {
		t.Error("it listens through a pooler")
	}
	if err := here.OAuth.EndToken(t.Context(), "first", time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	wait(t, heard, "first")
}
