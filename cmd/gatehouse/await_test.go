package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/house"
)

// A server over a data directory reads what a command changed beside it before that command
// ends, although its flags said where it listens.
func TestWhatACommandChangesIsServedWhenItEnds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	internal := serving(t, dir)
	beside := &beside{t: t, env: []string{"GATEHOUSE_DATA_DIR=" + dir}}
	for _, args := range [][]string{
		{"org", "create", "--id", "acme"},
		{"group", "create", "--id", "desk"},
		{"api", "create", "--id", "shop", "--audience", "https://shop.example.test", "--permission", "orders:read"},
		{"service", "create", "--id", "robot"},
		{"role", "create", "--id", "support", "--permission", "shop/orders:read"},
		{"grant", "create", "--group", "desk", "--role", "support", "--reason", "Support"},
		{"lock", "create", "--role", "support", "--reason", "Looks"},
		{"lock", "lift", "--role", "support"},
		{"grant", "create", "--service", "robot", "--permission", "shop/orders:read", "--for", "1h", "--reason", "Support"},
		{"service", "disable", "robot"},
	} {
		before := policyServedAt(t, internal)
		code, stdout, stderr := beside.try(args...)
		if code != exitDone || stderr != "" {
			t.Fatalf("gatehouse %s: exit %d: %s%s", strings.Join(args, " "), code, stdout, stderr)
		}
		if after := policyServedAt(t, internal); after <= before {
			t.Errorf("after gatehouse %s the server decides by policy version %v, and by %v before", strings.Join(args, " "), after, before)
		}
	}
}

// serving runs a server over dir until the test ends, and returns where it tells of itself,
// which is in its flags alone.
func serving(t *testing.T, dir string) (internal string) {
	t.Helper()
	ports, err := freePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	internal = "127.0.0.1:" + ports[1]
	stdout := &until{text: "/setup#token=", found: make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--data-dir", dir, "--listen", "127.0.0.1:" + ports[0], "--listen-internal", internal, "--log-level", "error"}, nil, strings.NewReader(""), stdout, io.Discard)
	}()
	t.Cleanup(func() { stop(); <-done })
	stdout.wait(t)
	return internal
}

var policyServed = regexp.MustCompile(`(?m)^gatehouse_policy_version (\S+)$`)

// policyServedAt is by which version of the policy the server decides.
func policyServedAt(t *testing.T, internal string) float64 {
	t.Helper()
	resp, err := http.Get("http://" + internal + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	said := policyServed.FindSubmatch(body)
	if err != nil || said == nil {
		t.Fatalf("no policy version in the metrics: %v", err)
	}
	version, err := strconv.ParseFloat(string(said[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func TestACommandSaysWhenNobodyHeardOfItsChange(t *testing.T) {
	t.Parallel()
	answers := func(status int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		return strings.TrimPrefix(s.URL, "http://")
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	for i, c := range []struct{ at, says string }{
		{strings.TrimPrefix(gone.URL, "http://"), "No server answers at %s. Where one runs or is started this counts within a second, as policy version %d.\n"},
		{answers(503, ""), "The server at %s has not read this yet. It counts there as soon as it has: as policy version %d.\n"},
		{answers(404, "404 page not found"), "What answers at %s is no server of this house. Where one runs this counts within a second, as policy version %d.\n"},
		{answers(200, `{"same":"AAAA","policy_version":1000000}`), "What answers at %s is no server of this house. Where one runs this counts within a second, as policy version %d.\n"},
	} {
		b := newBeside(t)
		b.env = append(b.env, "GATEHOUSE_LISTEN_INTERNAL="+c.at)
		code, _, stderr := b.try("group", "create", "--id", "desk")
		if want := fmt.Sprintf(c.says, c.at, policyOf(t, b.house)); code != exitDone || stderr != want {
			t.Errorf("case %d: exit %d, and %q; want %q", i, code, stderr, want)
		}
		for _, args := range [][]string{
			{"group", "list"}, // changes nothing
			{"group", "create", "--id", "floor", "--json"},                                                        // is for programs
			{"client", "create", "--id", "web", "--name", "Web", "--redirect-uri", "https://app.example.test/cb"}, // no policy
		} {
			if code, _, stderr := b.try(args...); code != exitDone || strings.Contains(stderr, c.at) {
				t.Errorf("case %d: gatehouse %s: exit %d, and %q", i, strings.Join(args, " "), code, stderr)
			}
		}
	}
}

// policyOf is the version of the policy that the database holds.
func policyOf(t *testing.T, h *house.House) int64 {
	t.Helper()
	versions, err := h.Store.Versions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return versions[access.VersionPolicy]
}
