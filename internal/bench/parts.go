package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/freeport"
)

// ceilingSecret is the client secret that the bare server knows.
const ceilingSecret = "s3cret-of-forty-characters-0123456789ab"

type bare struct {
	url    string
	pid    int
	tokens string // prefix of its token files
}

func (b *bench) bareServer(name, store string, batch, seed int) (bare, error) {
	port, err := freeport.Next()
	if err != nil {
		return bare{}, err
	}
	c := bare{url: "http://127.0.0.1:" + port, tokens: filepath.Join(b.dir, name)}
	cmd, err := b.launch(nil, b.ceiling, "-listen", "127.0.0.1:"+port, "-store", store, "-batch", strconv.Itoa(batch), "-seed", fmt.Sprintf("%d:%s", seed, c.tokens))
	if err != nil {
		return bare{}, err
	}
	c.pid = cmd.Process.Pid
	return c, waitFor(c.url + "/hello")
}

// stateless measures what writes no row.
func (b *bench) stateless() error {
	defer b.stopAll()
	c, err := b.bareServer("bare", "memory", 0, 1000)
	if err != nil {
		return err
	}
	s, err := b.newSubject("stateless", "", 0, 1)
	if err != nil {
		return err
	}
	tokens, err := s.accessTokens(500)
	if err != nil {
		return err
	}
	var results map[string]result
	if err := profileWhile(s, "stateless", func() (err error) {
		results, err = b.suite(statelessScenarios(c, s, tokens))
		return err
	}); err != nil {
		return err
	}
	table("Without a row", results, [][2]string{
		{"hello", "hello"},
		{"ceiling client_credentials", "ceiling client_credentials"},
		{"gatehouse client_credentials", "ceiling client_credentials"},
		{"ceiling introspection", "ceiling introspection"},
		{"gatehouse introspection", "ceiling introspection"},
		{"ceiling JWKS", "ceiling JWKS"},
		{"gatehouse JWKS", "ceiling JWKS"},
		{"ceiling discovery", "ceiling discovery"},
		{"gatehouse discovery", "ceiling discovery"},
	})
	return nil
}

func statelessScenarios(c bare, s *subject, tokens string) []scenario {
	bareP, ours := []int{c.pid}, []int{s.pid}
	return []scenario{
		{Name: "hello", Mode: "get", URL: c.url + "/hello", Conc: 16, PIDs: bareP},
		{Name: "ceiling client_credentials", Mode: "client_credentials", URL: c.url + "/token", ID: "bench", Secret: ceilingSecret, Conc: 16, PIDs: bareP},
		{Name: "gatehouse client_credentials", Mode: "client_credentials", URL: s.url + "/oauth2/token", ID: s.clientID, Secret: s.secret, Conc: 16, PIDs: ours},
		{Name: "ceiling introspection", Mode: "introspect", URL: c.url + "/introspect", ID: "bench", Secret: ceilingSecret, Tokens: c.tokens + ".access", Want: `"active":true`, Conc: 16, PIDs: bareP},
		{Name: "gatehouse introspection", Mode: "introspect", URL: s.url + "/oauth2/introspect", ID: s.clientID, Secret: s.secret, Tokens: tokens, Want: `"active":true`, Conc: 16, PIDs: ours},
		{Name: "ceiling JWKS", Mode: "get", URL: c.url + "/jwks", Conc: 16, PIDs: bareP},
		{Name: "gatehouse JWKS", Mode: "get", URL: s.url + "/.well-known/jwks.json", Conc: 16, PIDs: ours},
		{Name: "ceiling discovery", Mode: "get", URL: c.url + "/.well-known/openid-configuration", Conc: 16, PIDs: bareP},
		{Name: "gatehouse discovery", Mode: "get", URL: s.url + "/.well-known/openid-configuration", Conc: 16, PIDs: ours},
	}
}

// rotation measures durable refresh rotation on one database.
func (b *bench) rotation(backend string) error {
	defer b.stopAll()
	store, ourStore := "sqlite:modernc:FULL:"+filepath.Join(b.dir, "ceiling.db"), ""
	if backend == "postgres" {
		admin := os.Getenv("GATEHOUSE_TEST_POSTGRES")
		if admin == "" {
			fmt.Print("## Refresh rotation, postgres\n\nskipped: GATEHOUSE_TEST_POSTGRES is not set\n\n")
			return nil
		}
		var err error
		if store, ourStore, err = benchDatabases(admin); err != nil {
			return err
		}
	}
	c, err := b.bareServer("bare-"+backend, store, 64, 2000)
	if err != nil {
		return err
	}
	s, err := b.newSubject("rotation-"+backend, ourStore, 2000, 1)
	if err != nil {
		return err
	}
	var list []scenario
	var rows [][2]string
	for _, conns := range []int{16, 64} {
		base, ours := fmt.Sprintf("ceiling rotation, %d connections", conns), fmt.Sprintf("gatehouse rotation, %d connections", conns)
		list = append(list,
			scenario{Name: base, Mode: "refresh", URL: c.url + "/rotate", ID: "bench", Secret: ceilingSecret, Tokens: b.half(c.tokens+".refresh", conns), Conc: conns, PIDs: []int{c.pid}},
			scenario{Name: ours, Mode: "refresh", URL: s.url + "/oauth2/token", ID: s.clientID, Secret: s.secret, Tokens: b.half(s.refresh, conns), Conc: conns, PIDs: []int{s.pid}})
		rows = append(rows, [2]string{base, base}, [2]string{ours, base})
	}
	var results map[string]result
	if err := profileWhile(s, "rotation-"+backend, func() (err error) {
		results, err = b.suite(list)
		return err
	}); err != nil {
		return err
	}
	table("Refresh rotation, "+backend+" (durable, group commit, no ID token)", results, rows)
	return nil
}

// half gives each scenario tokens of its own: the first or the second thousand.
func (b *bench) half(file string, conns int) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return file
	}
	lines := strings.Fields(string(content))
	mid := len(lines) / 2
	part := lines[:mid]
	if conns > 16 {
		part = lines[mid:]
	}
	out := fmt.Sprintf("%s.%d", file, conns)
	if err := os.WriteFile(out, []byte(strings.Join(part, "\n")+"\n"), 0o600); err != nil {
		return file
	}
	return out
}

// benchDatabases names a database for the bare server and one for ours.
func benchDatabases(admin string) (bareStore, ours string, err error) {
	u, err := url.Parse(admin)
	if err != nil {
		return "", "", err
	}
	names := []string{"bench_ceiling", "bench_gatehouse"}
	if err := createDatabases(admin, names); err != nil {
		return "", "", err
	}
	dsn := func(name string) string {
		c := *u
		c.Path = "/" + name
		return c.String()
	}
	return "pg:2:" + dsn(names[0]), dsn(names[1]), nil
}

// startTimes measures the time to the first ready answer, medians of five.
func (b *bench) startTimes() error {
	defer b.stopAll()
	var first, again []time.Duration
	for i := range 5 {
		cfg, err := b.configFor(fmt.Sprintf("start-%d", i), "")
		if err != nil {
			return err
		}
		s := &subject{cfg: cfg}
		for _, list := range []*[]time.Duration{&first, &again} {
			began := time.Now()
			if err := b.serve(s); err != nil {
				return err
			}
			*list = append(*list, time.Since(began))
			b.stopAll()
		}
	}
	fmt.Printf("## Start to ready\n\n| start | median | all |\n| --- | --- | --- |\n| first, empty directory | %v | %v |\n| existing database | %v | %v |\n\n",
		median(first), rounded(first), median(again), rounded(again))
	return nil
}

func median(d []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(d))
	return sorted[len(sorted)/2].Round(time.Millisecond)
}

func rounded(d []time.Duration) []time.Duration {
	out := make([]time.Duration, len(d))
	for i, v := range d {
		out[i] = v.Round(time.Millisecond)
	}
	return out
}

// binary prints the size of what is shipped.
func (b *bench) binary() error {
	info, err := os.Stat(*bin)
	if err != nil {
		return err
	}
	fmt.Printf("## Binary\n\n%.1f MiB, stripped\n\n", float64(info.Size())/(1<<20))
	return nil
}

// rss returns the resident memory of a process and its children in MB.
func rss(pid int) (float64, error) {
	total, err := rssOf(pid)
	if err != nil {
		return 0, err
	}
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return 0, err
	}
	for _, list := range lists {
		children, err := os.ReadFile(list)
		if err != nil {
			continue // a thread that has ended meanwhile
		}
		for child := range strings.FieldsSeq(string(children)) {
			n, err := strconv.Atoi(child)
			if err != nil {
				return 0, err
			}
			mb, err := rssOf(n)
			if err != nil {
				return 0, err
			}
			total += mb
		}
	}
	return total, nil
}

func rssOf(pid int) (float64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(content)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 64)
			return n / 1024, err
		}
	}
	return 0, fmt.Errorf("no VmRSS for %d", pid)
}
