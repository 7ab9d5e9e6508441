package password

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
)

var cheap = Options{Params: Params{MemoryKiB: 64, Passes: 1}, Slots: 1, Queue: 3, Wait: 2 * time.Second}

func TestVerifyKnowsThePasswordAndNoOther(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap)
	ticket := enter(t, h)
	defer ticket.Leave()
	stored, err := ticket.Hash(t.Context(), "café au lait, twice")
	if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatalf("got %q, %v", stored, err)
	}
	again, err := ticket.Hash(t.Context(), "café au lait, twice")
	if err != nil || again == stored {
		t.Errorf("two hashes have one salt, %v", err)
	}
	for typed, want := range map[string]bool{
		"café au lait, twice":       true,
		"cafe\u0301 au lait, twice": true, // the same characters from another keyboard
		"cafe au lait, twice":       false,
		"café au lait, twice ":      false,
		"":                          false,
		strings.Repeat("x", 1025):   false,
	} {
		ok, stale, err := ticket.Verify(t.Context(), stored, "", typed)
		if ok != want || stale || err != nil {
			t.Errorf("%.20q: got %v, %v, %v", typed, ok, stale, err)
		}
	}
}

func TestHashNeverCutsAPassword(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap)
	ticket := enter(t, h)
	defer ticket.Leave()
	long := strings.Repeat("a", MaxBytes-1)
	stored, err := ticket.Hash(t.Context(), long+"b")
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, err := ticket.Verify(t.Context(), stored, "", long+"c"); ok || err != nil {
		t.Errorf("the last of %d bytes does not count: %v, %v", MaxBytes, ok, err)
	}
	if _, err := ticket.Hash(t.Context(), long+"bc"); err == nil {
		t.Error("an overlong password was hashed")
	}
}

// The vector was made with the reference implementation of argon2 (RFC 9106).
func TestVerifyReadsHashesOfOthers(t *testing.T) {
	t.Parallel()
	ticket := enter(t, NewHasher(cheap))
	defer ticket.Leave()
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, stale, err := ticket.Verify(t.Context(), reference, "", "password")
	if !ok || !stale || err != nil {
		t.Errorf("got %v, %v, %v", ok, stale, err)
	}
}

func TestVerifyRefusesADamagedHash(t *testing.T) {
	t.Parallel()
	ticket := enter(t, NewHasher(cheap))
	defer ticket.Leave()
	for _, stored := range []string{
		"x", "$2b$12$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=64,t=1,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPP",
	} {
		ok, _, err := ticket.Verify(t.Context(), stored, "", "password")
		if ok || err == nil || strings.Contains(err.Error(), "c29t") {
			t.Errorf("%q: got %v, %v", stored, ok, err)
		}
	}
}

func enter(t *testing.T, h *Hasher) *Ticket {
	t.Helper()
	ticket, err := h.Enter(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

func TestQueueShedsWhenItIsFullOrTooSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap)
		first, second := enter(t, h), enter(t, h)
		defer second.Leave()
		start := time.Now()
		var wg sync.WaitGroup
		for range cheap.Queue {
			wg.Go(func() {
				_, err := h.Enter(t.Context(), "")
				if fault.CodeOf(err) != "password.busy" || time.Since(start) != cheap.Wait {
					t.Errorf("got %v after %v", err, time.Since(start))
				}
			})
		}
		synctest.Wait()
		_, err := h.Enter(t.Context(), "")
		f, _ := errors.AsType[*fault.Error](err)
		if f == nil || f.Code != "password.busy" || f.Kind != fault.Unavailable || f.RetryAfter != cheap.Wait || time.Since(start) != 0 {
			t.Errorf("a full queue answers %v after %v", err, time.Since(start))
		}
		wg.Wait()
		first.Leave()
		first.Leave()
		enter(t, h).Leave()
		if h.Waiting() != 0 {
			t.Errorf("%d still wait", h.Waiting())
		}
	})
}

func TestQueueIsFirstComeFirstServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap)
		first, second := enter(t, h), enter(t, h)
		var order []int
		var wg sync.WaitGroup
		for i := range cheap.Queue {
			wg.Go(func() {
				ticket := enter(t, h)
				order = append(order, i) // one at a time: the others' tickets are held
				ticket.Leave()
			})
			synctest.Wait()
		}
		first.Leave()
		wg.Wait()
		second.Leave()
		for i, who := range order {
			if i != who {
				t.Fatalf("served in the order %v", order)
			}
		}
	})
}

func TestQueueLetsGoOfCallersWhoWentAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap)
		first, second := enter(t, h), enter(t, h)
		ctx, cancel := context.WithCancel(t.Context())
		for _, who := range []string{"", "ada", "ada"} {
			go func() {
				_, err := h.Enter(ctx, who)
				if !errors.Is(err, context.Canceled) || fault.CodeOf(err) != "" {
					t.Errorf("who went away got %v", err)
				}
			}()
		}
		synctest.Wait()
		cancel()
		synctest.Wait()
		if h.Waiting() != 0 || len(h.turns.of) != 0 {
			t.Errorf("%d wait, %d have turns", h.Waiting(), len(h.turns.of))
		}
		first.Leave()
		second.Leave()
		enter(t, h).Leave()
	})
}

func TestGuessesAtOneAccountGoOneByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := cheap
		o.Slots = 8
		h := NewHasher(o)
		ada, err := h.Enter(t.Context(), "ada")
		if err != nil {
			t.Fatal(err)
		}
		entered := false
		go func() {
			second, err := h.Enter(t.Context(), "ada")
			if err != nil {
				t.Error(err)
				return
			}
			entered = true
			second.Leave()
		}()
		synctest.Wait()
		if entered {
			t.Error("two at once")
		}
		bob, err := h.Enter(t.Context(), "bob")
		if err != nil {
			t.Fatalf("another account waits too: %v", err)
		}
		bob.Leave()
		ada.Leave()
		synctest.Wait()
		if !entered || len(h.turns.of) != 0 {
			t.Errorf("entered: %v, turns left: %d", entered, len(h.turns.of))
		}
	})
}

func TestSlotsLeaveAProcessorAndFitTheMemory(t *testing.T) { // changes the process: not parallel
	if got, want := NewHasher(Options{Params: cheap.Params}).Slots(), max(runtime.GOMAXPROCS(0)-1, 1); got != want {
		t.Errorf("chosen %d slots, want %d", got, want)
	}
	if got := Slots(7, 3, 19456); got != 7 {
		t.Errorf("7 configured, got %d", got)
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(256 << 20)) // a quarter holds three hashes
	if got := Slots(7, 3, 19456); got != 3 {
		t.Errorf("got %d slots in 256 MiB, want 3", got)
	}
	if got := Slots(7, 3, 1<<20); got != 1 {
		t.Errorf("got %d slots, want at least one", got)
	}
}

func TestProblemRefusesWhatIsGuessedFirst(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"short", "eleven char", "", "passwordpassword", "Password1234!", "!!QWERTYUIOP99", "correct horse battery staple",
		"aaaaaaaaaaaaaa", "abababababab", "abcabcabcabc", "123456789012", "987654321098", "abcdefghijklmnop", "zyxwvutsrqponm",
		"ada.example@example.test", "Ada.Example2024!", "ada example 1990", "AdaExample!!", "letmeinplease1", "iloveyou123456",
		strings.Repeat("xy z", 300), "zero\x00byte and more", "not utf8 \xff\xfe and more", "gatehouse2026", "ｐａｓｓｗｏｒｄ１２３４",
	} {
		if Problem(typed, 12, "ada.example@example.test", "Ada Example") == "" {
			t.Errorf("%.40q was taken", typed)
		}
	}
	for _, typed := range []string{
		"violet harbour 77 engines", "tr0ub4dor&3xyz", "пароль от чайника", "七転び八起き七転び八起きだよね", "ada likes example cakes",
		"aaaaaaaaaaab", strings.Repeat("lorem ipsum ", 80), "      six spaces and words",
	} {
		if p := Problem(typed, 12, "ada.example@example.test", "Ada Example", ""); p != "" {
			t.Errorf("%.40q: %s", typed, p)
		}
	}
}

func BenchmarkHashAtTheDefaultCost(b *testing.B) {
	h := NewHasher(Options{Params: Params{MemoryKiB: 19456, Passes: 2}, Slots: 1, Wait: time.Second})
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "violet harbour 77 engines"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSpacesAroundAPasswordMakeItNoLonger(t *testing.T) {
	t.Parallel()
	for _, p := range []string{strings.Repeat(" ", 12), "  violet    ", strings.Repeat("\u3000", 20), "\t\n" + strings.Repeat("\u00a0", 12)} {
		if Problem(p, 12) == "" {
			t.Errorf("%q is taken", p)
		}
	}
	if problem := Problem(" violet harbour 77 engines ", 12); problem != "" {
		t.Errorf("a good one with spaces around it %s", problem)
	}
}
