// Command bench measures the built server beside a bare Go server that does
// the least work each operation can mean, in one interleaved suite, and prints a
// table of ratios for docs/performance.md. It needs the load driver and the bare
// server, whose folder GATEHOUSE_TEST_PERF_DIR names; `make bench/http` looks for it.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"gatehouse/identity/password/worker"
)

var (
	perf     = flag.String("perf", "", "folder that holds ceiling and loaddriver")
	bin      = flag.String("bin", "bin/gatehouse", "the built server")
	duration = flag.String("d", "3s", "length of one run")
	repeat   = flag.Int("repeat", 3, "runs of each scenario")
	only     = flag.String("only", "", "measure only the parts whose name holds this")
	ways     = flag.String("doors", "", "with -only gate: measure only the ways whose name holds this, and the bare proxy")
	beside   = flag.String("browsers", "", "be the crowd that signs in at this server, and nothing else")
	pace     = flag.Float64("pace", 0, "with -browsers: sign-ins a second of all together; 0: as many as go")
	signOnly = flag.String("bare-sign-ins", "", "be the bare server of tokens and sign-ins at this address, and nothing else")
	pages    = flag.String("pages", "", "with -bare-sign-ins: folder with the pages it shows")
	derive   = flag.Bool("derive", false, "with -bare-sign-ins: derive the keys of passwords in a child process")
	bareOnly = flag.String("bare-decisions", "", "be the bare server of decisions at this address, and nothing else")
	upstream = flag.String("bare-upstream", "", "be the bare upstream of the gate at this address, and nothing else")
	proxied  = flag.String("bare-proxy", "", "be a bare reverse proxy at this address, and nothing else")
	empty    = flag.String("bare-empty", "", "be a bare server at this address that answers 204 to everything, and nothing else")
	checking = flag.String("bare-auth", "", "be a bare server of forward-auth at this address, and nothing else")
	to       = flag.String("to", "", "with -bare-proxy: the upstream; with -bare-auth: the key set")
	crowded  = flag.Int("growth", 0, "compare an empty house with one of so many people, instead of all else")
	grants   = flag.Bool("grants", false, "with -growth: one in five has a grant and a membership")
	kept     = flag.String("keep", "", "folder in which databases are made and left, instead of one that is removed; full houses on SQLite are used again, with -console on both databases")
	listed   = flag.Int("lists", 0, "ask for the lists of the admin API in a house of so many people, instead of all else")
	portion  = flag.Int("portion", 1, "with -console: of people and grants one in so many, for a look")
	consoled = flag.Bool("console", false, "ask for the pages of the console in a house as large as the large demo, instead of all else")
	onePage  = flag.String("page", "", "with -console: measure only the pages whose address holds this")
	profile  = flag.String("profile", "", "folder for CPU profiles of the server")
)

func main() {
	worker.Main() // a child of the bare server hashes passwords, and does nothing below
	flag.Parse()
	do := run
	switch {
	case *beside != "":
		do = func() error { return browse(*beside, *pace) }
	case *auditJob != "":
		do = func() error { return readAudit(*auditJob, flag.Arg(0)) }
	case *bareOnly != "":
		do = func() error { return serveBareDecisions(*bareOnly) }
	case *upstream != "":
		do = func() error { return serveBareUpstream(*upstream) }
	case *proxied != "":
		do = func() error { return serveBareProxy(*proxied, *to) }
	case *empty != "":
		do = func() error { return serveEmpty(*empty) }
	case *checking != "":
		do = func() error { return serveBareAuth(*checking, *to) }
	case *signOnly != "":
		do = func() error { return serveBareSignIns(*signOnly, *pages, *derive) }
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one measuring session and what it must stop again.
type bench struct {
	dir     string
	ceiling string // built
	driver  string
	stop    []func()
}

func run() error {
	b := &bench{dir: *kept}
	if b.dir == "" {
		dir, err := os.MkdirTemp("", "gatehouse-bench-")
		if err != nil {
			return err
		}
		b.dir = dir
	}
	defer b.close()
	if *listed+*audited == 0 && !*consoled {
		if err := b.build(); err != nil {
			return err
		}
	}
	fmt.Printf("# %s, %d CPUs, %s per run, %d runs, medians\n\n", runtime.Version(), runtime.NumCPU(), *duration, *repeat)
	type part struct {
		name string
		do   func(*bench) error
	}
	parts := []part{
		{"binary", (*bench).binary},
		{"start", (*bench).startTimes},
		{"stateless", (*bench).stateless},
		{"decisions", (*bench).decisions},
		{"rotation sqlite", func(b *bench) error { return b.rotation("sqlite") }},
		{"rotation postgres", func(b *bench) error { return b.rotation("postgres") }},
		{"sign-ins", (*bench).signIns},
		{"passwords", (*bench).passwords},
		{"gate", (*bench).gate},
		{"memory", (*bench).memory},
	}
	if *crowded > 0 {
		parts = parts[:0]
		for _, backend := range []string{"sqlite", "postgres"} {
			parts = append(parts, part{"growth " + backend, func(b *bench) error { return b.growth(backend) }})
		}
	}
	if *listed > 0 {
		parts = parts[:0]
		for _, backend := range []string{"sqlite", "postgres"} {
			parts = append(parts, part{"lists " + backend, func(b *bench) error { return b.lists(backend) }})
		}
	}
	if *consoled {
		parts = parts[:0]
		for _, backend := range []string{"sqlite", "postgres"} {
			parts = append(parts, part{"console " + backend, func(b *bench) error { return b.consolePages(backend) }})
		}
	}
	if *audited > 0 {
		parts = parts[:0]
		for _, backend := range []string{"sqlite", "postgres"} {
			parts = append(parts, part{"audit " + backend, func(b *bench) error { return b.audit(backend) }})
		}
	}
	for _, p := range parts {
		if !strings.Contains(p.name, *only) {
			continue
		}
		if err := p.do(b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func (b *bench) close() {
	b.stopAll()
	if *kept == "" {
		_ = os.RemoveAll(b.dir) // a temporary directory
	}
}

func (b *bench) stopAll() {
	for i := len(b.stop) - 1; i >= 0; i-- {
		b.stop[i]()
	}
	b.stop = nil
}

func (b *bench) build() error {
	b.ceiling, b.driver = filepath.Join(b.dir, "ceiling"), filepath.Join(b.dir, "loaddriver")
	for name, out := range map[string]string{"ceiling": b.ceiling, "loaddriver": b.driver} {
		cmd := exec.Command("go", "build", "-o", out, ".")
		cmd.Dir = filepath.Join(*perf, name)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", name, err, text)
		}
	}
	return nil
}

// launch starts a process and ends it with the part.
func (b *bench) launch(env []string, name string, args ...string) (*exec.Cmd, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	b.stop = append(b.stop, func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()
	})
	return cmd, nil
}

func waitFor(url string) error {
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("%s did not answer in time", url)
}

// scenario is one line of the load driver's suite.
type scenario struct {
	Name   string `json:"name"`
	Mode   string `json:"mode"`
	URL    string `json:"url"`
	ID     string `json:"id,omitempty"`
	Secret string `json:"secret,omitempty"`
	Tokens string `json:"tokens,omitempty"`
	// Headers are those that each request has besides, and Expect its status; 0: 200.
	Headers []string `json:"headers,omitempty"`
	Expect  int      `json:"expect,omitempty"`
	Conc    int      `json:"c,omitempty"`
	Dur     string   `json:"d,omitempty"`
	Warm    string   `json:"warm,omitempty"`
	Want    string   `json:"want,omitempty"`
	PIDs    []int    `json:"pids,omitempty"`
	// Rate is how many are asked a second; 0: as many as go.
	Rate float64 `json:"rate,omitempty"`
}

// result is what the driver prints of a scenario.
type result struct {
	Name       string  `json:"name"`
	Conc       int     `json:"c"`
	RPS        float64 `json:"rps"`
	P50        float64 `json:"p50_ms"`
	P99        float64 `json:"p99_ms"`
	Errors     int64   `json:"errors"`
	FirstError string  `json:"first_error"`
	CPU        float64 `json:"server_cpu_us_per_req"`
	RSS        float64 `json:"server_rss_peak_mb"`
	Foreign    float64 `json:"foreign_cores"`
}

// suite runs scenarios interleaved and returns their medians by name.
func (b *bench) suite(list []scenario) (map[string]result, error) {
	for i := range list {
		if list[i].Dur == "" {
			list[i].Dur = *duration
		}
		list[i].Warm = "300ms"
	}
	content, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(b.dir, "suite.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return nil, err
	}
	var stderr bytes.Buffer
	cmd := exec.Command(b.driver, "-suite", file, "-repeat", strconv.Itoa(*repeat))
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("loaddriver: %w: %s %s", err, stderr.String(), out)
	}
	return readResults(out)
}

// readResults takes the driver's JSON, whatever object wraps its list.
func readResults(out []byte) (map[string]result, error) {
	var wrapped struct {
		Results   []result `json:"results"`
		Scenarios []result `json:"scenarios"`
		Medians   []result `json:"medians"`
	}
	var list []result
	if err := json.Unmarshal(out, &list); err != nil {
		if err := json.Unmarshal(out, &wrapped); err != nil {
			return nil, fmt.Errorf("read the driver's results: %w", err)
		}
		list = append(append(wrapped.Results, wrapped.Scenarios...), wrapped.Medians...)
	}
	byName := map[string]result{}
	for _, r := range list {
		byName[r.Name] = r
	}
	if len(byName) == 0 {
		return nil, errors.New("the driver printed no results")
	}
	return byName, nil
}

func (r result) line() string {
	text := fmt.Sprintf("%.0f | %.2f | %.1f | %.0f | %.1f", r.RPS, r.P50, r.P99, r.CPU, r.Foreign)
	if r.Errors > 0 {
		text += fmt.Sprintf(" | **%d errors: %s**", r.Errors, r.FirstError)
	}
	return text
}

// table prints scenarios, each with its ratio to a base.
func table(title string, results map[string]result, rows [][2]string) {
	fmt.Printf("## %s\n\n| scenario | of base | req/s | p50 ms | p99 ms | CPU µs | foreign cores |\n| --- | --- | --- | --- | --- | --- | --- |\n", title)
	for _, row := range rows {
		r, base := results[row[0]], results[row[1]]
		ratio := "1"
		if row[1] != row[0] && base.RPS > 0 {
			ratio = fmt.Sprintf("%.2fx %s", r.RPS/base.RPS, row[1])
		}
		fmt.Printf("| %s | %s | %s |\n", r.Name, ratio, r.line())
	}
	fmt.Println()
}

// profileHere writes a CPU profile of this process, in which the server is, while do runs.
func profileHere(name string, do func() error) error {
	if *profile == "" {
		return do()
	}
	out, err := os.Create(filepath.Join(*profile, name+".pb"))
	if err != nil {
		return err
	}
	defer out.Close()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return do()
}

// profileWhile fetches a CPU profile of the server while do runs.
func profileWhile(s *subject, name string, do func() error) error {
	if *profile == "" {
		return do()
	}
	fetched := make(chan error, 1)
	go func() {
		out, err := os.Create(filepath.Join(*profile, name+".pb"))
		if err != nil {
			fetched <- err
			return
		}
		resp, err := http.Get(strings.TrimSuffix(s.healthy, "/readyz") + "/debug/pprof/profile?seconds=8")
		if err == nil {
			_, err = io.Copy(out, resp.Body)
			resp.Body.Close()
		}
		fetched <- errors.Join(err, out.Close())
	}()
	return errors.Join(do(), <-fetched)
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func background() context.Context { return context.Background() }

// open runs one scenario in the driver's open loop.
func (b *bench) open(args []string) (result, error) {
	out, err := exec.Command(b.driver, args...).Output()
	if err != nil {
		return result{}, fmt.Errorf("loaddriver: %w: %s", err, out)
	}
	var r result
	if err := json.Unmarshal(out, &r); err == nil && r.RPS > 0 {
		return r, nil
	}
	all, err := readResults(out)
	if err != nil {
		return result{}, err
	}
	for _, r := range all {
		return r, nil
	}
	return result{}, errors.New("the driver printed no result")
}
