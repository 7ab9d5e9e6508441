package identity_test

import (
	"context"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/identity/password"
	"gatehouse/identity/totp"
	"gatehouse/secret"
	"gatehouse/setting"
	"gatehouse/store"
)

const goodPassword = "violet harbour 77 engines"

type noEnds struct{}

func (noEnds) EndUser(context.Context, audit.Actor, id.User, id.Session, audit.Reason) error {
	return nil
}

func (noEnds) DisabledChanged(context.Context, id.User, bool) error { return nil }

func (noEnds) EndTokens(context.Context, id.User) error { return nil }

func (noEnds) EndSessions(context.Context, audit.Actor, id.User, id.Session, audit.Reason) error {
	return nil
}

// replicas are several services over one real database, as several processes
// would be.
func replicas(t *testing.T, n int) []*identity.Service {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "house.db")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	keeper, err := secret.NewKeeper(t.Context(), db, secret.Master{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	policy := &access.Service{Store: db, Audit: &audit.Log{Store: db}}
	var all []*identity.Service
	for range n {
		all = append(all, &identity.Service{
			Store: db, Audit: &audit.Log{Store: db}, Keeper: keeper, Ends: noEnds{}, Rights: noEnds{}, Administration: policy, Guard: noGuard{}, Config: setting.Always(identity.DefaultConfig()), Issuer: setting.Always("Gatehouse"),
			Hasher: password.NewHasher(password.Options{Params: password.Params{MemoryKiB: 64, Passes: 1}, Slots: 4, Queue: 200, Wait: 20 * time.Second}),
		})
	}
	return all
}

// atOnce calls f so often at once, spread over the replicas, and counts the
// codes of the answers.
func atOnce(all []*identity.Service, times int, f func(*identity.Service) error) map[string]int {
	codes := make(map[string]int)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range times {
		wg.Go(func() {
			code := "done"
			if err := f(all[i%len(all)]); err != nil {
				if code = fault.CodeOf(err); code == "" {
					code = err.Error()
				}
			}
			mu.Lock()
			defer mu.Unlock()
			codes[code]++
		})
	}
	wg.Wait()
	return codes
}

func enrol(t *testing.T, s *identity.Service) (id.User, string, []string) {
	t.Helper()
	u, err := s.Create(t.Context(), audit.Actor{Kind: audit.Console}, identity.User{Email: "ada@example.test"}, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.StartEnrol(t.Context(), audit.Actor{}, u.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, codes, err := s.ConfirmEnrol(t.Context(), audit.Actor{}, u.ID, nil, code(t, e.Secret, -1))
	if fault.CodeOf(err) == "totp.wrong" { // the period ended just then
		_, codes, err = s.ConfirmEnrol(t.Context(), audit.Actor{}, u.ID, nil, code(t, e.Secret, -1))
	}
	if err != nil {
		t.Fatal(err)
	}
	return u.ID, e.Secret, codes
}

func code(t *testing.T, key string, off int64) string {
	t.Helper()
	c, err := totp.Code(key, totp.Step(time.Now())+off)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOneCodeSignsInOnceAcrossReplicas(t *testing.T) {
	t.Parallel()
	all := replicas(t, 2)
	user, key, _ := enrol(t, all[0])
	typed := code(t, key, 0)
	got := atOnce(all, 20, func(s *identity.Service) error {
		_, err := s.CheckTOTP(t.Context(), audit.Actor{}, user, typed)
		return err
	})
	// The others are too late with the code, or too many.
	if got["done"] != 1 || got["done"]+got["totp.used"]+got["factor.throttled"] != 20 {
		t.Errorf("20 at once: %v", got)
	}
}

func TestOneRecoveryCodeSignsInOnceAcrossReplicas(t *testing.T) {
	t.Parallel()
	all := replicas(t, 2)
	user, _, codes := enrol(t, all[0])
	got := atOnce(all, 20, func(s *identity.Service) error {
		_, _, err := s.CheckRecovery(t.Context(), audit.Actor{}, user, codes[3])
		return err
	})
	if got["done"] != 1 || got["done"]+got["recovery.wrong"]+got["factor.throttled"] != 20 {
		t.Errorf("20 at once: %v", got)
	}
	if left, err := all[1].RecoveryLeft(t.Context(), user); left != 9 || err != nil {
		t.Errorf("%d left, %v", left, err)
	}
}

func TestAHundredGuessesAtOnceAreAHundredAcrossReplicas(t *testing.T) {
	t.Parallel()
	all := replicas(t, 4)
	_, _, _ = enrol(t, all[0])
	for _, login := range []string{"ada@example.test", "unknown@example.test"} {
		got := atOnce(all, 100, func(s *identity.Service) error {
			_, _, err := s.CheckPassword(t.Context(), audit.Actor{}, login, "wrong wrong wrong")
			return err
		})
		if got["signin.wrong"] > 7 || got["signin.wrong"]+got["signin.throttled"] != 100 {
			t.Errorf("%s: %v; want five tries, and one or two more if they took seconds", login, got)
		}
	}
}

func TestFiftySetupsAtOnceMakeOneAdministrator(t *testing.T) {
	t.Parallel()
	all := replicas(t, 3)
	token, made, err := all[0].SetupLink(t.Context(), audit.Actor{Kind: audit.House}, false)
	if err != nil || !made {
		t.Fatalf("link: %v, %v", made, err)
	}
	links := atOnce(all, 20, func(s *identity.Service) error {
		_, made, err := s.SetupLink(t.Context(), audit.Actor{Kind: audit.House}, false)
		if made {
			t.Error("a second link")
		}
		return err
	})
	if links["done"] != 20 {
		t.Errorf("links: %v", links)
	}
	var mu sync.Mutex
	n := 0
	got := atOnce(all, 50, func(s *identity.Service) error {
		mu.Lock()
		n++
		email := "admin" + string(rune('a'+n%26)) + string(rune('a'+n/26)) + "@example.test"
		mu.Unlock()
		_, err := s.Setup(t.Context(), audit.Actor{}, token, email, "First", goodPassword)
		return err
	})
	if got["done"] != 1 || got["done"]+got["setup.done"]+got["setup.link"] != 50 {
		t.Errorf("50 at once: %v", got)
	}
	users, _, err := all[1].Users(t.Context(), identity.UserFilter{})
	needs, failed := all[2].NeedsSetup(t.Context())
	if err != nil || len(users) != 1 || needs || failed != nil {
		t.Errorf("people: %+v, %v", users, err)
	}
}

func TestTwoAdministratorsCannotRemoveEachOther(t *testing.T) {
	t.Parallel()
	all := replicas(t, 2)
	var admins []identity.User
	for _, email := range []string{"a@example.test", "b@example.test"} {
		u, err := all[0].Create(t.Context(), audit.Actor{}, identity.User{Email: email}, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := all[0].Administration.Appoint(t.Context(), audit.Actor{}, u.ID); err != nil {
			t.Fatal(err)
		}
		admins = append(admins, u)
	}
	var mu sync.Mutex
	n := 0
	got := atOnce(all, 2, func(s *identity.Service) error {
		mu.Lock()
		target := admins[n].ID
		n++
		mu.Unlock()
		return s.Disable(t.Context(), audit.Actor{}, target)
	})
	if got["done"] != 1 || got["access.last_administrator"] != 1 {
		t.Errorf("got %v", got)
	}
}

func TestASignInLifeOnARealDatabase(t *testing.T) {
	t.Parallel()
	s := replicas(t, 1)[0]
	user, key, codes := enrol(t, s)
	st, err := s.Standing(t.Context(), user)
	if err != nil || len(st.Second) != 1 || st.Password == "" {
		t.Fatalf("standing: %+v, %v", st, err)
	}
	if all, err := s.Standings(t.Context(), []id.User{user, "usr_nobody"}); err != nil || len(all) != 1 || !reflect.DeepEqual(all[user], st) {
		t.Errorf("among others: %+v, %v", all, err)
	}
	got, _, err := s.CheckPassword(t.Context(), audit.Actor{IP: "192.0.2.7"}, "ADA@example.test", goodPassword)
	if got != user || err != nil {
		t.Fatalf("password: %q, %v", got, err)
	}
	typed := code(t, key, 0)
	if _, err := s.CheckTOTP(t.Context(), audit.Actor{}, user, typed); err != nil {
		t.Errorf("code: %v", err)
	}
	if _, err := s.CheckTOTP(t.Context(), audit.Actor{}, user, typed); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the same code again: %v", err)
	}
	if err := s.ResetFactors(t.Context(), audit.Actor{Kind: audit.Console}, user); err != nil {
		t.Errorf("reset: %v", err)
	}
	if _, _, err := s.CheckRecovery(t.Context(), audit.Actor{}, user, codes[0]); fault.CodeOf(err) != "recovery.wrong" {
		t.Errorf("a recovery code outlived the factor: %v", err)
	}
	if err := s.Delete(t.Context(), audit.Actor{Kind: audit.Console}, user); err != nil {
		t.Errorf("delete: %v", err)
	}
	if _, _, err := s.CheckPassword(t.Context(), audit.Actor{}, "ada@example.test", goodPassword); fault.CodeOf(err) != "signin.wrong" {
		t.Errorf("who was deleted signs in: %v", err)
	}
}

// noGuard lets everybody do everything.
type noGuard struct{}

func (noGuard) MayTakeOver(context.Context, audit.Actor, id.User) error { return nil }

func (noGuard) MayStillLetIn(context.Context, audit.Actor, id.User) error { return nil }
