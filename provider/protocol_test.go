package provider

import (
	"bytes"
	"errors"
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

// errUnused is what a test gets where it asks for what it has no use for.
var errUnused = errors.New("not used in this test")

// noSecrets derives no keys: nobody needs one.
type noSecrets struct{}

func (noSecrets) Key(string) []byte { return nil }

// noSessions is for tests that sign nobody out.
type noSessions struct{ Sessions }

// noFlow is for tests that sign nobody in.
type noFlow struct{ Flow }
