package housetest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/apply"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/proof"
)

// BenchmarkApply applies 10,000 objects while people sign in, and tells how long it took,
// how long a session that began meanwhile took in the middle and at most, how long a
// plan of what is there takes, and how many times as long all took as to write the same
// rows, each by a statement of its own that is prepared once, in one transaction. What it
// took of the processor is of this process, sessions and collected garbage included. Of
// several times the middle is told, and the least of what is wanted.
func BenchmarkApply(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchmarkApply(b, gatetest.New(b), gatetest.New(b)) })
	b.Run("Postgres", func(b *testing.B) {
		testpg.Server(b)
		benchmarkApply(b, gatetest.New(b, gatetest.OnPostgres(testpg.URL(b))), gatetest.New(b, gatetest.OnPostgres(testpg.URL(b))))
	})
}

func benchmarkApply(b *testing.B, g, plain *gatetest.Gate) {
	ctx := context.Background()
	const people = 2000
	var someone identity.User
	for i := range people {
		u, err := g.House.Identity.Create(ctx, gatetest.Console, identity.User{Email: fmt.Sprintf("p%d@example.test", i), Name: "Somebody"}, "")
		if err != nil {
			b.Fatal(err)
		}
		someone = u
	}
	figures := map[string][]float64{}
	for n := 0; b.Loop(); n++ {
		s, begun := large(fmt.Sprintf("%c", 'a'+n%26)+fmt.Sprint(n), people), time.Now()
		var took []time.Duration
		stop := make(chan struct{})
		var wait sync.WaitGroup
		wait.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
				}
				at := time.Now()
				if err := signIn(ctx, g, someone); err != nil {
					b.Error(err)
					return
				}
				took = append(took, time.Since(at))
			}
		})
		statements, worked := g.House.Store.Statements(), processor(b)
		done, err := g.House.Applies.Apply(ctx, gatetest.Console, s, apply.Options{}, nil, "")
		all, worked := time.Since(begun), processor(b)-worked
		statements = g.House.Store.Statements() - statements
		close(stop)
		wait.Wait()
		if err != nil {
			b.Fatal(err)
		}
		at := time.Now()
		if again, err := g.House.Applies.Plan(ctx, gatetest.Console, s, apply.Options{}, nil); err != nil || again.Drift() {
			b.Fatalf("%v, %v", again.Changes, err)
		}
		plan := time.Since(at)
		rows, bare := insertPlainly(b, g, plain, begun)
		slices.Sort(took)
		for name, value := range map[string]float64{
			"apply-ms": ms(all), "processor-ms": ms(worked), "plain-ms": ms(bare), "times-plain": all.Seconds() / bare.Seconds(), "plan-again-ms": ms(plan),
			"sign-in-p50-ms": ms(took[len(took)/2]), "sign-in-max-ms": ms(took[len(took)-1]),
			"objects": float64(len(done.Changes)), "rows": float64(rows), "statements": float64(statements),
		} {
			figures[name] = append(figures[name], value)
		}
	}
	for name, all := range figures {
		slices.Sort(all)
		b.ReportMetric(all[len(all)/2], name)
	}
	b.ReportMetric(figures["apply-ms"][0], "apply-least-ms")
	b.ReportMetric(figures["sign-in-max-ms"][0], "sign-in-max-least-ms")
	b.Logf("apply-ms of each time: %.0f, and sign-in-max-ms: %.0f", figures["apply-ms"], figures["sign-in-max-ms"])
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// processor is what this process took of the processors until now.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// insertPlainly copies the rows that were written since then into another house.
func insertPlainly(b *testing.B, from, to *gatetest.Gate, since time.Time) (rows int, took time.Duration) {
	b.Helper()
	ctx := context.Background()
	source, target := bare(b, from), bare(b, to)
	type insert struct {
		text string
		rows [][]any
	}
	var all []insert
	for _, t := range []struct{ table, since string }{
		{"apis", "created_at"},
		{"roles", "created_at"},
		{"groups", "created_at"},
		{"clients", "created_at"},
		{"memberships", "created_at"},
		{"grants", "created_at"},
		{"audit_events", "at"},
		{"audit_details", "at"},
		{"audit_unsealed", "at"},
		{"managed", "made_at"},
	} {
		found, err := source.QueryContext(ctx, "SELECT * FROM "+t.table+" WHERE "+t.since+" >= $1", since.UnixMicro())
		if err != nil {
			b.Fatal(err)
		}
		columns, err := found.Columns()
		if err != nil {
			b.Fatal(err)
		}
		marks := make([]string, len(columns))
		for i := range marks {
			marks[i] = fmt.Sprintf("$%d", i+1)
		}
		one := insert{text: "INSERT INTO " + t.table + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"}
		for found.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := found.Scan(into...); err != nil {
				b.Fatal(err)
			}
			for i, value := range values {
				if empty, ok := value.([]byte); ok && empty == nil { // no bytes are not nothing
					values[i] = []byte{}
				}
			}
			one.rows = append(one.rows, values)
		}
		if err := found.Err(); err != nil {
			b.Fatal(err)
		}
		all, rows = append(all, one), rows+len(one.rows)
	}
	at := time.Now()
	tx, err := target.BeginTx(ctx, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, one := range all {
		st, err := tx.PrepareContext(ctx, one.text)
		if err != nil {
			b.Fatal(err)
		}
		for _, values := range one.rows {
			if _, err := st.ExecContext(ctx, values...); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return rows, time.Since(at)
}

// bare is the database of a house, as its own drivers open it.
func bare(b *testing.B, g *gatetest.Gate) *sql.DB {
	b.Helper()
	driver, address := "pgx", g.House.Config.Store.URL
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, address = "sqlite", (&url.URL{Scheme: "file", Path: path}).String()+"?_pragma=busy_timeout(5000)&_pragma=synchronous(FULL)&_txlock=immediate"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

// signIn begins a session, as the end of a sign-in does.
func signIn(ctx context.Context, g *gatetest.Gate, u identity.User) error {
	_, _, err := g.House.Sessions.Create(ctx, gatetest.Console, u.ID, proof.List{{Method: proof.Password, At: time.Now()}})
	return err
}

// large is a set of 10,000: a fifth of what makes a policy, the rest who has it.
func large(name string, people int) apply.Set {
	r := rand.New(rand.NewPCG(1, 2))
	var all []apply.Object
	add := func(k apply.Kind, id string, spec any) { all = append(all, apply.Object{Kind: k, ID: id, Spec: spec}) }
	for i := range 20 {
		spec := &apply.APISpec{Audience: fmt.Sprintf("https://%s-%d.example.test", name, i)}
		for p := range 20 {
			spec.Permissions = append(spec.Permissions, apply.PermissionSpec{Permission: fmt.Sprintf("things%d:read", p)})
		}
		add(apply.API, fmt.Sprintf("%s-api%d", name, i), spec)
	}
	for i := range 80 {
		add(apply.Role, fmt.Sprintf("%s-role%d", name, i), &apply.RoleSpec{Permissions: []string{fmt.Sprintf("%s-api%d/things%d:read", name, i%20, i%20), fmt.Sprintf("%s-api%d/*:read", name, i%19)}})
	}
	for i := range 500 {
		add(apply.Group, fmt.Sprintf("%s-group%d", name, i), &apply.GroupSpec{Description: "A group"})
	}
	for i := range 100 {
		add(apply.Client, fmt.Sprintf("%s-client%d", name, i), &apply.ClientSpec{Name: "Client", RedirectURIs: []string{"https://app.example.test/cb"}})
	}
	seen := map[string]bool{}
	for len(all) < 5700 {
		group, who := fmt.Sprintf("%s-group%d", name, r.IntN(500)), fmt.Sprintf("p%d@example.test", r.IntN(people))
		if seen[group+who] {
			continue
		}
		seen[group+who] = true
		add(apply.Membership, "", &apply.MembershipSpec{Group: group, Member: apply.SubjectSpec{User: who}})
	}
	for i := range 4300 {
		who := apply.SubjectSpec{User: fmt.Sprintf("p%d@example.test", r.IntN(people))}
		if i%4 == 0 {
			who = apply.SubjectSpec{Group: fmt.Sprintf("%s-group%d", name, r.IntN(500))}
		}
		add(apply.Grant, fmt.Sprintf("%s-grant%d", name, i), &apply.GrantSpec{Subject: who, Role: fmt.Sprintf("%s-role%d", name, r.IntN(80)), Reason: "measured"})
	}
	return apply.Set{Name: "files", Objects: all}
}
