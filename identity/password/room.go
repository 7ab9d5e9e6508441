package password

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"

	"golang.org/x/sync/semaphore"

	"gatehouse/identity/password/worker"
)

// engine derives one key at a time for each caller: this process or another one.
type engine interface {
	// Ready waits until a key can be derived, or says why it cannot.
	Ready(ctx context.Context) error
	// Key derives the key of j. An error says that there is none, and nothing
	// about the password.
	Key(ctx context.Context, j worker.Job) ([]byte, error)
}

// inside is the engine of this process.
type inside struct{}

func (inside) Ready(context.Context) error                         { return nil }
func (inside) Key(_ context.Context, j worker.Job) ([]byte, error) { return j.Key(), nil }

// room is where keys are derived, and how many at the same time.
type room struct {
	engine engine
	count  int
	admit  *semaphore.Weighted // one more than slots: its holder talks to the store meanwhile
	slots  *semaphore.Weighted
}

func newRoom(e engine, slots int) *room {
	return &room{e, slots, semaphore.NewWeighted(int64(slots) + 1), semaphore.NewWeighted(int64(slots))}
}

func processors() int { return runtime.GOMAXPROCS(0) }

// Slots returns how many hashes may run at the same time: what is configured,
// else what is usual; at most what a quarter of the memory limit (GOMEMLIMIT)
// holds, and at least one.
func Slots(configured, usual int, memoryKiB uint32) int {
	n := configured
	if n <= 0 {
		n = usual
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 && memoryKiB > 0 {
		n = min(n, int(limit/4/1024/int64(memoryKiB)))
	}
	return max(n, 1)
}
