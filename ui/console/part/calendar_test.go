package part

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/ui/words/wordstest"
)

func TestACalendarBeginsItsWeeksOnMonday(t *testing.T) {
	t.Parallel()
	for month, want := range map[time.Month]struct {
		days  int
		weeks []week
	}{
		time.February: {28, []week{{0, 0, 0, 0, 0, 0, 1}, {2, 3, 4, 5, 6, 7, 8}, {9, 10, 11, 12, 13, 14, 15}, {16, 17, 18, 19, 20, 21, 22}, {23, 24, 25, 26, 27, 28, 0}}},
		time.June:     {30, []week{{1, 2, 3, 4, 5, 6, 7}, {8, 9, 10, 11, 12, 13, 14}, {15, 16, 17, 18, 19, 20, 21}, {22, 23, 24, 25, 26, 27, 28}, {29, 30, 0, 0, 0, 0, 0}}},
	} {
		c := Calendar{Month: time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC), Days: make([]Date, want.days)}
		if diff := cmp.Diff(want.weeks, c.weeks()); diff != "" {
			t.Errorf("%s: %s", month, diff)
		}
	}
}

func TestTheFullestDayOfACalendarIsTheWarmest(t *testing.T) {
	t.Parallel()
	c := Calendar{Days: []Date{{Count: 0}, {Count: 1}, {Count: 50}, {Count: 100}}}
	for i, want := range []string{"heat-0", "heat-1", "heat-2", "heat-3"} {
		if got := c.heat(c.Days[i]); got != want {
			t.Errorf("a day with %d is %s, want %s", c.Days[i].Count, got, want)
		}
	}
}

// What the API calls ?name is the field of that name, wherever it stands.
func TestFiltersSayWhatIsWrongWhereItIs(t *testing.T) {
	t.Parallel()
	say := wordstest.English()
	f := Filters{Search: Field{ID: "search", Label: "Search"}, Fields: []Field{{ID: "at", Label: "As of"}}, More: []Field{{ID: "org", Label: "Organisation"}}}
	e := fault.New(fault.Invalid, "request.invalid", "The request breaks a rule.")
	e.Fields = []fault.Field{{Name: "?at", Problem: "is needed"}, {Name: "org", Problem: "is taken"}, {Name: "?odd", Problem: "is wrong"}}
	got := f.Faulty(&say, e)
	if got.Search.Problem != "" || got.Fields[0].Problem != "“As of” is needed." || got.More[0].Problem != "“Organisation” is taken." || len(got.Wrong) != 1 || !got.open() {
		t.Errorf("the filters say %+v", got)
	}
	if f.open() || f.More[0].Problem != "" || f.Faulty(&say, nil).Wrong != nil {
		t.Error("filters that were not refused say that something is wrong")
	}
}
