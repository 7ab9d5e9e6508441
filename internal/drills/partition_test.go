package drills

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
	"gatehouse/pdp"
)

// The bounds of D23 for a replica that hears of nothing and only asks.
const (
	heardMostly = 2 * time.Second // of 99 in 100
	heardAlways = 5 * time.Second
)

// D23: what is taken away through the admin API of one replica is refused by another one to
// which no notification comes; and one that cannot reach the store lets nobody in.
func TestDrillD23ARevocationCountsWhereNoNewsArrives(t *testing.T) {
	p := newPartition(t)
	var took []time.Duration
	for n := range rounds(6, 60) {
		for name, take := range p.takings(n) {
			took = append(took, p.taken(name, take))
		}
	}
	if p.way.dropped.Load() == 0 {
		t.Error("no notification was lost: this drills nothing")
	}
	slices.Sort(took)
	mostly, last := took[len(took)*99/100], took[len(took)-1]
	t.Logf("%d revocations were refused after %s (half), %s (99 in 100), %s (all)", len(took), took[len(took)/2], mostly, last)
	if mostly > heardMostly || last > heardAlways {
		t.Errorf("99 in 100 took %s, all %s; want %s and %s", mostly, last, heardMostly, heardAlways)
	}
	p.cutOff()
}

// partition is two replicas of which the second hears no news.
type partition struct {
	t          *testing.T
	near, away *gatetest.Gate
	way        *link
	boss       string // a key that may do everything
	app        *gatetest.Application
}

func newPartition(t *testing.T) *partition {
	t.Helper()
	testpg.Server(t)
	address := testpg.URL(t)
	p := &partition{t: t, near: gatetest.New(t, gatetest.OnPostgres(address)), way: newLink(t, address)}
	p.way.muted.Store(true)
	p.boss = p.account("boss", access.Administrator)
	p.app = p.near.App("app", func(c *oauth.Client) { c.Audiences = []string{gatetest.Issuer} })
	p.away = p.near.ReplicaWith(gatetest.OnPostgres(p.way.url))
	p.near.Settle()
	return p
}

// account is a service account that has a role, by its key.
func (p *partition) account(name, role string) string {
	p.t.Helper()
	made, err := p.near.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{
		ServiceAccountRecord: access.ServiceAccountRecord{ID: name}, Role: role,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return made.Text
}

// taking is something that is let in until somebody asks for an end.
type taking struct {
	asks        func(g *gatetest.Gate) int // the status of an answer
	method, end string                     // at the admin API
}

// takings are the ways to lose what one had.
func (p *partition) takings(n int) map[string]taking {
	p.t.Helper()
	name := fmt.Sprintf("svc-%d", n)
	users := func(key string) func(g *gatetest.Gate) int {
		return func(g *gatetest.Gate) int { return p.call(g, key, http.MethodGet, "/api/v1/users?limit=1") }
	}
	keys := func(name string) id.ServiceKey {
		found, err := p.near.House.Access.ServiceKeys(context.Background(), name)
		if err != nil || len(found) != 1 {
			p.t.Fatal(found, err)
		}
		return found[0].ID
	}
	revoked, disabled := p.account(name+"-a", access.Auditor), p.account(name+"-b", access.Auditor)
	deleted := p.account(name+"-c", access.Auditor)
	person := p.near.Person(fmt.Sprintf("ada-%d", n))
	token := p.app.Tokens(p.near.Browser(), person, "scope", "openid").Text("access_token")
	return map[string]taking{
		"a key":              {users(revoked), http.MethodDelete, "/api/v1/service-accounts/" + name + "-a/keys/" + string(keys(name+"-a"))},
		"an account":         {users(disabled), http.MethodPost, "/api/v1/service-accounts/" + name + "-b/disable"},
		"an account and all": {users(deleted), http.MethodDelete, "/api/v1/service-accounts/" + name + "-c"},
		"an access token": {
			func(g *gatetest.Gate) int { return p.call(g, token, http.MethodGet, "/oauth2/userinfo") },
			http.MethodDelete, "/api/v1/users/" + string(person.ID) + "/refresh-families",
		},
	}
}

func (p *partition) call(g *gatetest.Gate, credential, method, path string) int {
	p.t.Helper()
	r, err := http.NewRequest(method, gatetest.Issuer+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+credential)
	r.Header.Set("If-Match", "*")
	return g.Do(r).Status
}

// taken is how long the replica that hears nothing went on letting in what was ended.
func (p *partition) taken(name string, c taking) time.Duration {
	p.t.Helper()
	waitFor(p.t, name+" to be let in", func() bool { return c.asks(p.away) == http.StatusOK })
	if status := p.call(p.near, p.boss, c.method, c.end); status >= 300 {
		p.t.Fatalf("%s: %s %s is answered %d", name, c.method, c.end, status)
	}
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		status := c.asks(p.away)
		if status != http.StatusOK || time.Since(begun) > hangs {
			if status != http.StatusUnauthorized {
				p.t.Errorf("%s: %d, once it is no more", name, status)
			}
			return time.Since(begun)
		}
	}
}

// cutOff looks at a replica that cannot reach the store: it says no within the bound and as
// long as that lasts, while the other one goes on.
func (p *partition) cutOff() {
	p.t.Helper()
	decide := func(g *gatetest.Gate) int {
		r, err := http.NewRequest(http.MethodPost, gatetest.Issuer+pdp.PathEvaluation,
			strings.NewReader(`{"subject":{"type":"service","id":"boss"},"action":{"name":"read"},"resource":{"type":"gatehouse/users","id":"x"}}`))
		if err != nil {
			p.t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+p.boss)
		return g.Do(r).Status
	}
	waitFor(p.t, "a decision", func() bool { return decide(p.away) == http.StatusOK })
	p.way.sever()
	begun, refused := time.Now(), time.Time{}
	for refused.IsZero() || time.Since(refused) < heardMostly {
		status := decide(p.away)
		switch {
		case status == http.StatusOK && !refused.IsZero():
			p.t.Fatalf("it said yes %s after it had lost the store", time.Since(begun))
		case status == http.StatusOK && time.Since(begun) > heardAlways:
			p.t.Fatalf("it says yes still, %s after it lost the store", time.Since(begun))
		case status != http.StatusOK && refused.IsZero():
			if refused = time.Now(); status != http.StatusServiceUnavailable {
				p.t.Errorf("it says %d without a store", status)
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	p.t.Logf("without the store it said no after %s", refused.Sub(begun))
	if status := decide(p.near); status != http.StatusOK {
		p.t.Errorf("the other replica says %d", status)
	}
	p.way.mend()
	waitFor(p.t, "a decision again", func() bool { return decide(p.away) == http.StatusOK })
}
