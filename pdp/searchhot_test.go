package pdp_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/pdp"
)

// A search looks at everybody. Those of whom decisions are asked stay hot, which is to say
// that the next decision about each takes no memory.
func TestASearchOfEverybodyPutsNobodyOut(t *testing.T) { // not in parallel: memory is counted
	const people, hot = 12_000, 100
	p := shop()
	for i := range people {
		p.Grants = append(p.Grants, allow("gra_x", user(fmt.Sprint("usr_", i)), "shop/orders:write"))
	}
	d, cold := newPoint(t, p), 0
	decide := func(i int) {
		q := access.Question{Principal: user(fmt.Sprint("usr_", i)), Permission: "shop/orders:write", Now: time.Now()}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		answer, err := d.policy.Decide(&q)
		runtime.ReadMemStats(&after)
		if err != nil || answer.Outcome != access.Allowed {
			t.Fatal(answer, err)
		}
		if after.Mallocs > before.Mallocs {
			cold++
		}
	}
	for i := range hot {
		decide(i)
	}
	cold = 0
	for i := range hot {
		decide(i)
	}
	if cold > hot/10 { // something else may take memory now and then
		t.Fatalf("%d of %d are cold before any search: nothing is measured", cold, hot)
	}
	found, next := d.post(pdp.PathSearchSubject, "decider", `{"subject":{"type":"user"},"action":{"name":"delete"},"resource":{"type":"shop/orders","id":"42"}}`).results(t)
	if len(found) != 1 || next != "" {
		t.Fatal(found, next)
	}
	cold = 0
	for i := range hot {
		decide(i)
	}
	if cold > hot/10 {
		t.Errorf("the search put out %d of %d", cold, hot)
	}
}
