// Package keys keeps the signing keys through their life: announced, signing,
// retiring, retired. Everything that Gatehouse signs goes through a Ring, which
// holds the parsed keys in memory and follows the store by its version row.
package keys

import (
	"context"
	"time"
)

// The algorithms (RFC 7518, RFC 8037).
const (
	RS256 = "RS256"
	ES256 = "ES256"
	EdDSA = "EdDSA"
)

// State is where a key is in its life.
type State string

// The states. A key is published in all but the last.
const (
	Announced State = "announced" // published, does not sign yet
	Signing   State = "signing"   // exactly one of an algorithm
	Retiring  State = "retiring"  // published until the last token it signed is dead
	Retired   State = "retired"   // the private half is deleted; a revoked key is this at once, and loses the public one too
)

// Key is one signing key.
type Key struct {
	ID        string // the `kid`: RFC 7638 thumbprint
	Algorithm string
	State     State
	Public    string // the public JWK as JSON
	Sealed    string // the private JWK, sealed and bound to this row; once retired the public one, and empty when it was revoked
	Created   time.Time
	SignsFrom time.Time // an announced key signs from here on
	Until     time.Time // a retiring key is retired here
}

// Store keeps keys; *store.Store does.
type Store interface {
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// Versions returns the version row's counters by name; the one called "keys"
	// rises with every change of a key. A name never raised is absent.
	Versions(ctx context.Context) (map[string]int64, error)
	// Keys returns all keys that are not retired, oldest first, and the retired
	// ones too when all is true.
	Keys(ctx context.Context, all bool) ([]Key, error)
	// InsertKey answers Conflict when it would be a second signing key of its
	// algorithm. Raises the version of "keys", as the next does.
	InsertKey(ctx context.Context, k Key) error
	// MoveKey changes state, SignsFrom, Until and Sealed of a key that is in
	// state from, and reports whether it was.
	MoveKey(ctx context.Context, k Key, from State) (bool, error)
	// Lease takes or renews the lease name for holder until the given time and
	// reports whether holder has it now.
	Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
}
