package session

import (
	"context"
	"time"

	"gatehouse/id"
)

// GateCode lets a browser that is signed in at the issuer into a host behind the gate:
// once, within gateCodeLife, and only the browser that has the nonce.
type GateCode struct {
	Hash             []byte // SHA-256 of the code
	Session          id.Session
	Host             string
	Nonce            []byte // SHA-256 of the nonce, which the browser keeps for that host
	Path             string // where the browser wanted to go
	Created, Expires time.Time
}

// GateUse is the use of a GateCode: what was presented, and the hash of the token that
// takes its place.
type GateUse struct {
	Code, Nonce []byte // SHA-256
	Host        string
	Token       []byte // SHA-256
}

// GateStore keeps the sessions of the gate; *store.Store does. What is not there is a
// NotFound fault.
type GateStore interface {
	// InsertGateCode stores c and reports whether its session lives. Beyond most rows
	// of one session the oldest go.
	InsertGateCode(ctx context.Context, c GateCode, most int) (bool, error)
	// RedeemGateCode makes a code a session of the gate, as long as the browser's, in one
	// conditional UPDATE, and returns its path. Of several at once one succeeds.
	RedeemGateCode(ctx context.Context, u GateUse, now time.Time) (path string, err error)
	// GateSession returns whose session a token is of at that host, alive or not.
	GateSession(ctx context.Context, hash []byte, host string, now time.Time) (id.Session, error)
	DeleteGateSession(ctx context.Context, hash []byte, host string) error
}

// MaxGateSessions bounds what one browser session has at the gate: hosts where it is let
// in, and codes under way.
const MaxGateSessions = 50

// gateCodeLife is how long a code is good: a redirect takes a moment.
const gateCodeLife = time.Minute
