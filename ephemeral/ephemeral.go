// Package ephemeral holds what may be forgotten at any moment: flood limits and
// the like.
//
// The rule for everything here: losing it may cost somebody a wait or let a
// flood begin anew, but it never lets anyone in or out. Counters that protect
// passwords and second factors, and marks that may be used once, are therefore
// not here but in the store. The same holds for a limiter that cannot answer: who
// asks it goes on as if nobody had to wait, and decides by what was presented.
package ephemeral

import (
	"context"
	"time"

	"gatehouse/fault"
	"gatehouse/setting"
)

// Limiter bounds how often something may happen per key. Package ephemeraltest
// holds every implementation to this. All methods may be called at once; of events
// counted at once none is lost.
type Limiter interface {
	// Blocked returns how long key has to wait until it may have one more event,
	// zero when it may have it now. It counts nothing. An error means that nobody
	// knows, also because ctx ended.
	Blocked(ctx context.Context, key string) (time.Duration, error)
	// Count counts one event of key. A key that is blocked is counted no further,
	// so that a flood does not lengthen the wait. After an error the event may or
	// may not be counted.
	Count(ctx context.Context, key string) error
	// Take counts one event of key if it may have one now, and returns zero; else it
	// counts nothing and returns how long key has to wait. Of events taken at once
	// no more pass than may. After an error the event may or may not be counted.
	Take(ctx context.Context, key string) (time.Duration, error)
}

// Limits are the flood limits of a house.
type Limits struct {
	Bad     Config        `setting:",inline"`
	Address AddressConfig `setting:"address"`
	Person  PersonConfig  `setting:"person"`
	API     APIConfig     `setting:"api"`
}

// DefaultLimits are what whoever sets nothing gets.
func DefaultLimits() Limits {
	return Limits{
		Bad:     DefaultConfig(),
		Address: AddressConfig{Enabled: true, Burst: 3000, PerMinute: 3000, Remembered: 100_000},
		Person:  PersonConfig{Enabled: true, Burst: 100, PerMinute: 20, Remembered: 100_000},
		API:     APIConfig{Enabled: true, Burst: 1000, PerMinute: 3000, Remembered: 10_000},
	}
}

// Config says how many bad requests the endpoints for programs take.
type Config struct {
	// Enabled says whether bad requests are limited: failed authentications of an
	// application, for each address and application, and bad access tokens, for each
	// address. Turn it off where all requests come from one address and something
	// before Gatehouse limits them.
	Enabled bool `setting:"enabled"`
	// Burst is how many bad requests may come at once before their sender has to
	// wait.
	Burst int `setting:"burst"`
	// PerMinute is how many bad requests a sender may send per minute in the long
	// run.
	PerMinute int `setting:"per_minute"`
	// Remembered is how many senders are remembered at most; beyond it an old one is
	// forgotten for each new one. One takes some 100 bytes of memory.
	Remembered int `setting:"remembered"`
}

// AddressConfig says how many pages one address may ask for.
type AddressConfig struct {
	// Enabled says whether the requests of an address (in IPv6 of a /64 network) for
	// pages are limited: signing in, the account, set-up, and the requests of
	// applications that lead there. Turn it off where all requests come from one
	// address and something before Gatehouse limits them.
	Enabled bool `setting:"enabled"`
	// Burst is how many pages an address may ask for at once before it has to wait.
	Burst int `setting:"burst"`
	// PerMinute is how many pages an address may ask for per minute in the long run.
	// A sign-in with a second factor and a first consent takes eight.
	PerMinute int `setting:"per_minute"`
	// Remembered is how many addresses are remembered at most; beyond it an old one is
	// forgotten for each new one. One takes some 100 bytes of memory.
	Remembered int `setting:"remembered"`
}

// Validate says what is wrong with c.
func (c AddressConfig) Validate() []fault.Field { return Config(c).Validate() }

// PersonConfig says how much a person may change.
type PersonConfig struct {
	// Enabled says whether it is limited how often a person signs in, answers an
	// application, and changes something in the account: each leaves an event in the
	// audit log.
	Enabled bool `setting:"enabled"`
	// Burst is how often a person may do so at once before they have to wait.
	Burst int `setting:"burst"`
	// PerMinute is how often a person may do so per minute in the long run.
	PerMinute int `setting:"per_minute"`
	// Remembered is how many people are remembered at most; beyond it an old one is
	// forgotten for each new one. One takes some 100 bytes of memory.
	Remembered int `setting:"remembered"`
}

// Validate says what is wrong with c.
func (c PersonConfig) Validate() []fault.Field { return Config(c).Validate() }

// APIConfig says how much a caller may ask of the admin API.
type APIConfig struct {
	// Enabled says whether the requests of a caller of the admin API are limited: of a
	// person, an application or a service account, by whatever credentials. The answers
	// say how many are left (RateLimit).
	Enabled bool `setting:"enabled"`
	// Burst is how many requests a caller may send at once before it has to wait.
	Burst int `setting:"burst"`
	// PerMinute is how many requests a caller may send per minute in the long run.
	PerMinute int `setting:"per_minute"`
	// Remembered is how many callers are remembered at most; beyond it an old one is
	// forgotten for each new one. One takes some 100 bytes of memory.
	Remembered int `setting:"remembered"`
}

// Validate says what is wrong with c.
func (c APIConfig) Validate() []fault.Field { return Config(c).Validate() }

// DefaultConfig takes a hundred bad requests at once and five a second, from each
// of a hundred thousand senders.
func DefaultConfig() Config {
	return Config{Enabled: true, Burst: 100, PerMinute: 300, Remembered: 100_000}
}

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	for _, f := range []fault.Field{
		{Name: "burst", Problem: setting.Count(c.Burst, 1, 1_000_000)},
		{Name: "per_minute", Problem: setting.Count(c.PerMinute, 1, 1_000_000)},
		{Name: "remembered", Problem: setting.Count(c.Remembered, 1, 100_000_000)},
	} {
		if f.Problem != "" {
			bad = append(bad, f)
		}
	}
	return bad
}

// New returns the limiter that c asks for, or an Invalid fault when c is not
// possible.
func New(c Config) (Limiter, error) {
	if bad := c.Validate(); len(bad) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Code: "limits.config", Detail: "The limits are not possible.", Fields: bad}
	}
	if !c.Enabled {
		return unlimited{}, nil
	}
	return newMemory(c), nil
}

// unlimited keeps nobody waiting.
type unlimited struct{}

// AnswersAtOnce is described at memory's.
func (unlimited) AnswersAtOnce() {}

func (unlimited) Blocked(context.Context, string) (time.Duration, error) { return 0, nil }
func (unlimited) Count(context.Context, string) error                    { return nil }
func (unlimited) Take(context.Context, string) (time.Duration, error)    { return 0, nil }
