package password

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/identity/password/worker"
)

// The test binary is its own child.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// outside is a hasher whose Run runs, and what it logs.
type outside struct {
	*Hasher
	stop func()
	mu   sync.Mutex
	log  bytes.Buffer
}

func (o *outside) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.log.Write(b)
}

var pidOf = regexp.MustCompile(`process of its own" pid=(\d+)`)

// children returns the process ids of the children so far.
func (o *outside) children(t *testing.T) []int {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []int
	for _, m := range pidOf.FindAllStringSubmatch(o.log.String(), -1) {
		pid, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, pid)
	}
	return list
}

func runOutside(t *testing.T, opts Options) *outside {
	t.Helper()
	o := &outside{Hasher: NewHasher(opts)}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	was := o.room.Load()
	wg.Go(func() {
		if err := o.Run(ctx, slog.New(slog.NewTextHandler(o, nil))); err != nil {
			t.Error(err)
		}
	})
	o.stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(o.stop)
	until(t, "the hasher has a child", func() bool { return o.room.Load() != was })
	return o
}

// hangs is how long something may take before it counts as one that never ends: the child
// has the lowest priority, and a machine that is busy with tests leaves it little.
const hangs = 2 * time.Minute

// until polls what another process does: there is nothing else to wait on.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(hangs); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func TestRunMovesHashingOutAndBack(t *testing.T) {
	t.Parallel()
	opts := Options{Params: cheap.Params, Queue: 3, Wait: hangs, Process: Auto}
	o := runOutside(t, opts)
	if got, want := o.Slots(), processors(); got != want {
		t.Errorf("%d slots in a child, want all %d processors", got, want)
	}
	within := NewHasher(opts)
	made, err := o.Hash(t.Context(), "violet harbour 77 engines")
	if err != nil {
		t.Fatal(err)
	}
	madeWithin, err := within.Hash(t.Context(), "violet harbour 77 engines")
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, h *Hasher, stored string) {
		t.Helper()
		ticket := enter(t, h)
		defer ticket.Leave()
		for typed, want := range map[string]bool{"violet harbour 77 engines": true, "violet harbour 78 engines": false, "": false} {
			if ok, stale, err := ticket.Verify(t.Context(), stored, "", typed); ok != want || stale || err != nil {
				t.Errorf("%s, %q: got %v, %v, %v", name, typed, ok, stale, err)
			}
		}
	}
	check("made outside, read inside", within, made)
	check("made inside, read outside", o.Hasher, madeWithin)
	if o.Hashed() != 4 {
		t.Errorf("%d hashes counted, want 4", o.Hashed())
	}
	o.stop()
	if got, want := o.Slots(), max(processors()-1, 1); got != want {
		t.Errorf("%d slots inside again, want %d", got, want)
	}
	check("after Run", o.Hasher, made)
}

func TestConfiguredSlotsHoldInAChildToo(t *testing.T) {
	t.Parallel()
	opts := cheap
	opts.Process, opts.Slots = Child, 3
	o := runOutside(t, opts)
	if o.Slots() != 3 {
		t.Errorf("%d slots, want 3", o.Slots())
	}
	for range 4 { // one more than slots may talk to the store meanwhile
		defer enter(t, o.Hasher).Leave()
	}
	if o.room.Load().admit.TryAcquire(1) {
		t.Error("a fifth ticket was given for three slots")
	}
}

func TestNobodyIsToldWrongWhenTheChildIsKilled(t *testing.T) {
	t.Parallel()
	opts := Options{Params: cheap.Params, Slots: 2, Queue: 3, Wait: hangs, Process: Child}
	o := runOutside(t, opts)
	stored, err := o.Hash(t.Context(), "violet harbour 77 engines")
	if err != nil {
		t.Fatal(err)
	}
	hashed := o.Hashed()
	child := o.children(t)[0]
	if err := syscall.Kill(child, syscall.SIGSTOP); err != nil { // so that it cannot be done before it is killed
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for typed, want := range map[string]bool{"violet harbour 77 engines": true, "violet harbour 78 engines": false} {
		wg.Go(func() {
			ticket := enter(t, o.Hasher)
			defer ticket.Leave()
			if ok, _, err := ticket.Verify(t.Context(), stored, "", typed); ok != want || err != nil {
				t.Errorf("%q: got %v, %v", typed, ok, err)
			}
		})
	}
	until(t, "both are at work", func() bool { return o.Hashed() == hashed+2 })
	if err := syscall.Kill(child, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if n := len(o.children(t)); n != 2 {
		t.Errorf("there were %d children, want 2", n)
	}
}

func TestNobodyIsToldWrongWhenEveryChildIsKilled(t *testing.T) {
	t.Parallel()
	opts := Options{Params: Params{MemoryKiB: 32768, Passes: 16}, Slots: 1, Queue: 3, Wait: 2 * time.Second, Process: Child}
	o := runOutside(t, opts)
	for _, typed := range []string{"violet harbour 77 engines", "another password"} {
		ticket := enter(t, o.Hasher)
		done := make(chan struct{})
		go func() { // kills every child there is until the answer has come
			killed := map[int]bool{}
			for {
				select {
				case <-done:
					return
				case <-time.After(time.Millisecond):
				}
				for _, pid := range o.children(t) {
					if !killed[pid] {
						killed[pid] = true
						_ = syscall.Kill(pid, syscall.SIGKILL)
					}
				}
			}
		}()
		ok, stale, err := ticket.Verify(t.Context(), "$argon2id$v=19$m=65536,t=32,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "", typed)
		close(done)
		ticket.Leave()
		if ok || stale || fault.CodeOf(err) != "password.busy" || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("got %v, %v, %v", ok, stale, err)
		}
	}
}
