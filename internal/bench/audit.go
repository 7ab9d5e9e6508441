package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/store"
	"gatehouse/wire"
)

var (
	audited  = flag.Int("audit", 0, "measure an audit log of so many events, instead of all else")
	auditJob = flag.String("audit-job", "", "read the audit log of the database that is named behind this, and nothing else: export or verify")
)

// auditKeys are those of the measured log.
var auditKeys = audit.KeysOf(func(label string) []byte { h := sha256.Sum256([]byte(label)); return h[:] })

// audit fills a log of real events, sealed as a server seals, and measures its pages, its
// export and its verification.
func (b *bench) audit(backend string) error {
	storeURL := "sqlite:" + filepath.Join(b.dir, "audit.db")
	if backend == "postgres" {
		urls, err := growthDatabases()
		if err != nil || len(urls) == 0 {
			return err
		}
		storeURL = urls["full"]
	}
	ctx := background()
	s, err := store.Open(ctx, store.Config{URL: storeURL, MaxConns: 8}, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	fmt.Printf("## An audit log of %d events, %s\n\n", *audited, backend)
	begun := time.Now()
	if err := fillAudit(ctx, s, *audited); err != nil {
		return err
	}
	fmt.Printf("made in %s\n\n| question | first page | 100th page | rows of it |\n|---|---|---|---|\n", time.Since(begun).Round(time.Second))
	if err := measureTrails(ctx, s); err != nil {
		return err
	}
	fmt.Print("\n| job | time | largest resident memory |\n|---|---|---|\n")
	for _, job := range []string{"export", "verify"} {
		if err := runAuditJob(job, storeURL); err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}

// auditStep is how many events one transaction of the filling has.
const auditStep = 10_000

// fillAudit records events of the last hundred days: of 50,000 people, one of whom does a
// third, of 50 applications, one of which has half, and of 20,000 addresses.
func fillAudit(ctx context.Context, s *store.Store, n int) error {
	log := &audit.Log{Store: s, Keys: auditKeys}
	begun := time.Now().Add(-100 * 24 * time.Hour)
	gap := 100 * 24 * time.Hour / time.Duration(n)
	for from := 0; from < n; from += auditStep {
		var last time.Time
		batch := audit.Batch{}
		for i := from; i < min(n, from+auditStep); i++ {
			last = begun.Add(time.Duration(i) * gap)
			one, err := log.Batch([]audit.Event{someEvent(i)}, last)
			if err != nil {
				return err
			}
			batch.Entries, batch.Waiting = append(batch.Entries, one.Entries...), append(batch.Waiting, one.Waiting...)
		}
		err := s.InTx(ctx, func(ctx context.Context) error {
			if err := s.InsertEvents(ctx, batch); err != nil {
				return err
			}
			return (&audit.Sealer{Store: s, Keys: auditKeys, Holder: "bench"}).Seal(ctx, last)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func someEvent(i int) audit.Event {
	who := fmt.Sprintf("usr_%032d", i*7919%50_000)
	if i%3 == 0 {
		who = often.person
	}
	app := id.Client(fmt.Sprintf("app-%d", i%49))
	if i%2 == 0 {
		app = often.client
	}
	e := audit.Event{
		Actor: audit.Actor{
			Kind: audit.Person, ID: who, Session: id.Session(fmt.Sprintf("ses_%032d", i/4)), Request: id.Request(fmt.Sprintf("req_%032d", i)),
			IP: fmt.Sprintf("10.0.%d.%d", i*31%80, i*17%250), Agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		},
		Action: []audit.Action{"session.create", "signin.complete", "session.end", "consent.give"}[i%4], User: id.User(who), Client: app,
		Target: audit.Target{Kind: "session", ID: fmt.Sprintf("ses_%032d", i/4)}, After: audit.Doc(map[string]any{"level": "aal1", "amr": []string{"pwd"}}),
	}
	if i%10 == 9 {
		e.Outcome, e.Reason = audit.Refused, "wrong"
	}
	if i%1000 == 7 {
		e.Actor = audit.Actor{Kind: audit.Console, ID: "root"}
		e.Action = "user.update"
	}
	return e
}

// often is who and what much is about.
var often = struct {
	person string
	client id.Client
	ip     string
}{"usr_often", "often", "10.0.31.17"}

// trails are the questions: each filter by what is rare and by what is frequent, and some
// together.
func trails() []struct {
	name string
	q    audit.Query
} {
	week := time.Now().Add(-7 * 24 * time.Hour)
	rare := fmt.Sprintf("usr_%032d", 7919*7%50_000)
	return []struct {
		name string
		q    audit.Query
	}{
		{"all", audit.Query{}},
		{"an actor", audit.Query{ActorID: rare}},
		{"an actor of a third", audit.Query{ActorID: often.person}},
		{"operators", audit.Query{ActorKind: audit.Console}},
		{"people", audit.Query{ActorKind: audit.Person}},
		{"a person's trail", audit.Query{Target: audit.OfUser(id.User(rare))}},
		{"a person's trail, a third", audit.Query{Target: audit.OfUser(id.User(often.person))}},
		{"a session", audit.Query{Target: audit.Target{Kind: "session", ID: fmt.Sprintf("ses_%032d", 7)}}},
		{"an action of a quarter", audit.Query{Actions: []audit.Action{"session.end"}}},
		{"a rare action", audit.Query{Actions: []audit.Action{"user.update"}}},
		{"all actions of sessions", audit.Query{Actions: []audit.Action{"session.create", "session.end"}}},
		{"what was refused", audit.Query{Outcome: audit.Refused}},
		{"what was done", audit.Query{Outcome: audit.Done}},
		{"an address", audit.Query{IP: often.ip}},
		{"an application", audit.Query{Client: "app-7"}},
		{"an application of half", audit.Query{Client: often.client}},
		{"a week", audit.Query{Since: week}},
		{"before a week", audit.Query{Until: week}},
		{"of the often actor what was refused", audit.Query{ActorID: often.person, Outcome: audit.Refused}},
		{"of the often application one address", audit.Query{Client: often.client, IP: often.ip}},
		{"two that are never together", audit.Query{Client: often.client, Actions: []audit.Action{"signin.complete"}}},
		{"of people a rare action", audit.Query{ActorKind: audit.Person, Actions: []audit.Action{"user.update"}}},
	}
}

// auditRuns is how often each page is read.
const auditRuns = 15

func measureTrails(ctx context.Context, s *store.Store) error {
	trail := &audit.Trail{Store: s}
	for _, one := range trails() {
		first, rows, err := timePage(ctx, trail, one.q)
		if err != nil {
			return err
		}
		q, deep := one.q, "-"
		for range 99 {
			_, next, err := trail.Page(ctx, q, 50)
			if err != nil {
				return err
			}
			if q.After = next; next == (audit.Cursor{}) {
				break
			}
		}
		if q.After != (audit.Cursor{}) {
			took, _, err := timePage(ctx, trail, q)
			if err != nil {
				return err
			}
			deep = took.Round(10 * time.Microsecond).String()
		}
		fmt.Printf("| %s | %s | %s | %d |\n", one.name, first.Round(10*time.Microsecond), deep, rows)
	}
	return nil
}

// timePage returns the median of how long a page takes.
func timePage(ctx context.Context, trail *audit.Trail, q audit.Query) (median time.Duration, rows int, err error) {
	took := make([]time.Duration, auditRuns)
	for i := range took {
		begun := time.Now()
		events, _, err := trail.Page(ctx, q, 50)
		if err != nil {
			return 0, 0, err
		}
		took[i], rows = time.Since(begun), len(events)
	}
	slices.Sort(took)
	return took[len(took)/2], rows, nil
}

// runAuditJob reads all of it in a process of its own, whose memory is told.
func runAuditJob(job, storeURL string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "-audit-job", job, storeURL)
	cmd.Stderr = os.Stderr
	begun := time.Now()
	memory, err := cmd.Output()
	if err != nil {
		return err
	}
	fmt.Printf("| %s | %s (%s of a processor) | %s |\n", job, time.Since(begun).Round(100*time.Millisecond),
		(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(100*time.Millisecond), memory)
	return nil
}

// readAudit is that process. It prints the most memory that it had.
func readAudit(job, storeURL string) error {
	if err := readAll(job, storeURL); err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status") // what the system counts for a child has its parent's in it
	if err != nil {
		return err
	}
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	var kB int
	if _, err := fmt.Sscan(text, &kB); err != nil {
		return err
	}
	fmt.Printf("%d MiB", kB/1024)
	return nil
}

func readAll(job, storeURL string) error {
	ctx := background()
	s, err := store.Open(ctx, store.Config{URL: storeURL, MaxConns: 8}, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	if job == "export" {
		out := bufio.NewWriter(io.Discard)
		return wire.ExportLines(out, (&audit.Trail{Store: s}).All(ctx, audit.Query{}))
	}
	v, err := (&audit.Verifier{Store: s, Keys: auditKeys}).Verify(ctx)
	if err == nil && len(v.Findings) > 0 {
		err = fmt.Errorf("it is not what was recorded: %v", v.Findings)
	}
	return err
}
