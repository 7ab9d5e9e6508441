package proxy

import (
	"testing"
	"time"

	"gatehouse/gate"
)

func TestAConnectionIsHeldToItsPace(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		rate gate.MessageRate
		come []time.Duration // each with one
		over int             // the first that is too many; -1: none
	}{
		"no bound":             {gate.MessageRate{}, make([]time.Duration, 1000), -1},
		"as many at once":      {gate.MessageRate{Burst: 3, Every: time.Second}, []time.Duration{0, 0, 0}, -1},
		"one more":             {gate.MessageRate{Burst: 3, Every: time.Second}, []time.Duration{0, 0, 0, 0}, 3},
		"one more, a bit soon": {gate.MessageRate{Burst: 3, Every: time.Second}, []time.Duration{0, 0, 0, 999 * time.Millisecond}, 3},
		"one more, in time":    {gate.MessageRate{Burst: 3, Every: time.Second}, []time.Duration{0, 0, 0, time.Second, 2 * time.Second}, -1},
		"what waited long":     {gate.MessageRate{Burst: 2, Every: time.Second}, []time.Duration{0, time.Hour, time.Hour, time.Hour}, 3},
	} {
		p, over := meter{MessageRate: c.rate}, -1
		for i, at := range c.come {
			if !p.take(1, now.Add(at)) {
				over = i
				break
			}
		}
		if over != c.over {
			t.Errorf("%s: %d is too many, want %d", name, over, c.over)
		}
	}
	p := meter{MessageRate: gate.MessageRate{Burst: 3, Every: time.Second}}
	if !p.take(0, now) || !p.take(3, now) || p.take(1, now) {
		t.Error("several at once do not count as so many")
	}
}

// Pings and pieces of a message cost an application as messages do.
func TestEachFrameOfAVisitorCounts(t *testing.T) {
	t.Parallel()
	f := frames{masked: true}
	frame := func(head, length byte) []byte {
		return append([]byte{head, 0x80 | length, 0, 0, 0, 0}, make([]byte, length)...)
	}
	for name, c := range map[string]struct {
		b    []byte
		want int
	}{
		"a message":         {frame(0x81, 5), 1},
		"a ping and a pong": {append(frame(0x89, 0), frame(0x8a, 0)...), 2},
		"two pieces":        {append(frame(0x01, 1), frame(0x80, 1)...), 2},
		"half a head":       {frame(0x81, 5)[:1], 0},
	} {
		if err := through(&f, c.b); err != nil || f.count() != c.want || f.count() != 0 {
			t.Errorf("%s: %v", name, err)
		}
		f = frames{masked: true}
	}
}
