package proxy

import (
	"time"

	"gatehouse/gate"
)

// meter holds what a visitor sends on one connection to how much may come. The zero meter
// bounds nothing. It is counted here alone: nobody else has the connection.
type meter struct {
	gate.MessageRate
	whole time.Time // when all of the burst is there again
}

// take counts n at a moment, and reports whether they are within the bound. Where it says no
// it is over, and nothing more is to come.
func (m *meter) take(n int, now time.Time) bool {
	if m.Every == 0 || n == 0 {
		return true
	}
	if m.whole.Before(now) {
		m.whole = now
	}
	m.whole = m.whole.Add(time.Duration(n) * m.Every)
	return m.whole.Sub(now) <= time.Duration(m.Burst)*m.Every
}
