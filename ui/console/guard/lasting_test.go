package guard

import (
	"testing"
	"time"

	"gatehouse/fault"
)

func TestHowLongIsReadAsItIsTyped(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 500, time.UTC)
	for text, want := range map[string]time.Duration{"2m": 2 * time.Minute, "90s": 90 * time.Second, "8h": 8 * time.Hour, "30d": 30 * 24 * time.Hour, "1d12h": 36 * time.Hour} {
		got, err := Lasts("until", text, now)
		if err != nil || !got.Equal(now.Truncate(time.Second).Add(want)) {
			t.Errorf("%s ends at %s: %v", text, got, err)
		}
	}
	if got, err := Lasts("until", "", now); err != nil || !got.IsZero() {
		t.Errorf("nothing ends at %s: %v", got, err)
	}
	for _, text := range []string{"2 weeks", "0s", "-1h", "1ms", "soon", "99999d", "8"} {
		_, err := Lasts("until", text, now)
		f, ok := err.(*fault.Error)
		if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "until" {
			t.Errorf("%s: %v", text, err)
		}
	}
}
