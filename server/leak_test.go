package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"testing"
	"time"

	"gatehouse/internal/testconfig"

	"gatehouse/house"
)

// Every start and stop gives back what it took. It runs alone, because it
// counts the goroutines of the process.
func TestStartAndStopLeaveNothingRunning(t *testing.T) {
	cycle := func() {
		t.Helper()
		h, err := house.Open(t.Context(), testconfig.New(t), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		s, err := New(h, Options{Ready: func(net.Addr, net.Addr) { stop() }})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.Run(ctx), h.Close()); err != nil {
			t.Fatal(err)
		}
	}
	cycle() // what a process keeps once, it keeps
	before := runtime.NumGoroutine()
	for range 5 {
		cycle()
	}
	for deadline := time.Now().Add(hangs); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines were there, now %d:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}
}
