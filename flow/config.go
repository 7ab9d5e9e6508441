package flow

import (
	"time"

	"gatehouse/fault"
	"gatehouse/setting"
)

// Config says what a sign-in asks for and how long it may take.
type Config struct {
	// MFA is who must have a second factor: administrators, everybody or nobody.
	MFA MFA `setting:"mfa"`
	// InteractionTTL is how long a sign-in may take from its first page to its
	// last.
	InteractionTTL time.Duration `setting:"interaction_ttl"`
	// Fresh is how long a proof counts as fresh where a page changes how one
	// signs in.
	Fresh time.Duration `setting:"fresh"`
}

// DefaultConfig requires a second factor of administrators.
func DefaultConfig() Config {
	return Config{MFA: MFAAdministrators, InteractionTTL: time.Hour, Fresh: 5 * time.Minute}
}

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	switch c.MFA {
	case MFAAdministrators, MFAEverybody, MFANobody:
	default:
		bad = append(bad, fault.Field{Name: "mfa", Problem: `must be "administrators", "everybody" or "nobody"`})
	}
	if p := setting.Within(c.InteractionTTL, time.Minute, 24*time.Hour); p != "" {
		bad = append(bad, fault.Field{Name: "interaction_ttl", Problem: p})
	}
	if p := setting.Within(c.Fresh, 30*time.Second, time.Hour); p != "" {
		bad = append(bad, fault.Field{Name: "fresh", Problem: p})
	}
	return bad
}
