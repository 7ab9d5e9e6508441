package housetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/apply"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/proof"
)

// BenchmarkApply applies 10,000 objects while people sign in, and tells how long it took,
// how long a session that began meanwhile took in the middle and at most, and how long a
// plan of what is there takes.
func BenchmarkApply(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchmarkApply(b, gatetest.New(b)) })
	b.Run("Postgres", func(b *testing.B) {
		testpg.Server(b)
		benchmarkApply(b, gatetest.New(b, gatetest.OnPostgres(testpg.URL(b))))
	})
}

func benchmarkApply(b *testing.B, g *gatetest.Gate) {
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
	for n := 0; b.Loop(); n++ {
		s := large(fmt.Sprintf("%c", 'a'+n%26)+fmt.Sprint(n), people)
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
		at := time.Now()
		done, err := g.House.Applies.Apply(ctx, gatetest.Console, s, apply.Options{}, nil, "")
		all := time.Since(at)
		close(stop)
		wait.Wait()
		if err != nil {
			b.Fatal(err)
		}
		at = time.Now()
		if again, err := g.House.Applies.Plan(ctx, gatetest.Console, s, apply.Options{}, nil); err != nil || again.Drift() {
			b.Fatalf("%v, %v", again.Changes, err)
		}
		plan := time.Since(at)
		slices.Sort(took)
		b.ReportMetric(float64(len(done.Changes)), "objects")
		b.ReportMetric(all.Seconds()*1000, "apply-ms")
		b.ReportMetric(plan.Seconds()*1000, "plan-again-ms")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "sign-in-p50-ms")
		b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "sign-in-max-ms")
	}
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
