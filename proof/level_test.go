package proof

import (
	"encoding/json"
	"testing"
)

func TestLevelsAreOrdered(t *testing.T) {
	t.Parallel()
	var zero Level
	if zero != None || !(None < AAL1 && AAL1 < AAL2) {
		t.Errorf("zero %d, none %d, aal1 %d, aal2 %d", zero, None, AAL1, AAL2)
	}
}

func TestLevelsAreWrittenAsTokensSayThem(t *testing.T) {
	t.Parallel()
	for l, want := range map[Level]string{None: `""`, AAL1: `"aal1"`, AAL2: `"aal2"`} {
		text, err := json.Marshal(l)
		if err != nil || string(text) != want {
			t.Errorf("%d is written as %s, %v; want %s", l, text, err, want)
		}
		back := Level(7)
		if err := json.Unmarshal(text, &back); err != nil || back != l {
			t.Errorf("%s is read as %d, %v; want %d", text, back, err, l)
		}
	}
}

func TestAnUnknownTextIsNoLevel(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"aal3", "AAL2", " aal2", "aal2 ", "2", "0", "none", "aal", "urn:mace:incommon:iap:silver"} {
		l := AAL1
		if err := l.UnmarshalText([]byte(text)); err == nil || l != AAL1 {
			t.Errorf("%q is read as %q, %v", text, l, err)
		}
		if got, err := ParseLevel(text); err == nil || got != None {
			t.Errorf("ParseLevel(%q) = %q, %v", text, got, err)
		}
	}
	for _, l := range []Level{-1, AAL2 + 1, 99} {
		if text, err := l.MarshalText(); err == nil || l.Known() {
			t.Errorf("%d is written as %q", int(l), text)
		}
	}
}
