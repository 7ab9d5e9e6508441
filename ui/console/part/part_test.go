package part

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/ui/words/wordstest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestACountdownWarnsBeforeTheEnd(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]Tone{
		25 * time.Hour: Good, 24 * time.Hour: Good, 24*time.Hour - time.Second: Warn, time.Hour: Warn, time.Hour - time.Second: Bad, time.Second: Bad, 0: Plain, -time.Hour: Plain,
	} {
		if got := (Countdown{Now: noon, Until: noon.Add(left)}).Tone(); got != want {
			t.Errorf("%s before the end the tone is %q, want %q", left, got, want)
		}
	}
	if got := (Countdown{Now: noon}).Tone(); got != Plain {
		t.Errorf("without an end the tone is %q", got)
	}
}

func TestACountdownShowsWhatIsLeftOfItsWindow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		Countdown
		shown bool
		left  string
	}{
		"a quarter is left":        {Countdown{noon, noon.Add(-3 * time.Hour), noon.Add(time.Hour)}, true, "25"},
		"it has not begun":         {Countdown{noon, noon.Add(time.Hour), noon.Add(2 * time.Hour)}, true, "100"},
		"nobody knows when it did": {Countdown{noon, time.Time{}, noon.Add(time.Hour)}, false, "0"},
		"it is over":               {Countdown{noon, noon.Add(-2 * time.Hour), noon.Add(-time.Hour)}, false, "0"},
		"it ends before it begins": {Countdown{noon, noon.Add(2 * time.Hour), noon.Add(time.Hour)}, false, "0"},
	} {
		if got := c.windowed(); got != c.shown {
			t.Errorf("%s: the window shows: %v, want %v", name, got, c.shown)
		}
		if got := c.Countdown.left(); c.shown && got != c.left {
			t.Errorf("%s: %s are left, want %s", name, got, c.left)
		}
	}
}

// How many there are is said by what is known anyway.
func TestAPagerSaysWhatIsKnown(t *testing.T) {
	t.Parallel()
	say := wordstest.English()
	for want, p := range map[string]Pager{
		"":                         {Next: "/b"},
		"7 in all":                 {Shown: 7},
		"50 shown, there are more": {Shown: 50, Next: "/b"},
		"50 of about 1,200":        {Shown: 50, Of: 1200, Next: "/b"},
		"the last 9":               {Shown: 9, First: "/a"},
		"roles 1 to 20":            {Says: "roles 1 to 20", Shown: 20},
	} {
		if got := p.says(&say); got != want {
			t.Errorf("of %+v it says %q, want %q", p, got, want)
		}
	}
}

// Bars that lead somewhere are links by name, and the drawing is no picture then.
func TestBarsAreLinksWhereTheyLeadSomewhere(t *testing.T) {
	t.Parallel()
	c := Chart{ID: "c", Says: "all", Series: []Series{{Label: "events"}}, Bars: []Bar{{Label: "Monday", Values: []int{3}, Href: "/monday"}, {Label: "Tuesday", Values: []int{0}, Href: "/tuesday"}}}
	if c.role() != "group" || !c.Bars[0].leads() || c.Bars[1].leads() {
		t.Errorf("role %q; %t, %t", c.role(), c.Bars[0].leads(), c.Bars[1].leads())
	}
	c.Bars[0].Href = ""
	if c.role() != "img" {
		t.Errorf("without a link the drawing is %q", c.role())
	}
}

func TestAChartEndsAtARoundNumber(t *testing.T) {
	t.Parallel()
	for most, want := range map[int]int{0: 1, 1: 1, 2: 2, 3: 5, 6: 10, 11: 20, 37: 50, 99: 100, 1284: 2000, 5001: 10000} {
		c := Chart{Bars: []Bar{{Values: []int{most, 0}}, {Values: []int{0}}}}
		if got := c.top(); got != want {
			t.Errorf("with a bar of %d the chart ends at %d, want %d", most, got, want)
		}
	}
	if got := (Chart{}).top(); got != 1 {
		t.Errorf("an empty chart ends at %d", got)
	}
}

// A value that is there must be seen, however small it is beside others.
func TestTheBarsOfAChartStandOnEachOther(t *testing.T) {
	t.Parallel()
	c := Chart{Series: []Series{{Label: "signed in"}, {Label: "refused", Tone: Bad}}, Bars: []Bar{{Values: []int{1000, 0}}, {Values: []int{500, 1}}}}
	want := []piece{{x: "11.25", y: "50.00", height: "50.00", class: "bar-main"}, {x: "11.25", y: "49.00", height: "1.00", class: "bar-bad"}}
	if diff := cmp.Diff(want, c.pieces(1), cmp.AllowUnexported(piece{})); diff != "" {
		t.Error(diff)
	}
	say := wordstest.English()
	c.Bars[0].Label = "1 March"
	if got := c.says(&say, 0); got != "1 March, signed in 1,000, refused 0" {
		t.Errorf("the bar says %q", got)
	}
}

func TestALineWithoutRiseIsLevel(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]int{"0.00,12.00 100.00,12.00": {3, 3}, "0.00,22.00 50.00,2.00 100.00,12.00": {0, 10, 5}} {
		if got := line(values); got != want {
			t.Errorf("%v is drawn %q, want %q", values, got, want)
		}
	}
}

func TestASpanStaysWithinItsTimeline(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	l := Timeline{From: noon, Until: noon.Add(10 * day), Now: noon.Add(5 * day)}
	for name, c := range map[string]struct {
		Span
		x, width string
	}{
		"within":       {Span{From: noon.Add(day), Until: noon.Add(3 * day)}, "100.00", "200.00"},
		"from before":  {Span{From: noon.Add(-day), Until: noon.Add(day)}, "0.00", "100.00"},
		"without end":  {Span{From: noon.Add(9 * day)}, "900.00", "100.00"},
		"ended before": {Span{From: noon.Add(-3 * day), Until: noon.Add(-day)}, "0.00", "4.00"},
	} {
		if x, width := l.x(c.Span), l.width(c.Span); x != c.x || width != c.width {
			t.Errorf("%s: at %s, %s wide, want %s, %s", name, x, width, c.x, c.width)
		}
	}
}

func TestAFormSaysWhatIsWrongWhereItIs(t *testing.T) {
	t.Parallel()
	say := wordstest.English()
	form := Form{Fields: []Field{{ID: "name", Label: "Name"}, {ID: "until", Label: "Until"}}}
	at := fault.New(fault.Invalid, "grant.invalid", "The grant cannot be made.")
	at.Fields = []fault.Field{{Name: "until", Problem: "must be in the future"}, {Name: "reason", Problem: "is missing"}}
	got := form.Faulty(&say, at)
	if got.Fields[0].Problem != "" || got.Fields[1].Problem != "“Until” must be in the future." || len(got.Wrong) != 1 || got.Wrong[0] != "“reason” is missing." {
		t.Errorf("the form says %q, %q and %q", got.Fields[0].Problem, got.Fields[1].Problem, got.Wrong)
	}
	if form.Fields[1].Problem != "" {
		t.Error("the form that was not sent says that something is wrong")
	}
	whole := form.Faulty(&say, fault.New(fault.Conflict, "grant.twice", "There is such a grant."))
	if !whole.broken() || whole.Wrong[0] != "There is such a grant." {
		t.Errorf("the form says %q", whole.Wrong)
	}
	if form.Faulty(&say, nil).broken() {
		t.Error("a form without a fault is broken")
	}
}

func TestInitialsAreThoseOfFirstAndLastName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "", "ada@example.test": "A", "Grace Brewster Hopper": "GH", "élise": "É", "  Bob  ": "B"} {
		if got := Initials(name); got != want {
			t.Errorf("%q has the initials %q, want %q", name, got, want)
		}
	}
}

func TestThePartsOfABarFillIt(t *testing.T) {
	t.Parallel()
	got := widths(Bar{Values: []int{1, 3, 0}})
	if diff := cmp.Diff([]stretch{{0, 25}, {25, 75}, {100, 0}}, got, cmp.AllowUnexported(stretch{})); diff != "" {
		t.Error(diff)
	}
	if got := widths(Bar{Values: []int{0, 0}}); got[0].wide != 0 || got[1].wide != 0 {
		t.Errorf("nothing is drawn as %v", got)
	}
}

// What is wrong in what folds out is seen, and said above the form as anything else.
func TestWhatFoldsOutIsOpenWhereSomethingIsWrong(t *testing.T) {
	t.Parallel()
	say := wordstest.English()
	form := Form{Fields: []Field{{ID: "a", Label: "A"}}, Folds: []Fold{{Label: "1", Fields: []Field{{ID: "b", Label: "B"}, {ID: "c", Label: "C"}}}, {Label: "2", Fields: []Field{{ID: "d", Label: "D"}}}}, More: []Field{{ID: "e", Label: "E"}}}
	got := form.Faulty(&say, &fault.Error{Kind: fault.Invalid, Fields: []fault.Field{{Name: "c", Problem: "is needed"}, {Name: "e", Problem: "is needed"}}})
	if got.Folds[0].Fields[1].Problem == "" || !got.Folds[0].unfolded() || got.Folds[1].unfolded() || got.More[0].Problem == "" || !got.open() || len(got.Wrong) > 0 || !got.broken() {
		t.Errorf("it comes back as %+v", got)
	}
	if form.Folds[0].unfolded() || form.broken() {
		t.Errorf("the form itself became %+v", form)
	}
	now := form
	now.Folds = []Fold{{Fields: []Field{{ID: "c", Value: "7"}}}}
	if beside := form.Beside(&say, now); beside.Folds[0].Fields[1].now == nil || *beside.Folds[0].Fields[1].now != "7" || beside.Folds[0].Fields[0].now != nil {
		t.Errorf("beside what it is by now it is %+v", beside)
	}
}

func TestAValueIsBrokenBehindItsSlashes(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"https://id.example.test/oauth2/token": "https://<wbr>id.example.test/<wbr>oauth2/<wbr>token",
		"/open":                                "/<wbr>open", "a/": "a/", "usr_a": "usr_a", "": "",
	} {
		for what, shown := range map[string]templ.Component{"copied": Copy("it", value), "in a list": Cell(Lines{Main: "It", Code: value})} {
			var b strings.Builder
			if err := shown.Render(t.Context(), &b); err != nil || value != "" && !strings.Contains(b.String(), ">"+want+"</code>") {
				t.Errorf("%q, %s: %q, %v, want %q", value, what, b.String(), err, want)
			}
		}
	}
	var b strings.Builder
	if err := Cell(Lines{Main: "ada@example.test", Under: "for bob@example.test"}).Render(t.Context(), &b); err != nil || !strings.Contains(b.String(), ">ada<wbr>@example.test<") || !strings.Contains(b.String(), ">for bob<wbr>@example.test<") {
		t.Errorf("addresses in a list: %q, %v", b.String(), err)
	}
}

func TestAnAddressIsBrokenBeforeItsLastAt(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"ada@example.test": "ada<wbr>@example.test", "a@b@c": "a@b<wbr>@c", "@b": "@b", "Ada": "Ada", "": "", "<@>": "&lt;<wbr>@&gt;"} {
		var b strings.Builder
		if err := Address(name).Render(t.Context(), &b); err != nil || b.String() != want {
			t.Errorf("%q: %q, %v, want %q", name, b.String(), err, want)
		}
	}
}
