// Package archive is the form of a back-up file: a line that says what it is, a
// header for people and programs, parts with a name each, and a MAC over all of
// it under a key that follows from the master key. Whoever changes, cuts or adds
// a byte is noticed, and whoever does not know the key cannot make one.
//
// Nothing is compressed and nothing is kept in memory but one frame, so that no
// file is larger for its reader than it is on disk. What the parts hold is
// package engine's.
package archive

import (
	"time"

	"gatehouse/fault"
)

// Format is the form that this program writes, and the newest that it reads.
const Format = 1

// The bounds of a file that may be anybody's.
const (
	maxHeader = 4 << 10
	maxName   = 4 << 10
	maxFrame  = 256 << 10
	maxParts  = 1000
)

// magic begins every back-up.
const magic = "gatehouse backup\n"

// The frames: the name of a part, some of its bytes, and the end, which the MAC
// follows. Each but the end has its length in front.
const (
	framePart byte = 'P'
	frameData byte = 'D'
	frameEnd  byte = 'E'
)

// Header says what a back-up is of. It holds no secret.
type Header struct {
	Format   int       `json:"format"`
	Made     time.Time `json:"made"`
	Database string    `json:"database"` // "sqlite" or "postgres"
	Schema   int64     `json:"schema"`   // the last step of the schema
	Key      string    `json:"key"`      // fingerprint of the master key
	Issuer   string    `json:"issuer"`
	Program  string    `json:"program"` // the version that wrote it
}

var (
	errForeign   = fault.New(fault.Invalid, "backup.format", "The file is no back-up of Gatehouse.")
	errTruncated = fault.New(fault.Invalid, "backup.truncated", "The back-up ends too early: it was cut off, or never written to its end. Take another one.")
	errAltered   = fault.New(fault.Invalid, "backup.altered", "The back-up is not as it was written: bytes of it were changed or added. Take another one.")
	errNewer     = fault.New(fault.Conflict, "backup.newer", "The back-up has a form that this Gatehouse does not know yet. Restore it with the newer one that made it.")
)
