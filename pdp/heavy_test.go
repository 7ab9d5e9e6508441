package pdp

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/id"
)

// Searches look at everybody: so many run at once and no more, and who waits for too
// long is told so.
func TestSearchesWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &Door{heavy: make(chan struct{}, maxHeavy)}
		release := make(chan struct{})
		for range maxHeavy {
			go func() { _ = d.heavily(t.Context(), func() error { <-release; return nil }) }()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.heavily(ctx, func() error { t.Error("one too many runs"); return nil }); !fault.Is(err, fault.Unavailable) {
			t.Errorf("who waited in vain hears %v", err)
		}
		close(release)
		synctest.Wait()
		ran := false
		if err := d.heavily(t.Context(), func() error { ran = true; return nil }); err != nil || !ran {
			t.Errorf("afterwards: %t %v", ran, err)
		}
	})
}

// What is asked of each name may take long: whoever does not wait any more has no
// further one looked at.
func TestSearchesEndWithTheirRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	looked := 0
	_, err := (&call{Context: ctx}).gather(page{limit: 10}, []string{"a", "b", "c"}, func(string) (bool, error) {
		looked++
		cancel()
		return false, nil
	}, func(name string) any { return name })
	if looked != 1 || !fault.Is(err, fault.Unavailable) {
		t.Errorf("%d were looked at, %v", looked, err)
	}
}

// costlyCall is a request about somebody who has as many grants with conditions as can be,
// which take as long as can be.
func costlyCall(t *testing.T) (*call, access.Question) {
	ada := access.Subject{Kind: access.User, ID: "usr_" + strings.Repeat("a", 32)}
	p := access.Policy{APIs: []access.API{{ID: "shop", Permissions: []access.Permission{{Resource: "orders", Action: "read"}}}}}
	for i := range access.MaxGrantsOf {
		p.Grants = append(p.Grants, access.Grant{
			ID: id.Grant(fmt.Sprint("gra_", i)), Subject: ada, Effect: access.Allow, Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"},
			Where: access.Where{Place: access.Condition, Expression: `resource.text.matches("a{0,120}b")`},
		})
	}
	c := &call{Context: t.Context(), Caller: &caller.Caller{Snapshot: access.Compile(p)}, now: time.Now()}
	return c, access.Question{
		Principal: ada, Permission: "shop/orders:read", Now: c.now, Meter: &c.meter,
		Resource: access.Resource{Attrs: map[string]any{"text": strings.Repeat("a", 8<<10)}},
	}
}

// A page ends where the conditions took as much as one request may: the next one goes on
// behind it.
func TestAPageEndsWhereConditionsTakeLong(t *testing.T) {
	t.Parallel()
	c, q := costlyCall(t)
	looked := map[string]int{}
	names := make([]string, 100)
	for i := range names {
		names[i] = fmt.Sprintf("%03d", i)
	}
	p, pages := page{limit: 10}, 0
	for {
		c.meter = access.Meter{}
		answer, err := c.gather(p, names, func(name string) (bool, error) {
			looked[name]++
			q.Resource.ID = name
			return allowed(c.Snapshot, &q)
		}, func(name string) any { return name })
		if pages++; err != nil || len(answer.Results) > 0 {
			t.Fatal(answer, err)
		}
		if answer.Page.Next == "" {
			break
		}
		if p, err = p.from(answer.Page.Next); err != nil {
			t.Fatal(err)
		}
	}
	if pages < 4 || len(looked) != len(names) {
		t.Errorf("%d pages looked at %d names", pages, len(looked))
	}
	for name, times := range looked {
		if times != 1 {
			t.Errorf("%s was looked at %d times", name, times)
		}
	}
}
