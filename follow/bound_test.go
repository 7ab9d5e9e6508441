package follow

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// Who says so takes what is known for longer than others, and never longer than they say;
// and who says that they do not wait is refused at once.
func TestAQuestionMayTakeWhatIsOlderOrWaitForNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		feed := NewFeed(store)
		w := feed.Follow(func(context.Context, map[string]int64) error { return nil }, "policy")
		patient, used := UpTo(t.Context(), 30*time.Second)
		store.set(func() { store.err = errAway })
		if w.Current(patient) == nil || used() {
			t.Error("what was never read is served")
		}
		store.set(func() { store.err = nil })
		if err := feed.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.Current(patient); err != nil || used() {
			t.Errorf("fresh: %v, %v", err, used())
		}
		store.set(func() { store.err = errAway })
		time.Sleep(29 * time.Second)
		if w.Current(t.Context()) == nil {
			t.Error("others are served what is old")
		}
		if err := w.Current(patient); err != nil || !used() {
			t.Errorf("after 29 s: %v, %v", err, used())
		}
		if w.Reach(patient, func() bool { return false }) == nil {
			t.Error("what was committed here may be missing")
		}
		time.Sleep(2 * time.Second)
		if w.Current(patient) == nil {
			t.Error("what is older than was said is served")
		}
		store.set(func() { store.err = nil })
		before := store.questions()
		if w.Current(Strictly(t.Context())) == nil || store.questions() != before {
			t.Error("it waited")
		}
		time.Sleep(2 * restless)
		if err := w.Current(t.Context()); err != nil {
			t.Error(err)
		}
		if err := w.Current(Strictly(t.Context())); err != nil {
			t.Error(err)
		}
	})
}
