package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/password"
	"gatehouse/setting"
)

func TestCheckPasswordAnswersTheSameForEverybodyWhoMayNotSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("ada@example.test")
	disabled := h.person("bob@example.test")
	h.wants("", h.Disable(t.Context(), nobody, disabled.ID))
	_, err := h.Create(t.Context(), nobody, User{Email: "no.password@example.test"}, "")
	h.wants("", err)

	type answer struct {
		kind   fault.Kind
		code   string
		detail string
	}
	want := answer{fault.Unauthenticated, "signin.wrong", "Email or password is wrong."}
	for _, c := range []struct {
		name, login, password string
		reason                audit.Reason
	}{
		{"wrong", "ada@example.test", "not " + goodPassword, "wrong"},
		{"unknown", "eve@example.test", goodPassword, "unknown"},
		{"disabled with the right password", "bob@example.test", goodPassword, "disabled"},
		{"without a password", "no.password@example.test", goodPassword, "no_password"},
		{"empty password", "ada@example.test", "", "wrong"},
		{"empty password of nobody", "eve@example.test", "", "unknown"},
		{"empty name", "", goodPassword, "unknown"},
		{"overlong password", "ada@example.test", strings.Repeat("a", 2000), "wrong"},
		{"overlong name", strings.Repeat("a", 2000), goodPassword, "unknown"},
		{"without a password, empty one", "no.password@example.test", "", "no_password"},
	} {
		h.memory.attempts = map[string]Attempts{} // the counters are another story
		before := h.Hasher.Hashed()
		user, _, err := h.CheckPassword(t.Context(), here, c.login, c.password)
		var f *fault.Error
		if !errors.As(err, &f) || (answer{f.Kind, f.Code, f.Detail}) != want || user != "" {
			t.Errorf("%s: got %q, %v", c.name, user, err)
		}
		if n := h.Hasher.Hashed() - before; n != 1 {
			t.Errorf("%s: %d hashes, want 1", c.name, n)
		}
		if last := h.memory.events[len(h.memory.events)-1]; last.Action != ActionSigninRefuse || last.Reason != c.reason {
			t.Errorf("%s: audit says %s %s, want reason %s", c.name, last.Action, last.Reason, c.reason)
		}
	}
}

func TestCheckPasswordTakesAnyWayToWriteAnEmail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.person("Ada@Example.test")
	for _, login := range []string{"ada@example.test", " ADA@EXAMPLE.TEST\t", "ａｄａ@example.test", "Ada@Example.test"} {
		user, _, err := h.CheckPassword(t.Context(), here, login, goodPassword)
		if user != ada.ID || err != nil {
			t.Errorf("%q: got %q, %v", login, user, err)
		}
		if a, b := h.accountKey(login), h.accountKey("ada@example.test"); a != b {
			t.Errorf("%q is counted apart from the plain email", login)
		}
	}
}

func TestCheckPasswordKeepsNoEmailInACounter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("ada@example.test")
	_, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", "wrong wrong wrong")
	h.wants("signin.wrong", err)
	for key := range h.memory.attempts {
		if strings.Contains(key, "ada") || strings.Contains(key, "192.0.2") {
			t.Errorf("counter %q names somebody", key)
		}
	}
	if len(h.memory.attempts) != 2 {
		t.Errorf("%d counters, want one of the account and one of the address", len(h.memory.attempts))
	}
}

func TestThrottleGrowsFromOneSecondToAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("ada@example.test")
		for _, login := range []string{"ada@example.test", "unknown@example.test"} {
			var waits []time.Duration
			for range 18 {
				_, _, err := h.CheckPassword(t.Context(), nobody, login, "wrong wrong wrong")
				h.wants("signin.wrong", err)
				_, _, err = h.CheckPassword(t.Context(), nobody, login, "wrong wrong wrong")
				var f *fault.Error
				for errors.As(err, &f) && f.Code == "signin.wrong" { // still free
					waits = append(waits, 0)
					_, _, err = h.CheckPassword(t.Context(), nobody, login, goodPassword+"!")
				}
				if f.Code != "signin.throttled" || f.Kind != fault.TooMany {
					t.Fatalf("%s: got %v", login, err)
				}
				waits = append(waits, f.RetryAfter.Truncate(time.Second))
				time.Sleep(f.RetryAfter)
			}
			want := []time.Duration{0, 0, 0, 0}
			for d := time.Second; len(want) < len(waits); d *= 2 {
				want = append(want, min(d, 15*time.Minute)+time.Second) // rounded up
			}
			if !slices.Equal(waits, want) {
				t.Errorf("%s: waits %v, want %v", login, waits, want)
			}
		}
	})
}

func TestThrottleForgetsTheAccountAtASuccessButNotTheAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("ada@example.test")
		for range 29 { // a guesser with an account of his own
			_, _, err := h.CheckPassword(t.Context(), here, "victim@example.test", "wrong wrong wrong")
			if fault.CodeOf(err) == "signin.throttled" {
				time.Sleep(err.(*fault.Error).RetryAfter)
				_, _, err = h.CheckPassword(t.Context(), here, "victim@example.test", "wrong wrong wrong")
			}
			h.wants("signin.wrong", err)
			_, _, err = h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword)
			h.wants("", err)
			if time.Now().Minute() > 40 { // one hour's counter is what this is about
				break
			}
		}
		if _, there := h.memory.attempts[h.accountKey("ada@example.test")]; there {
			t.Error("the counter of the account outlived a success")
		}
		failures := 0
		for key, a := range h.memory.attempts {
			if strings.HasPrefix(key, "address:") {
				failures += a.Failures
			}
		}
		if failures < 10 {
			t.Errorf("the address has %d failures: successes cleared them", failures)
		}
	})
}

func TestThrottleStopsOneAddressAcrossManyAccounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ada := h.person("ada@example.test")
		v6 := here
		v6.IP = "2001:db8:1:2:aaaa::1"
		for i := range 30 {
			_, _, err := h.CheckPassword(t.Context(), v6, string(rune('a'+i%26))+"x"+string(rune('a'+i/26))+"@example.test", "wrong wrong wrong")
			h.wants("signin.wrong", err)
		}
		v6.IP = "2001:db8:1:2:bbbb::2" // the same /64
		_, _, err := h.CheckPassword(t.Context(), v6, "another@example.test", "wrong wrong wrong")
		h.wants("signin.throttled", err)

		v6.IP = "2001:db8:1:3::1"
		user, _, err := h.CheckPassword(t.Context(), v6, "ada@example.test", goodPassword)
		if user != ada.ID || err != nil {
			t.Errorf("the neighbour got %q, %v", user, err)
		}
		v6.IP = "2001:db8:1:2:bbbb::2"
		time.Sleep(2 * time.Hour)
		_, _, err = h.CheckPassword(t.Context(), v6, "ada@example.test", goodPassword)
		h.wants("", err)
	})
}

func TestThrottleCountsAHundredGuessesAtOnceAsAHundred(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("ada@example.test")
		var wg sync.WaitGroup
		codes := make([]string, 100)
		for i := range codes {
			wg.Go(func() {
				_, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", "wrong wrong wrong")
				codes[i] = fault.CodeOf(err)
			})
		}
		wg.Wait()
		tried := 0
		for _, code := range codes {
			switch code {
			case "signin.wrong":
				tried++
			case "signin.throttled":
			default:
				t.Errorf("an answer was %q", code)
			}
		}
		if tried != freePerAccount {
			t.Errorf("%d guesses were tried, want %d", tried, freePerAccount)
		}
		if a := h.memory.attempts[h.accountKey("ada@example.test")]; a.Failures != tried {
			t.Errorf("the counter says %d, want %d", a.Failures, tried)
		}
	})
}

func TestCheckPasswordLetsManyTabsOfOnePersonIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("ada@example.test")
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword); err != nil {
				t.Errorf("a right password got %v", err)
			}
		})
	}
	wg.Wait()
}

func TestShedSignInsAreNeverCountedAsGuesses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("ada@example.test")
	busy := cheap
	busy.Slots, busy.Queue = 1, 0
	h.Hasher = password.NewHasher(busy)
	for range 2 { // all tickets there are
		ticket, err := h.Hasher.Enter(t.Context(), "")
		h.wants("", err)
		defer ticket.Leave()
	}
	_, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", "wrong wrong wrong")
	h.wants("password.busy", err)
	if !fault.Is(err, fault.Unavailable) || len(h.memory.attempts) != 0 {
		t.Errorf("got %v and %d counters, want Unavailable and none", err, len(h.memory.attempts))
	}
}

func TestCheckPasswordRenewsAHashWhenTheCostChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.person("ada@example.test")
	before := h.memory.passwords[ada.ID]
	dearer := cheap
	dearer.Passes = 2
	h.Hasher = password.NewHasher(dearer)

	_, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", "wrong wrong wrong")
	h.wants("signin.wrong", err)
	if h.memory.passwords[ada.ID] != before {
		t.Fatal("a wrong password changed the hash")
	}
	_, _, err = h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword)
	h.wants("", err)
	after := h.memory.passwords[ada.ID]
	if !strings.Contains(after.Hash, "t=2,p=1") || !after.Changed.Equal(before.Changed) {
		t.Errorf("the hash is %.40s… changed at %v; want new passes and the time of before, %v", after.Hash, after.Changed, before.Changed)
	}
	hashed := h.Hasher.Hashed()
	_, _, err = h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword)
	h.wants("", err)
	if n := h.Hasher.Hashed() - hashed; n != 1 {
		t.Errorf("%d hashes at the next sign-in, want 1", n)
	}
}

// changing is a store in which somebody changes the password while a sign-in makes
// its hash anew.
type changing struct {
	*memory
	to string
}

func (c *changing) HoldUser(ctx context.Context, user id.User) (User, error) {
	p, err := c.Password(ctx, user)
	if p.Hash = c.to; err == nil {
		err = c.PutPassword(ctx, p)
	}
	if err != nil {
		return User{}, err
	}
	return c.memory.HoldUser(ctx, user)
}

// The old password must not come back by a sign-in that was under way.
func TestAHashThatIsMadeAnewDoesNotReplaceAChangedPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.person("ada@example.test")
	dearer := cheap
	dearer.Passes = 2
	h.Hasher = password.NewHasher(dearer)
	h.Store = &changing{h.memory, "the hash of another password"}
	_, _, _ = h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword)
	if got := h.memory.passwords[ada.ID].Hash; got != "the hash of another password" {
		t.Errorf("the password is again %.40s", got)
	}
}

// Where nothing was said about the password, nothing is counted against the address.
func TestAnAttemptThatCouldNotBeMadeDoesNotCountAgainstTheAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.person("ada@example.test")
	p := h.memory.passwords[ada.ID]
	p.Hash = "damaged"
	h.memory.passwords[ada.ID] = p
	if user, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword); user != "" || err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("got %q, %v; want an internal error", user, err)
	}
	for key, a := range h.memory.attempts {
		if strings.HasPrefix(key, "address:") && a.Failures != 0 {
			t.Errorf("%d failures are counted", a.Failures)
		}
	}
}

func TestCheckPasswordIsNoVerdictWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("ada@example.test")
	h.memory.broken = errors.New("disk on fire")
	for _, typed := range []string{goodPassword, "wrong wrong wrong"} {
		user, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", typed)
		if user != "" || err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("got %q, %v; want an internal error", user, err)
		}
	}
}

// BenchmarkSignInOutcomes prints the medians of interleaved sign-ins, as ratios
// to a wrong password: what a guesser could measure.
func BenchmarkSignInOutcomes(b *testing.B) {
	m := newMemory()
	s := &Service{Store: m, Audit: m, Keeper: plainKeeper{}, Ends: m, Administration: m, Guard: m, Config: setting.Always(DefaultConfig()), Hasher: NewHasher(DefaultConfig().Password)}
	for _, email := range []string{"ada@example.test", "bob@example.test"} {
		u, err := s.Create(b.Context(), nobody, User{Email: email}, goodPassword)
		if err != nil {
			b.Fatal(err)
		}
		if email == "bob@example.test" {
			if err := s.Disable(b.Context(), nobody, u.ID); err != nil {
				b.Fatal(err)
			}
		}
	}
	outcomes := []struct{ name, login, password string }{
		{"wrong", "ada@example.test", "wrong wrong wrong"},
		{"unknown", "eve@example.test", goodPassword},
		{"disabled", "bob@example.test", goodPassword},
		{"empty", "ada@example.test", ""},
	}
	took := make([][]time.Duration, len(outcomes))
	for b.Loop() {
		for i, o := range outcomes {
			m.attempts = map[string]Attempts{}
			start := time.Now()
			if _, _, err := s.CheckPassword(b.Context(), nobody, o.login, o.password); fault.CodeOf(err) != "signin.wrong" {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	median := func(d []time.Duration) float64 { slices.Sort(d); return float64(d[len(d)/2]) }
	base := median(took[0])
	for i, o := range outcomes[1:] {
		b.ReportMetric(median(took[i+1])/base, o.name+"/wrong")
	}
}
