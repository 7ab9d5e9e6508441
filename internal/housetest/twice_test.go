package housetest

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// Of several who give the same at one moment all but one are told that it is there, on
// either database and whichever replica they ask: whoever takes it back takes all of it.
func TestWhatIsGivenByTwoAtOnceIsGivenOnce(t *testing.T) {
	t.Parallel()
	type give func(ctx context.Context, a *access.Service, g access.Grant) error
	plainly := func(ctx context.Context, a *access.Service, g access.Grant) error {
		_, err := a.Give(ctx, gatetest.Console, g)
		return err
	}
	chosen := id.NewGrant()
	for name, c := range map[string]struct {
		change func(g *access.Grant)
		give
		code string
	}{
		"a permission": {func(*access.Grant) {}, plainly, "grant.exists"},
		"a role":       {func(g *access.Grant) { g.Role, g.Permission = access.Auditor, access.Pattern{} }, plainly, "grant.exists"},
		"for an hour":  {func(g *access.Grant) { g.ExpiresAt = time.Now().Add(time.Hour) }, plainly, "grant.exists"},
		"a deny":       {func(g *access.Grant) { g.Effect = access.Deny }, plainly, "grant.exists"},
		"to a group":   {func(g *access.Grant) { g.Subject = group("desk") }, plainly, "grant.exists"},
		"several": {func(*access.Grant) {}, func(ctx context.Context, a *access.Service, g access.Grant) error {
			other := g
			other.Permission.Resource = "explain"
			_, err := a.GiveAll(ctx, gatetest.Console, []access.NewGrant{{Grant: other, Again: true}, {Grant: g}})
			return err
		}, "grants.refused"},
		"under an id": {func(*access.Grant) {}, func(ctx context.Context, a *access.Service, g access.Grant) error {
			_, err := a.GiveAs(ctx, gatetest.Console, chosen, "chosen", g)
			return err
		}, "grant.id_taken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
				_, err := g.House.Access.CreateGroup(t.Context(), gatetest.Console, access.GroupRecord{ID: "desk"})
				must(t, err)
				one := access.Grant{
					Subject: person(g.Person("ada", gatetest.NoPassword)), Effect: access.Allow, Where: access.Where{Place: access.Everywhere},
					Permission: access.Pattern{API: access.Gatehouse, Resource: "audit", Action: "read"}, Reason: "test",
				}
				c.change(&one)
				services := []*access.Service{g.House.Access, g.Replica().House.Access}
				errs := make([]error, 8)
				start := make(chan struct{})
				var all sync.WaitGroup
				for i := range errs {
					all.Go(func() {
						<-start
						errs[i] = c.give(context.Background(), services[i%2], one)
					})
				}
				close(start)
				all.Wait()
				made := len(errs) - len(slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil }))
				if made != 1 {
					t.Errorf("%d were made: %v", made, errs)
				}
				for _, err := range errs {
					if err != nil && fault.CodeOf(err) != c.code {
						t.Errorf("got %v, want %s", err, c.code)
					}
				}
				living, _, err := g.House.Access.Grants(t.Context(), one.Subject, false, access.GrantCursor{}, 10)
				must(t, err)
				same := 0
				for i := range living {
					if living[i].Permission == one.Permission && living[i].Role == one.Role {
						same++
					}
				}
				if same != 1 {
					t.Errorf("there are %d: %+v", same, living)
				}
			})
		})
	}
}

// The same over the API: of two callers at two replicas one is told which grant there is,
// and whoever means it says so.
func TestWhatTwoCallersOfTheAPIGiveAtOnceIsGivenOnce(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		both := replicas(t, g)
		body := map[string]any{
			"subject": map[string]any{"kind": "user", "id": g.Person("ada", gatetest.NoPassword).ID}, "permission": "gatehouse/audit:read", "reason": "test",
		}
		give := func() (statuses []int) {
			for _, a := range together(both, func(s *steering) gatetest.Answer { return s.call(s.boss, http.MethodPost, "/api/v1/grants", body) }) {
				if statuses = append(statuses, a.Status); a.Status == http.StatusConflict && problem(a) != "grant.exists" {
					t.Errorf("refused by %s", a.Body)
				}
			}
			slices.Sort(statuses)
			return statuses
		}
		if got := give(); !slices.Equal(got, []int{http.StatusCreated, http.StatusConflict}) {
			t.Errorf("answered with %v", got)
		}
		body["again"] = true
		if got := give(); !slices.Equal(got, []int{http.StatusCreated, http.StatusCreated}) {
			t.Errorf("again: answered with %v", got)
		}
	})
}
