package totp

import (
	"crypto/subtle"
	"time"
)

// Clock is what is remembered of one authenticator.
type Clock struct {
	Last  int64 // the last step that was used
	Drift int64 // how many steps its clock is off: -1, 0 or +1
	// Hinted reports whether a code of that step was presented a moment ago and
	// refused for being just outside the window. Nil: never.
	Hinted func(step int64) (bool, error)
}

// Verdict says what a code is.
type Verdict int

// The verdicts. The zero Verdict is Wrong.
const (
	Wrong Verdict = iota
	Right         // take it: spend Match.Step and keep Match.Drift
	Used          // a right code whose step, or a later one, was used before
	Aside         // just outside the window: refuse it and remember Match.Step
)

// Match is what a code matched.
type Match struct {
	Verdict Verdict
	Step    int64
	Drift   int64
}

// Lead is how much earlier than its time a code is taken: phones whose clock is a
// little fast show it already.
const Lead = 10 * time.Second

// reach is how far from now a code is looked for, in steps: the windows of all
// drifts together.
const reachBack, reachAhead = 2, 1

// Find looks code up around now.
//
// Two steps are accepted: the present one and the one before, both moved by the
// drift that was learned, and in the last Lead of a step the next one. So a code
// lives for at most a minute and Lead, and a guess hits two codes, or three for a
// third of the time. A clock that is off by more is learned as RFC 6238 section 6 says,
// from two codes in a row: a code one step outside the window is refused and
// remembered; if then the code of the following step comes, from outside too, it
// is accepted, and the window moves there. The same code twice teaches nothing,
// nor do codes that are not in a row.
//
// Find always computes all codes that are in reach, whatever matches.
func Find(secret, code string, now time.Time, c Clock) (Match, error) {
	present := Step(now)
	soon := Step(now.Add(Lead)) > present
	best := Match{Drift: c.Drift}
	for offset := int64(-reachBack); offset <= reachAhead; offset++ {
		want, err := Code(secret, present+offset)
		if err != nil {
			return Match{}, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) != 1 {
			continue
		}
		m, err := c.judge(present+offset, offset, soon)
		if err != nil {
			return Match{}, err
		}
		if best.Verdict != Right && m.Verdict != Wrong {
			best = m
		}
	}
	return best, nil
}

// judge says what a code of step is, which lies offset steps from now; soon: the
// next step is near.
func (c Clock) judge(step, offset int64, soon bool) (Match, error) {
	m := Match{Step: step, Drift: c.Drift}
	inWindow := offset == c.Drift || offset == c.Drift-1 || soon && offset == c.Drift+1
	switch {
	case step <= c.Last && inWindow:
		m.Verdict = Used
	case step <= c.Last:
		m.Verdict = Wrong
	case inWindow:
		m.Verdict = Right
	default:
		return c.aside(m, offset)
	}
	return m, nil
}

// aside judges a code outside the window.
func (c Clock) aside(m Match, offset int64) (Match, error) {
	m.Verdict = Aside
	if c.Hinted == nil {
		return m, nil
	}
	hinted, err := c.Hinted(m.Step - 1)
	if err != nil || !hinted {
		return m, err
	}
	m.Verdict, m.Drift = Right, driftOf(offset)
	return m, nil
}

// driftOf is the smallest drift whose window holds offset.
func driftOf(offset int64) int64 {
	switch {
	case offset > 0:
		return 1
	case offset < -1:
		return -1
	}
	return 0
}
