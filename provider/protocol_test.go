package provider

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"gatehouse/id"
	"gatehouse/oauth"
)

// codec makes the refresh tokens of tests.
var codec = oauth.RefreshCodec{Key: bytes.Repeat([]byte{7}, 32), KeyID: 1}

// knownSecrets is the real protocol but for the secrets of clients.
type knownSecrets struct {
	*oauth.Service
	secretOf func(id.Client) string
}

func (p *knownSecrets) VerifySecret(c *oauth.Client, presented string, _ time.Time) bool {
	return presented == p.secretOf(c.ID)
}

func (p *knownSecrets) WasSecret(c *oauth.Client, presented string) bool {
	return presented == "was "+p.secretOf(c.ID)
}

// errUnused is what a test gets where it asks for what it has no use for.
var errUnused = errors.New("not used in this test")

// noSecrets derives no keys: nobody needs one.
type noSecrets struct{}

func (noSecrets) Key(string) []byte { return nil }

// noSessions is for tests that sign nobody out.
type noSessions struct{ Sessions }

// noFlow is for tests that sign nobody in.
type noFlow struct{ Flow }

// policy is a Ceiling that allows all but what a test takes away.
type policy struct {
	lost    []string // scopes
	stopped bool
	held    *oauth.Entitled
	err     error
}

// Over implements oauth.Ceiling.
func (p *policy) Over(_ context.Context, _ *oauth.Client, _ *oauth.Authorization, scopes []string, _ time.Time) (oauth.Allowance, error) {
	left := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return slices.Contains(p.lost, s) })
	allowed := oauth.Allowance{Scopes: left, Stopped: p.stopped}
	if p.held != nil {
		allowed.Entitlements = p
	}
	return allowed, p.err
}

// At implements oauth.Entitlements.
func (p *policy) At([]string, []string, time.Time, time.Duration) oauth.Entitled { return *p.held }
