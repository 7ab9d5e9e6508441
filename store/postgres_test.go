package store_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"gatehouse/id"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
)

// killer ends every other connection to a database.
func killer(t *testing.T, url string) func() {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return func() {
		t.Helper()
		if _, err := c.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTransactionsSurviveALostConnection(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	s, kill := migrated(t, url), killer(t, url)
	runs := 0
	err := s.InTx(t.Context(), func(ctx context.Context) error {
		runs++
		if did, err := s.UseOnce(ctx, "survivor", "key", time.Now()); err != nil || !did {
			return errors.Join(err, errors.New("the key was there"))
		}
		if runs == 1 {
			kill()
		}
		_, err := s.Versions(ctx)
		return err
	})
	if err != nil || runs != 2 {
		t.Errorf("after %d runs: %v, want success in the second run", runs, err)
	}
}

func TestReadsSurviveALostConnection(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	s, kill := migrated(t, url), killer(t, url)
	for range 5 {
		if _, err := s.Versions(t.Context()); err != nil {
			t.Fatal(err)
		}
		kill()
	}
}

// Two transactions that take the same two rows in opposite order: Postgres ends
// one, and it runs again.
func TestTransactionsSurviveADeadlock(t *testing.T) {
	t.Parallel()
	s := openPostgres(t)
	var met, wg sync.WaitGroup
	met.Add(2)
	for _, keys := range [][2]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			runs := 0
			err := s.InTx(t.Context(), func(ctx context.Context) error {
				runs++
				never := func(int) time.Duration { return 0 }
				if _, _, err := s.TakeAttempt(ctx, keys[0], time.Now(), never); err != nil {
					return err
				}
				if runs == 1 {
					met.Done()
					met.Wait()
				}
				_, _, err := s.TakeAttempt(ctx, keys[1], time.Now(), never)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, key := range []string{"a", "b"} {
		if a, _, err := s.TakeAttempt(t.Context(), key, time.Now(), func(int) time.Duration { return 0 }); err != nil || a.Failures != 3 {
			t.Errorf("%s was counted %d times before, want 2 (%v)", key, a.Failures-1, err)
		}
	}
}

// A server that was just started refuses connections for a while (57P03).
func TestStoreWaitsForAServerThatStartsUp(t *testing.T) {
	t.Parallel()
	target := testpg.URL(t)
	address, asked := startingUp(t, target, 3)
	s := open(t, address)
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if n := asked.Load(); n < 4 {
		t.Errorf("the server was asked %d times, want at least 4", n)
	}
}

// startingUp is a server before target that refuses the first n connections as
// one that is starting up does. It returns its address and how often it was
// asked.
func startingUp(t *testing.T, target string, n int64) (address string, asked *atomic.Int64) {
	t.Helper()
	config, err := pgx.ParseConfig(target)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(config.Host, "/") {
		t.Skip("the server is not on a unix socket")
	}
	dir := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	asked = new(atomic.Int64)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			if asked.Add(1) <= n {
				refuse(c)
				continue
			}
			go forward(c, filepath.Join(config.Host, ".s.PGSQL.5432"))
		}
	}()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = url.Values{"host": {dir}}.Encode()
	return u.String(), asked
}

func refuse(c net.Conn) {
	defer c.Close()
	backend := pgproto3.NewBackend(c, c)
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return
	}
	backend.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "57P03", Message: "the database system is starting up"})
	_ = backend.Flush()
}

func forward(c net.Conn, socket string) {
	defer c.Close()
	server, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer server.Close()
	go func() { _, _ = io.Copy(server, c) }()
	_, _ = io.Copy(c, server)
}

// A refresh reads its family and rotates it. Each is one round trip once the
// connection is warm: no BEGIN and COMMIT, no preparing, no resetting, no ping.
func TestReadingAndRotatingAFamilyAreOneRoundTripEach(t *testing.T) {
	t.Parallel()
	address, trips := counting(t, testpg.URL(t))
	s := migrated(t, address)
	now := time.Now().UTC().Truncate(time.Microsecond)
	family, _ := id.NewFamily()
	f := oauth.Family{ID: family, CurrentHash: []byte{0}, Generation: 1, Created: now, RotatedAt: now, IdleExpires: now.Add(time.Hour), Expires: now.Add(time.Hour)}
	if err := s.InsertFamily(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	for i := range byte(4) {
		before := trips.Load()
		if _, _, err := s.Family(t.Context(), family); err != nil {
			t.Fatal(err)
		}
		read := trips.Load()
		ok, err := s.RotateFamily(t.Context(), oauth.Rotation{Family: family, Presented: []byte{i}, Next: []byte{i + 1}, Sealed: []byte("sealed"), Now: now, IdleExpires: f.IdleExpires})
		if err != nil || !ok {
			t.Fatalf("rotation %d: %v, %v", i, ok, err)
		}
		if rotated := trips.Load(); i > 0 && (read-before != 1 || rotated-read != 1) {
			t.Errorf("round %d: %d round trips to read, %d to rotate", i, read-before, rotated-read)
		}
	}
}

// counting is a way to target that counts how often the server became ready for
// the next query.
func counting(t *testing.T, target string) (address string, trips *atomic.Int64) {
	t.Helper()
	config, err := pgx.ParseConfig(target)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(config.Host, "/") {
		t.Skip("the server is not on a unix socket")
	}
	dir := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	trips = new(atomic.Int64)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", filepath.Join(config.Host, ".s.PGSQL.5432"))
			if err != nil {
				_ = c.Close()
				continue
			}
			go func() { _, _ = io.Copy(server, c); _ = server.Close() }()
			go func() { relay(c, server, trips); _ = c.Close() }()
		}
	}()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = url.Values{"host": {dir}}.Encode()
	return u.String(), trips
}

// relay passes on the server's messages, and counts each ReadyForQuery before.
func relay(to io.Writer, from io.Reader, trips *atomic.Int64) {
	head := make([]byte, 5) // a type and a length that counts itself
	for {
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		if head[0] == 'Z' {
			trips.Add(1)
		}
		if _, err := to.Write(head); err != nil {
			return
		}
		if _, err := io.CopyN(to, from, int64(binary.BigEndian.Uint32(head[1:]))-4); err != nil {
			return
		}
	}
}
