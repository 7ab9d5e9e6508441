// Package worker derives argon2id keys (RFC 9106), in this process or in a child
// of it. The child runs the same binary at the lowest priority, with a scheduler,
// a collector and a heap of its own, so that whoever waits for a token does not
// wait for somebody's password; the kernel gives it what is left of the
// processors. It takes its work over a pipe, knows nothing else of the house, and
// ends when the pipe does.
package worker

import (
	"errors"
	"time"

	"golang.org/x/crypto/argon2"
)

// Job is one key to derive. Its password and salt are only read.
type Job struct {
	Password, Salt []byte
	MemoryKiB      uint32
	Passes         uint32
	Threads        uint8
	KeyBytes       uint16
}

// The bounds of a Job. They are wide: what is reasonable is for the caller to
// say, these keep a damaged pipe from asking for the machine.
const (
	maxPassword  = 4096
	maxSalt      = 256
	maxKey       = 256
	maxMemoryKiB = 1 << 20
	maxPasses    = 64
	maxThreads   = 16
)

var errBounds = errors.New("the cost or the size of a hash is out of bounds")

func (j Job) check() error {
	if len(j.Password) > maxPassword || len(j.Salt) > maxSalt || j.KeyBytes < 1 || j.KeyBytes > maxKey ||
		j.MemoryKiB < 1 || j.MemoryKiB > maxMemoryKiB || j.Passes < 1 || j.Passes > maxPasses || j.Threads < 1 || j.Threads > maxThreads {
		return errBounds
	}
	return nil
}

// Key derives the key in this process. It does not check the bounds.
func (j Job) Key() []byte {
	return argon2.IDKey(j.Password, j.Salt, j.Passes, j.MemoryKiB, j.Threads, uint32(j.KeyBytes))
}

// patience is how long a child may take for j before it counts as hung: a floor
// for a machine that is busy with other things, and some two hundred times what
// the work takes on an idle one.
func (j Job) patience() time.Duration {
	return 8*time.Second + time.Duration(uint64(j.MemoryKiB)*uint64(j.Passes))*100*time.Microsecond
}
