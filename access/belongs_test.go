package access_test

import (
	"fmt"
	"testing"
	"time"

	. "gatehouse/access"
)

// Somebody is in what a way leads to whose steps hold together at some moment, and by the shortest
// of these; since the last of the steps is there, or from when on it counts.
func TestBelongingsAreOfWaysThatHoldTogether(t *testing.T) {
	t.Parallel()
	w := newWritten(t).group("day", "night", "c", "d", "b", "later", "after", "own")
	now := time.Now().UTC().Truncate(time.Second)
	in := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour) }
	for _, step := range []struct {
		who         Subject
		group       string
		from, until time.Time
	}{
		{adas, "day", time.Time{}, in(1)},
		{Subject{Group, "day"}, "night", in(2), time.Time{}}, // once nobody is there by day
		{Subject{Group, "day"}, "b", in(2), time.Time{}},
		{adas, "c", time.Time{}, time.Time{}},
		{Subject{Group, "c"}, "d", time.Time{}, time.Time{}},
		{Subject{Group, "d"}, "b", in(3), in(9)},
		{adas, "later", in(5), time.Time{}},
		{Subject{Group, "later"}, "after", time.Time{}, in(8)},
		{adas, "own", time.Time{}, time.Time{}},
	} {
		m := member(step.who, step.group)
		m.NotBefore, m.ExpiresAt = step.from, step.until
		w.must(w.AddMember(t.Context(), console, m))
	}
	for at, want := range map[int]map[string]string{
		0: {"day": "[] until 1", "c": "[]", "d": "[{group c}]", "b": "[{group c} {group d}] from 3 until 9, since 3", "later": "[] from 5, since 5", "after": "[{group later}] from 5 until 8, since 5", "own": "[]"},
		6: {"day": "[] until 1", "c": "[]", "d": "[{group c}]", "b": "[{group c} {group d}] from 3 until 9, since 3", "later": "[] from 5, since 5", "after": "[{group later}] from 5 until 8, since 5", "own": "[]"},
	} {
		all, err := w.Belongings(t.Context(), adas, in(at))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, b := range all {
			says := fmt.Sprint(b.Path)
			hours := func(name string, at time.Time) {
				if !at.IsZero() {
					says += fmt.Sprintf("%s %d", name, int(at.Sub(now).Round(time.Hour)/time.Hour))
				}
			}
			hours(" from", b.When.NotBefore)
			hours(" until", b.When.ExpiresAt)
			if b.Since.After(now.Add(time.Minute)) {
				hours(", since", b.Since)
			}
			if b.Since.Before(now.Add(-time.Minute)) {
				t.Errorf("%s is said to be there since %s", b.Of.ID, b.Since)
			}
			got[b.Of.ID] = says
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("in %d hours:\n%v, want\n%v", at, got, want)
		}
	}
}

// A way that counts now is told of rather than a shorter one that does not.
func TestTheWayThatCountsNowIsTold(t *testing.T) {
	t.Parallel()
	w := newWritten(t).group("a", "b", "c").add(adas, "b").add(Subject{Group, "b"}, "c").add(Subject{Group, "c"}, "a")
	m := member(adas, "a")
	m.NotBefore = time.Now().Add(time.Hour)
	w.must(w.AddMember(t.Context(), console, m))
	for hours, want := range map[int]int{0: 2, 2: 0} {
		all, err := w.Belongings(t.Context(), adas, time.Now().Add(time.Duration(hours)*time.Hour))
		if err != nil || len(all) != 3 || all[0].Of.ID != "a" || len(all[0].Path) != want {
			t.Errorf("in %d hours: %+v, %v; want a way over %d", hours, all, err, want)
		}
	}
}
