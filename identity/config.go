package identity

import (
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/identity/password"
	"gatehouse/setting"
)

// Config says how people are proved.
type Config struct {
	Password PasswordConfig `setting:"passwords"`
}

// PasswordConfig is the cost of a password and the room for checking them. The
// cost applies to new hashes; old ones are renewed at the next sign-in.
type PasswordConfig struct {
	// MemoryKiB is the memory that one argon2id hash takes, in KiB.
	MemoryKiB uint32 `setting:"memory_kib"`
	// Passes is how often argon2id goes over that memory.
	Passes uint32 `setting:"passes"`
	// Process is where the server hashes: child is a process of its own, which
	// gives way to everything else; inside is the server's; auto is a child where
	// there can be one, else inside. Commands hash inside.
	Process string `setting:"process"`
	// Slots is how many passwords are hashed at the same time; 0 chooses by the
	// number of processors: all of them in a child, all but one inside.
	Slots int `setting:"slots"`
	// Queue is how many sign-ins may wait for a slot; more are told to come back.
	Queue int `setting:"queue"`
	// Wait is how long a sign-in waits for a slot before it is told to come back.
	Wait time.Duration `setting:"wait"`
	// MinLength is how many characters a new password has at least.
	MinLength int `setting:"min_length"`
}

// DefaultConfig returns the second of OWASP's equal choices for argon2id.
func DefaultConfig() Config {
	return Config{Password: PasswordConfig{
		MemoryKiB: 19456,
		Passes:    2,
		Process:   password.Auto,
		Queue:     64,
		Wait:      2 * time.Second,
		MinLength: 12,
	}}
}

// minCost is the weakest of OWASP's equal choices for argon2id: 7168 KiB, five passes.
const minCost = 7168 * 5

// Validate says what is wrong with c; names begin with "passwords".
func (c Config) Validate() []fault.Field {
	p := c.Password
	checks := []fault.Field{
		{Name: "memory_kib", Problem: setting.Count(p.MemoryKiB, 7168, 1<<20)},
		{Name: "passes", Problem: setting.Count(p.Passes, 1, 16)},
		{Name: "slots", Problem: setting.Count(p.Slots, 0, 256)},
		{Name: "queue", Problem: setting.Count(p.Queue, 0, 10_000)},
		{Name: "wait", Problem: setting.Within(p.Wait, 0, 30*time.Second)},
		{Name: "min_length", Problem: setting.Count(p.MinLength, 8, 64)},
	}
	if p.Process != password.Auto && p.Process != password.Child && p.Process != password.Inside {
		checks = append(checks, fault.Field{Name: "process", Problem: `must be "auto", "child" or "inside"`})
	}
	var bad []fault.Field
	for _, f := range checks {
		if f.Problem != "" {
			bad = append(bad, fault.Field{Name: "passwords." + f.Name, Problem: f.Problem})
		}
	}
	if len(bad) == 0 && uint64(p.MemoryKiB)*uint64(p.Passes) < minCost {
		bad = append(bad, fault.Field{Name: "passwords.passes", Problem: fmt.Sprintf(
			"is %d, too few for passwords.memory_kib of %d; memory times passes must reach %d", p.Passes, p.MemoryKiB, minCost)})
	}
	return bad
}
