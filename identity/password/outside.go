package password

import (
	"context"
	"log/slog"

	"gatehouse/identity/password/worker"
)

// The values of Options.Process.
const (
	Auto   = "auto"   // in a child process where there can be one, else inside
	Child  = "child"  // in a child process, and nowhere else
	Inside = "inside" // in the server's own process
)

// Run makes a server hash in a child process until ctx ends. The child may use
// every processor, because it gives way to the server. Where there can be no
// child, Auto says so once and stays inside; Child tries again until there is
// one, and sign-ins are told to come back meanwhile.
func (h *Hasher) Run(ctx context.Context, log *slog.Logger) error {
	if h.opts.Process != Auto && h.opts.Process != Child {
		return nil
	}
	slots := Slots(h.opts.Slots, processors(), h.opts.MemoryKiB)
	pool := worker.NewPool(worker.Options{Slots: slots, MemoryKiB: h.opts.MemoryKiB, Wait: h.opts.Wait, Log: log})
	if err := pool.Start(); err != nil && h.opts.Process == Auto {
		log.Warn("passwords are hashed inside the server, which is slower: there can be no child process for it", "error", err.Error())
		return nil
	}
	was := h.room.Swap(newRoom(pool, slots))
	defer h.room.Store(was)
	pool.Run(ctx)
	return nil
}
