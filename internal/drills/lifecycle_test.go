package drills

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the drill looks into the store from outside
	_ "modernc.org/sqlite"
)

// D19: a process that is asked to end finishes every request that is under way,
// takes no new ones, and exits with success.
func TestDrillD19EndsWithoutDroppingARequest(t *testing.T) {
	w := newWorld(t, "sqlite")
	s := w.stage()
	p := w.start()
	browser := s.session()
	tokens := make([]string, 500)
	for i := range tokens {
		tokens[i], _ = s.family(browser)
	}
	// A request may take 15 seconds: a slow machine gets fewer of them.
	var requests []*half
	for begun := time.Now(); len(requests) < len(tokens) && time.Since(begun) < 3*time.Second; {
		requests = append(requests, s.begin(t, p, tokens[len(requests)]))
	}
	t.Logf("%d requests are under way", len(requests))
	ended := make(chan error, 1)
	go func() { ended <- p.terminate(hangs) }()
	waitUntilRefused(t, p)

	var failed sync.Map
	together(len(requests), func(i int) {
		if err := requests[i].finish(); err != nil {
			failed.Store(i, err)
		}
	})
	failed.Range(func(i, err any) bool {
		t.Errorf("request %v: %v", i, err)
		return true
	})
	if err := <-ended; err != nil {
		t.Errorf("the process ended with %v:\n%s", err, p.out)
	}
}

// half is a request that a handler has in hand and whose body is not sent yet.
type half struct {
	conn net.Conn
	rest string
}

func (s *stage) begin(t *testing.T, p *process, token string) *half {
	t.Helper()
	body := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}.Encode()
	at, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	req, err := http.NewRequest(http.MethodPost, p.url+"/oauth2/token", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(string(s.client.ID), url.QueryEscape(s.secret))
	head := fmt.Sprintf("POST /oauth2/token HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		at.Host, req.Header.Get("Authorization"), len(body))
	if _, err := io.WriteString(conn, head); err != nil {
		t.Fatal(err)
	}
	// The server asks for the body: a handler has the request in hand.
	answer := make([]byte, len(goAhead))
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != goAhead {
		t.Fatalf("the server answered %q, %v", answer, err)
	}
	return &half{conn, body}
}

const goAhead = "HTTP/1.1 100 Continue\r\n\r\n"

func (h *half) finish() error {
	if _, err := io.WriteString(h.conn, h.rest); err != nil {
		return err
	}
	_ = h.conn.SetReadDeadline(time.Now().Add(hangs)) // a connection of this test's own
	resp, err := http.ReadResponse(bufio.NewReader(h.conn), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", resp.Status)
	}
	return nil
}

// waitUntilRefused waits until the process takes no new connections.
func waitUntilRefused(t *testing.T, p *process) {
	t.Helper()
	at, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(hangs); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		conn, err := net.Dial("tcp", at.Host)
		if err != nil {
			return
		}
		conn.Close()
	}
	t.Fatal("the process still takes connections")
}

var setupLink = regexp.MustCompile(`/setup#token=`)

// D21: replicas that start at once on an empty database agree on one key of
// each algorithm, one set of data keys and one set-up link.
func TestDrillD21ReplicasAgreeOnTheirFirstBoot(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			for range rounds(8, 200) {
				firstBoot(t, backend)
			}
		})
	}
}

func firstBoot(t *testing.T, backend string) {
	t.Helper()
	w := newWorld(t, backend)
	replicas := make([]*process, 5)
	for i := range replicas {
		replicas[i] = w.launch(port(t), port(t))
	}
	links := 0
	for _, p := range replicas {
		p.waitReady()
	}
	waitFor(t, "RSA keys", func() bool { return strings.Contains(get(t, replicas[0].url+"/.well-known/jwks.json"), "RS256") })
	for _, p := range replicas {
		links += len(setupLink.FindAllString(p.out.String(), -1))
	}
	if links != 1 {
		t.Errorf("%d set-up links were printed, want 1", links)
	}
	for alg, n := range w.count(t, `SELECT algorithm, COUNT(*) FROM signing_keys GROUP BY algorithm`) {
		if n != 1 {
			t.Errorf("%d keys of %s, want 1", n, alg)
		}
	}
	for purpose, n := range w.count(t, `SELECT purpose, COUNT(*) FROM data_keys GROUP BY purpose`) {
		if n != 1 {
			t.Errorf("%d data keys for %s, want 1", n, purpose)
		}
	}
	waitFor(t, "the same key set everywhere", func() bool {
		set := get(t, replicas[0].url+"/.well-known/jwks.json")
		return !slices.ContainsFunc(replicas, func(p *process) bool { return get(t, p.url+"/.well-known/jwks.json") != set })
	})
	for _, p := range replicas {
		p.kill()
	}
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(hangs); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain for %s", what)
}

func get(t *testing.T, target string) string {
	t.Helper()
	resp, err := http.Get(target)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// count runs a query of (name, number) rows on the world's database.
func (w *world) count(t *testing.T, query string) map[string]int {
	t.Helper()
	driver, source := "pgx", w.cfg.Store.URL
	if path, ok := strings.CutPrefix(source, "sqlite:"); ok {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		counts[name] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return counts
}
