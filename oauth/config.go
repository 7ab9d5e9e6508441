package oauth

import (
	"time"

	"gatehouse/fault"
	"gatehouse/setting"
)

// MaxAccessTokenTTL bounds every access and ID token, whatever a client's own
// settings say: a signing key is published until the last of them is dead.
const MaxAccessTokenTTL = 24 * time.Hour

// Bounds of a refresh family, for the server's defaults and a client's own settings.
const (
	MinRefreshIdle     = time.Minute
	MaxRefreshIdle     = 365 * setting.Day
	MaxRefreshAbsolute = 1095 * setting.Day
)

// Config says how long codes and tokens live. A client's own settings win.
type Config struct {
	// AccessTokenTTL is how long an access token is valid.
	AccessTokenTTL time.Duration `setting:"access_token_ttl"`
	// IDTokenTTL is how long an ID token is valid.
	IDTokenTTL time.Duration `setting:"id_token_ttl"`
	// CodeTTL is how long an authorization code may be exchanged.
	CodeTTL time.Duration `setting:"code_ttl"`
	// RefreshIdle is how long a refresh token lives without being used.
	RefreshIdle time.Duration `setting:"refresh_idle"`
	// RefreshAbsolute is how long an application stays signed in at most by
	// refreshing.
	RefreshAbsolute time.Duration `setting:"refresh_absolute"`
	// RefreshGrace is how long a refresh token that was just replaced still
	// brings the very same successor, for answers that got lost on the way; 0s
	// allows none.
	RefreshGrace time.Duration `setting:"refresh_grace"`
}

// DefaultConfig returns short tokens and refresh families of a season.
func DefaultConfig() Config {
	return Config{
		AccessTokenTTL:  5 * time.Minute,
		IDTokenTTL:      5 * time.Minute,
		CodeTTL:         time.Minute,
		RefreshIdle:     14 * setting.Day,
		RefreshAbsolute: 90 * setting.Day,
		RefreshGrace:    30 * time.Second,
	}
}

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	for _, f := range []struct {
		name      string
		d, lo, hi time.Duration
	}{
		{"access_token_ttl", c.AccessTokenTTL, 10 * time.Second, MaxAccessTokenTTL},
		{"id_token_ttl", c.IDTokenTTL, 10 * time.Second, MaxAccessTokenTTL},
		{"code_ttl", c.CodeTTL, 5 * time.Second, time.Minute},
		{"refresh_idle", c.RefreshIdle, MinRefreshIdle, MaxRefreshIdle},
		{"refresh_absolute", c.RefreshAbsolute, MinRefreshIdle, MaxRefreshAbsolute},
		{"refresh_grace", c.RefreshGrace, 0, time.Minute},
	} {
		if p := setting.Within(f.d, f.lo, f.hi); p != "" {
			bad = append(bad, fault.Field{Name: f.name, Problem: p})
		}
	}
	if len(bad) == 0 && c.RefreshIdle > c.RefreshAbsolute {
		bad = append(bad, fault.Field{Name: "refresh_idle", Problem: "is " + setting.FormatDuration(c.RefreshIdle) +
			"; it must not be longer than tokens.refresh_absolute, which is " + setting.FormatDuration(c.RefreshAbsolute)})
	}
	return bad
}
