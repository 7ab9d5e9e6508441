package ephemeral

import (
	"gatehouse/fault"
	"gatehouse/setting"
)

// Limits are the flood limits of a house.
type Limits struct {
	Bad     Config        `setting:",inline"`
	Address AddressConfig `setting:"address"`
	Person  PersonConfig  `setting:"person"`
	API     APIConfig     `setting:"api"`
	Gate    GateConfig    `setting:"gate"`
}

// DefaultLimits are what whoever sets nothing gets.
func DefaultLimits() Limits {
	return Limits{
		Bad:     DefaultConfig(),
		Address: AddressConfig{Enabled: true, Burst: 3000, PerMinute: 3000, Remembered: 100_000},
		Person:  PersonConfig{Enabled: true, Burst: 100, PerMinute: 20, Remembered: 100_000},
		API:     APIConfig{Enabled: true, Burst: 1000, PerMinute: 3000, Remembered: 10_000},
		Gate:    GateConfig{Remembered: 100_000},
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

// GateConfig says how much is remembered of who sends requests through the gate.
type GateConfig struct {
	// Remembered is for how many callers of a route with a limit (docs/gate.md), all such
	// routes together, it is remembered at most how much they sent; beyond it an old one
	// is forgotten for each new one. One takes some 100 bytes of memory.
	Remembered int `setting:"remembered"`
}

// Validate says what is wrong with c.
func (c GateConfig) Validate() []fault.Field {
	if p := setting.Count(c.Remembered, 1, 100_000_000); p != "" {
		return []fault.Field{{Name: "remembered", Problem: p}}
	}
	return nil
}
