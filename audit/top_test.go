package audit_test

import (
	"fmt"
	"testing"

	"gatehouse/audit"
)

// Whoever invents addresses neither fills the table nor hides who fails most.
func TestAFloodHidesNobodyWhoFailsMost(t *testing.T) {
	t.Parallel()
	var kept []audit.Top
	seen := func(name string, n int64) audit.Top { return audit.Top{Kind: audit.TopAddress, Name: name, N: n} }
	const loud = "192.0.2.7"
	all := int64(0)
	for batch := range 100 {
		page := []audit.Top{seen(loud, 6)}
		for i := range 500 {
			page = append(page, seen(fmt.Sprintf("2001:db8::%x:%x", batch, i), 1))
		}
		kept = audit.KeepTops(kept, page)
		if all += 506; len(kept) > audit.MostTops {
			t.Fatalf("%d names are kept", len(kept))
		}
	}
	whole := int64(0)
	for i := range kept {
		whole += kept[i].N
	}
	if whole != all {
		t.Errorf("%d refusals are kept of %d", whole, all)
	}
	most := audit.SumTops(kept, audit.TopAddress, 5)
	if len(most) != 5 || most[0].Name != loud || most[0].Least() != 600 {
		t.Errorf("found %+v", most)
	}
	for i := range most[1:] {
		if n := most[1+i].Least(); n > 1 {
			t.Errorf("%s was seen once, and is said to have been seen %d times at least", most[1+i].Name, n)
		}
	}
}

func TestTopsOfSeveralDaysAddUp(t *testing.T) {
	t.Parallel()
	day := func(kind audit.TopKind, name string, n, others int64) audit.Top {
		return audit.Top{Kind: kind, Name: name, N: n, Others: others}
	}
	got := audit.SumTops([]audit.Top{
		day(audit.TopAccount, "usr_a", 3, 0), day(audit.TopAddress, "192.0.2.1", 9, 0), day(audit.TopAccount, "usr_b", 9, 7), day(audit.TopAccount, "usr_a", 2, 1),
		day(audit.TopAccount, "usr_c", 1, 0),
	}, audit.TopAccount, 2)
	if len(got) != 2 || got[0].Name != "usr_a" || got[0].N != 5 || got[0].Least() != 4 || got[1].Name != "usr_b" || got[1].Least() != 2 {
		t.Errorf("found %+v", got)
	}
}
