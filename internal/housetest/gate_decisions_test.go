package housetest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/apply"
	"gatehouse/config"
	"gatehouse/gate"
	"gatehouse/house"
	"gatehouse/internal/gatetest"
	"gatehouse/proxy"
)

// What the gate decides is written down without a credential, and can be made again by
// another policy and by other routes, by the clock of then.
func TestDecisionsAreKeptAndMadeAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "decisions.jsonl")
	g := newGated(t, func(c *config.Config) { c.Gate.Decisions.File, c.Gate.Decisions.Sample = file, 100 })
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	g.app.answers(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.RequestURI, "/internal/") {
			fmt.Fprintf(w, `{"owner_id":%q}`, g.ada.ID)
		}
	})
	for _, ask := range []struct {
		method, host, path string
		header             []string
		want               int
	}{
		{"GET", "api.example.test", "/orders", []string{bearer(token)}, 200},
		{"GET", "api.example.test", "/orders/1", []string{bearer(token)}, 200},
		{"POST", "api.example.test", "/orders", []string{bearer(token), "Content-Length: 0"}, 403},
		{"GET", "own.example.test", "/orders/1", []string{bearer(token)}, 200},
		{"GET", "api.example.test", "/orders", nil, 401},
		{"GET", "api.example.test", "/public/x", nil, 200},
	} {
		if status, _, body := g.send(t, ask.method, ask.host, ask.path, ask.header...); status != ask.want {
			t.Fatalf("%+v: %d %s", ask, status, body)
		}
	}
	must(t, g.House.Decisions.Step(t.Context(), time.Now()))
	text, err := os.ReadFile(file)
	must(t, err)
	if strings.Contains(string(text), token) {
		t.Error("a token is in the log")
	}
	info, err := os.Stat(file)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
	replay := func(set *gate.Set, s *access.Snapshot) (turns []string) {
		t.Helper()
		r := proxy.Replayer{Set: set, Policy: s}
		_, err := house.EachDecision(file, func(e *proxy.Entry) error { r.Replay(e); return nil })
		must(t, err)
		done := r.Done()
		if done.Decisions+done.Left != 6 {
			t.Errorf("%+v", done)
		}
		for _, one := range done.Turns {
			turns = append(turns, fmt.Sprintf("%d %s %s", one.Count, one.From, one.To))
		}
		return turns
	}
	snapshot := func() *access.Snapshot {
		t.Helper()
		s, err := g.House.Snapshot(t.Context())
		must(t, err)
		return s
	}
	set := g.House.Routes.Current()
	if turns := replay(set, snapshot()); len(turns) != 0 {
		t.Errorf("by the same: %v", turns)
	}
	// A set of files that is not applied takes away what Ada may.
	trial, err := g.House.Applies.Trial(t.Context(), gatetest.Console, apply.Set{Name: "files", Objects: []apply.Object{{Kind: apply.Grant, ID: "no", Spec: &apply.GrantSpec{
		Subject: apply.SubjectSpec{User: g.ada.Email}, Effect: "deny", Permission: "shop/orders:read", Reason: "not any more",
	}}}}, apply.Options{Adopt: true}, nil)
	must(t, err)
	if turns := replay(set, trial); !slices.Equal(turns, []string{"3 allow deny"}) {
		t.Errorf("with a deny: %v", turns)
	}
	_, err = g.House.Access.Revoke(t.Context(), gatetest.Console, g.grant.ID, "over")
	must(t, err)
	if turns := replay(set, snapshot()); len(turns) != 0 {
		t.Errorf("after a revocation what was before it turns: %v", turns)
	}
	writeRoutes(t, g.folder, g.app, strings.Replace(gateRoutes, `"/orders", "/orders/{rest...}"`, `"/orders"`, 1))
	g.routed(t)
	if turns := replay(g.House.Routes.Current(), snapshot()); !slices.Equal(turns, []string{"1 allow no route"}) {
		t.Errorf("by other routes: %v", turns)
	}
}

// The log is bounded: it is set aside when it is long, goes when it is old, and drops what
// there is no room for.
func TestTheLogOfDecisionsIsBounded(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "decisions.jsonl")
	d := house.NewDecisions(gate.DecisionsConfig{File: file, MaxMegabytes: 1, Keep: time.Hour})
	long := strings.Repeat("x", 4000)
	for range 12 {
		for range 300 {
			d.Decided(&proxy.Entry{Path: long})
		}
		must(t, d.Step(t.Context(), time.Now()))
	}
	names, err := filepath.Glob(file + "*")
	must(t, err)
	if len(names) != 9 {
		t.Errorf("there are %v", names)
	}
	for range 20_000 {
		d.Decided(&proxy.Entry{})
	}
	if n := d.Dropped(); n != 20_000-1<<14 {
		t.Errorf("%d were dropped", n)
	}
	must(t, d.Step(t.Context(), time.Now()))
	d.Decided(&proxy.Entry{})
	must(t, d.Step(t.Context(), time.Now()))
	must(t, d.Forget(t.Context(), time.Now().Add(2*time.Hour)))
	if names, _ = filepath.Glob(file + "*"); !slices.Equal(names, []string{file}) {
		t.Errorf("left are %v", names)
	}
}

// A stream is one decision, however often it is asked again, and a ticket is that about its
// WebSocket: made again, neither turns.
func TestAStreamIsOneDecision(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "decisions.jsonl")
	s := newStreaming(t, func(c *config.Config) { c.Gate.Decisions.File, c.Gate.Decisions.Sample = file, 100 })
	all := s.holds(t, "/shop")
	if status, _ := s.ticket(t, "gate.example.test", "/shop/ws", "Bearer "+s.token); status != http.StatusOK {
		t.Fatal(status)
	}
	_, err := s.House.Access.Revoke(t.Context(), gatetest.Console, s.grant.ID, "over")
	must(t, err)
	for _, h := range all {
		h.over(t)
	}
	must(t, s.House.Decisions.Step(t.Context(), time.Now()))
	policy, err := s.House.Snapshot(t.Context())
	must(t, err)
	r := proxy.Replayer{Set: s.House.Routes.Current(), Policy: policy}
	var got []string
	strange, err := house.EachDecision(file, func(e *proxy.Entry) error {
		got = append(got, e.Method+" "+e.Path+" "+e.Decision)
		if e.Subject != string(s.ada.ID) {
			t.Errorf("of whom is %+v?", e)
		}
		r.Replay(e)
		return nil
	})
	must(t, err)
	slices.Sort(got)
	if want := []string{"GET /shop/sse allow", "GET /shop/ws allow", "GET /shop/ws allow", "POST /shop/grpc allow"}; strange != 0 || !slices.Equal(got, want) {
		t.Errorf("%d %v, want %v", strange, got, want)
	}
	if done := r.Done(); done.Decisions != 4 || len(done.Turns) != 0 {
		t.Errorf("made again: %+v", done)
	}
}

// Lines that a process did not write to their end are passed over, and a file of something
// else is refused.
func TestWhatIsNoDecisionIsPassedOver(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "decisions.jsonl")
	const line = `{"ts":"2026-11-22T13:15:58Z","decision":"deny"}`
	for _, c := range []struct {
		text           string
		found, strange int
		problem        bool
	}{
		{line + "\n" + line[:20] + "\n" + line + "\n" + line[:9], 2, 2, false},
		{"", 0, 0, false},
		{"kind: Route\n", 0, 1, true},
		{"{}\n", 0, 1, true},
	} {
		must(t, os.WriteFile(file, []byte(c.text), 0o600))
		found := 0
		strange, err := house.EachDecision(file, func(*proxy.Entry) error { found++; return nil })
		if found != c.found || strange != c.strange || (err != nil) != c.problem {
			t.Errorf("%q: %d found, %d strange, %v", c.text, found, strange, err)
		}
	}
	if _, err := house.EachDecision(file+".none", func(*proxy.Entry) error { return nil }); err == nil {
		t.Error("what is not there is read")
	}
}

// What depended on more than was recorded is left out, and not guessed.
func TestWhatWasNotRecordedIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	writeRoutes(t, g.folder, g.app, mcpRoutes)
	g.routed(t)
	policy, err := g.House.Snapshot(t.Context())
	must(t, err)
	ask := proxy.Entry{At: time.Now(), Subject: string(g.ada.ID), Kind: "user", Method: "POST", Host: "api.example.test", Path: "/orders", Decision: "deny", Reason: "no_grant"}
	for name, c := range map[string]struct {
		change func(e *proxy.Entry)
		left   int
	}{
		"a refusal by the policy": {func(*proxy.Entry) {}, 0},
		"one that failed":         {func(e *proxy.Entry) { e.Decision = "error" }, 1},
		"a personal token":        {func(e *proxy.Entry) { e.Key = "key_1" }, 1},
		"what somebody came with": {func(e *proxy.Entry) { e.Reason = "" }, 1},
		"who came to what anybody may": {func(e *proxy.Entry) {
			e.Decision, e.Reason, e.Subject, e.Kind = "public", "", "", ""
		}, 1},
		"a call of a tool":       {func(e *proxy.Entry) { e.Host, e.Path, e.MCP = "mcp.example.test", "/mcp", true }, 1},
		"a call that was none":   {func(e *proxy.Entry) { e.Host, e.Path = "mcp.example.test", "/mcp" }, 1},
		"what was a call":        {func(e *proxy.Entry) { e.MCP = true }, 1},
		"a path that is none":    {func(e *proxy.Entry) { e.Path = "/a/../b" }, 1},
		"a resource unasked for": {func(e *proxy.Entry) { e.Method, e.Host, e.Path = "GET", "own.example.test", "/orders/1" }, 0},
	} {
		e, r := ask, proxy.Replayer{Set: g.House.Routes.Current(), Policy: policy}
		c.change(&e)
		if r.Replay(&e); r.Done().Left != c.left || r.Done().Decisions != 1-c.left {
			t.Errorf("%s: %+v", name, r.Done())
		}
	}
}

// Of what is allowed a part is written, down to none, and nothing of who asks too often.
func TestWhatIsAllowedIsWrittenInPart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "decisions.jsonl")
	g := newRated(t, func(c *config.Config) { c.Gate.Decisions.File, c.Gate.Decisions.Sample = file, 0 })
	for _, want := range []int{200, 200, 429} {
		if status, _, body := g.get(t, "rate.example.test", "/ip"); status != want {
			t.Fatalf("%d %s, want %d", status, body, want)
		}
	}
	if status, _, _ := g.get(t, "rate.example.test", "/sub"); status != http.StatusUnauthorized {
		t.Fatal(status)
	}
	must(t, g.House.Decisions.Step(t.Context(), time.Now()))
	var got []string
	_, err := house.EachDecision(file, func(e *proxy.Entry) error {
		got = append(got, e.Path+" "+e.Decision+" "+e.Code)
		return nil
	})
	must(t, err)
	if !slices.Equal(got, []string{"/sub unknown caller.unknown"}) {
		t.Errorf("written are %q", got)
	}
}
