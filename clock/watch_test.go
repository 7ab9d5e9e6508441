package clock

import (
	"context"
	"errors"
	"testing"
	"time"
)

const day = 24 * time.Hour

// machine is a computer whose clock somebody sets, and a database beside it.
type machine struct {
	at       time.Time     // the true time
	ran      time.Duration // since the start
	ahead    time.Duration // the wall clock
	database *time.Duration
	fails    error
	told     []*Doubt
}

func (m *machine) watch() *Watch {
	return &Watch{
		Read: func() Reading { return Reading{Wall: m.at.Add(m.ahead), Ran: m.ran} },
		Database: func(context.Context) (time.Time, bool, error) {
			if m.database == nil {
				return time.Time{}, false, m.fails
			}
			return m.at.Add(*m.database), true, m.fails
		},
		Tell: func(d *Doubt) { m.told = append(m.told, d) },
	}
}

func (m *machine) pass(d time.Duration) { m.at, m.ran = m.at.Add(d), m.ran+d }

// What is removed or replaced because of the time waits until wall, monotonic and
// database clock agree.
func TestTheTimeIsToldWhileTheClocksAgree(t *testing.T) {
	t.Parallel()
	type step struct {
		pass, ahead time.Duration
		slept       time.Duration // the monotonic clock stood still meanwhile
		told        bool
	}
	even := []step{{told: true}, {pass: time.Minute, told: true}, {pass: 40 * day, told: true}}
	for name, c := range map[string]struct {
		database time.Duration // of a database with a clock of its own
		alone    bool          // it has none
		steps    []step
	}{
		"an even clock":      {steps: even},
		"an even one, alone": {alone: true, steps: even},
		"ahead for a moment": {alone: true, steps: []step{
			{told: true}, {ahead: 40 * day}, {pass: time.Minute, ahead: 40 * day}, {pass: time.Minute, told: true}, {pass: day, told: true},
		}},
		"ahead for a moment, with a witness": {steps: []step{{told: true}, {ahead: 40 * day}, {pass: time.Minute, told: true}}},
		"behind for a moment":                {alone: true, steps: []step{{told: true}, {ahead: -40 * day}, {pass: time.Second, told: true}}},
		"from one wrong time to another": {alone: true, steps: []step{
			{told: true},
			{ahead: 40 * day},
			{pass: 50 * time.Minute, ahead: 80 * day},
			{pass: 50 * time.Minute, ahead: 80 * day},
			{pass: 10 * time.Minute, ahead: 80 * day, told: true},
		}},
		"for good, and alone": {alone: true, steps: []step{
			{told: true},
			{ahead: 5 * time.Minute},
			{pass: Settle - time.Second, ahead: 5 * time.Minute},
			{pass: time.Second, ahead: 5 * time.Minute, told: true},
			{pass: day, ahead: 5 * time.Minute, told: true},
			{pass: time.Second},
		}},
		"for good, against a witness": {steps: []step{
			{told: true}, {ahead: 5 * time.Minute}, {pass: 10 * day, ahead: 5 * time.Minute}, {pass: day, told: true},
		}},
		"wrong from the start":  {steps: []step{{ahead: 40 * day}, {pass: time.Minute, ahead: 40 * day}, {pass: time.Minute, told: true}}},
		"the database is wrong": {database: 2 * time.Minute, steps: []step{{}, {pass: day}}},
		"within the bound":      {database: 50 * time.Second, steps: []step{{told: true}, {ahead: 40 * time.Second, told: true}, {ahead: -5 * time.Second, told: true}, {ahead: -20 * time.Second}}},
		"a machine that slept": {steps: []step{
			{told: true}, {slept: 3 * day}, {pass: Settle - time.Second}, {pass: time.Second, told: true}, {pass: time.Minute, told: true},
		}},
		"a clock that is a little fast": {alone: true, steps: []step{
			{told: true},
			{pass: 10 * day, ahead: 50 * time.Second, told: true},
			{pass: 10 * day, ahead: 100 * time.Second, told: true},
			{pass: 10 * day, ahead: 150 * time.Second, told: true},
		}},
		"moved again and again by a little": {alone: true, steps: []step{
			{told: true}, {pass: time.Minute, ahead: 50 * time.Second, told: true}, {pass: time.Minute, ahead: 100 * time.Second},
		}},
	} {
		m := &machine{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), database: &c.database}
		if c.alone {
			m.database = nil
		}
		w, refused := m.watch(), int64(0)
		for i, s := range c.steps {
			m.pass(s.pass)
			m.at, m.ahead = m.at.Add(s.slept), s.ahead
			now, err := w.Now(t.Context())
			doubt, _ := errors.AsType[*Doubt](err)
			switch {
			case s.told && (err != nil || !now.Equal(m.at.Add(m.ahead))):
				t.Errorf("%s, %d: %v, %v", name, i, now, err)
			case !s.told && (doubt == nil || !now.IsZero() || w.Doubt() != doubt):
				t.Errorf("%s, %d: %v, %v, want doubt", name, i, now, err)
			}
			if !s.told {
				refused++
			}
		}
		if w.Refused() != refused {
			t.Errorf("%s: %d refusals, want %d", name, w.Refused(), refused)
		}
	}
}

func TestDoubtIsToldOnceWhenItBeginsAndOnceWhenItEnds(t *testing.T) {
	t.Parallel()
	m := &machine{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	w := m.watch()
	for i := range 30 {
		m.ahead = 0
		if i >= 10 && i < 20 {
			m.ahead = 40 * day
		}
		_, _ = w.Now(t.Context())
		m.pass(time.Second)
	}
	if len(m.told) != 2 || m.told[0] == nil || m.told[1] != nil {
		t.Fatalf("told %v", m.told)
	}
	if got := m.told[0].Error(); got != "the clock was moved by 960h0m0s" {
		t.Errorf("it says %q", got)
	}
}

// A database that does not answer is no doubt, and no time is told.
func TestADatabaseThatFailsTellsNoTime(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	m := &machine{at: time.Now(), fails: away}
	now, err := m.watch().Now(t.Context())
	if !errors.Is(err, away) || !now.IsZero() || len(m.told) != 0 {
		t.Errorf("%v, %v, told %v", now, err, m.told)
	}
}

// A slow answer of the database says less of the time, and is no doubt.
func TestASlowDatabaseIsNoReasonForDoubt(t *testing.T) {
	t.Parallel()
	m := &machine{at: time.Now(), database: new(time.Duration)}
	w := m.watch()
	ask := w.Database
	w.Database = func(ctx context.Context) (time.Time, bool, error) { m.pass(3 * Bound); return ask(ctx) }
	if _, err := w.Now(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestReaderReadsBothClocks(t *testing.T) {
	t.Parallel()
	read := Reader()
	a := read()
	b := read()
	if b.Ran < a.Ran || b.Wall.Before(a.Wall) || a.Wall != Cut(a.Wall) || drift(a, b).Abs() > Bound {
		t.Errorf("read %v, then %v", a, b)
	}
}
