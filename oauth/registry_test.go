package oauth_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/oauth"
)

func TestClientCreatedAMomentAgoIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := newService()
		r := newReplica(m)
		if err := r.Step(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		create(t, s, web())
		if c, err := r.Client(t.Context(), "web"); err != nil || c.Name != "Web" {
			t.Errorf("before the poll: %v, %v", c, err)
		}
		if err := r.Step(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		broken := errors.New("disk I/O error")
		m.fail("*", broken)
		if c, err := r.Client(t.Context(), "web"); err != nil || c.Name != "Web" {
			t.Errorf("from the snapshot: %v, %v", c, err)
		}
		if _, err := r.Client(t.Context(), "other"); !errors.Is(err, broken) || fault.Is(err, fault.NotFound) {
			t.Errorf("a failing store: %v, want its error", err)
		}
		for _, never := range []id.Client{"", "a b", "..", "x\x00"} {
			if _, err := r.Client(t.Context(), never); fault.CodeOf(err) != "client.not_found" {
				t.Errorf("%q: %v, want no query", never, err)
			}
		}
		m.fail("", nil)
		if _, err := r.Client(t.Context(), "other"); fault.CodeOf(err) != "client.not_found" {
			t.Errorf("an unknown client: %v", err)
		}
	})
}

func TestRegistryKeepsWhatItHasWhenTheStoreFailsAndSaysHowOldItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		if err := h.EndAuthorization(t.Context(), "aut_ada/web/1", "replay"); err != nil {
			t.Fatal(err)
		}
		h.step(t)
		if !dead(t, h.there.Registry, h.tokens["ada/web/1"]) || h.there.Current(t.Context()) != nil {
			t.Error("after a step another process accepts the token, or does not trust itself")
		}
		broken := errors.New("disk I/O error")
		h.m.fail("*", broken)
		time.Sleep(time.Minute)
		if !dead(t, h.there.Registry, h.tokens["ada/web/1"]) || dead(t, h.there.Registry, h.tokens["bob/web/3"]) {
			t.Error("the snapshot was lost with the store")
		}
		if err := h.there.Current(t.Context()); !errors.Is(err, broken) || h.there.Age() != time.Minute {
			t.Errorf("without a store it is %s old, and Current = %v", h.there.Age(), err)
		}
		if c, err := h.there.Client(t.Context(), "web"); !fault.Is(err, fault.Unavailable) || !errors.Is(err, broken) || c != nil {
			t.Errorf("a client of a minute ago, which may be disabled by now: %v, %v", c, err)
		}
		h.m.fail("", nil)
		if err := h.EndAuthorization(t.Context(), "aut_bob/web/3", "replay"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := h.there.Current(t.Context()); err != nil || !dead(t, h.there.Registry, h.tokens["bob/web/3"]) {
			t.Errorf("the store came back and a decision did not catch up: %v", err)
		}
	})
}

func TestRevocationIsForgottenOnlyWhenNoTokenCanLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		if err := h.EndAuthorization(t.Context(), "aut_ada/web/1", "replay"); err != nil {
			t.Fatal(err)
		}
		if err := h.EndToken(t.Context(), "jti bob/web/3", time.Now().Add(5*time.Minute)); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			after                      time.Duration
			authorizationDead, jtiDead bool
		}{
			{time.Minute, true, true},
			{14 * time.Minute, true, true},
			{time.Hour, true, false},
			{24 * time.Hour, true, false},
			{25 * time.Hour, false, false},
		} {
			start := h.m.s.revoked[0].Until.Add(-24*time.Hour - 10*time.Minute)
			time.Sleep(time.Until(start.Add(c.after)))
			h.step(t)
			if got := dead(t, h.there.Registry, h.tokens["ada/web/1"]); got != c.authorizationDead {
				t.Errorf("after %v the authorization is dead: %v, want %v", c.after, got, c.authorizationDead)
			}
			if got := dead(t, h.there.Registry, h.tokens["bob/web/3"]); got != c.jtiDead {
				t.Errorf("after %v the token is dead: %v, want %v", c.after, got, c.jtiDead)
			}
		}
	})
}

func BenchmarkRevoked(b *testing.B) {
	_, m := newService()
	r := newReplica(m)
	now := time.Now()
	for i := range 10_000 {
		key := fmt.Sprint("ses_", i)
		if err := m.Revoke(b.Context(), oauth.Revocation{Kind: oauth.RevokedSession, Key: key, Before: now, Until: now.Add(time.Hour)}); err != nil {
			b.Fatal(err)
		}
	}
	if err := r.Step(b.Context(), now); err != nil {
		b.Fatal(err)
	}
	facts := oauth.TokenFacts{JTI: "j", Authorization: "aut_x", Session: "ses_x", User: "usr_x", Client: "web", KeyID: "k", Issued: now}
	b.ReportAllocs()
	for b.Loop() {
		if dead(b, r.Registry, facts) {
			b.Fatal("revoked")
		}
	}
}

// A standby that takes over may lack the last revocations. Its next ones have numbers
// that a process has seen already, and are read all the same.
func TestRevocationsOfADatabaseThatWentBackAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, m := newService()
		now := time.Now()
		revoke := func(seq int64, key string) {
			m.s.versions[oauth.VersionRevocations] = seq
			m.s.revoked = append(m.s.revoked, oauth.Revocation{Seq: seq, Kind: oauth.RevokedSession, Key: key, Before: now, Until: now.Add(time.Hour)})
		}
		r := newReplica(m)
		if err := r.Step(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			revoke(int64(i+1), fmt.Sprint("before ", i))
		}
		if err := r.Step(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		m.s.revoked = m.s.revoked[:1]
		revoke(2, "after")
		if err := r.Step(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"before 0", "before 1", "before 2", "after"} {
			if !dead(t, r.Registry, oauth.TokenFacts{Session: id.Session(key), Issued: now}) {
				t.Errorf("the session %q lives", key)
			}
		}
		list, to, _, err := r.RevokedAfter(t.Context(), 3)
		if err != nil || len(list) != 0 || to >= 3 {
			t.Errorf("behind what was: %v up to %d, %v", list, to, err)
		}
	})
}

// Nor is it taken for the same where it comes to the same number, or beyond, by others;
// and where it is the same nobody says otherwise.
func TestRevocationsOfAnotherHistoryAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		others int // that come in place of the last one
		pruned bool
		other  bool // another history, that can be told
	}{
		"of the same number":               {others: 1, other: true},
		"of more":                          {others: 5, other: true},
		"of fewer":                         {others: 0, other: true},
		"the same, where the last is gone": {others: 1, pruned: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, m := newService()
			now := time.Now()
			stamps := int64(100)
			revoke := func(key string) {
				m.s.versions[oauth.VersionRevocations]++
				stamps++
				m.s.versions[follow.Stamp(oauth.VersionRevocations)] = stamps
				m.s.revoked = append(m.s.revoked, oauth.Revocation{
					Seq: m.s.versions[oauth.VersionRevocations], Kind: oauth.RevokedSession, Key: key, Before: now, Until: now.Add(time.Hour),
				})
			}
			r := newReplica(m)
			step := func() {
				t.Helper()
				if err := r.Step(t.Context(), now); err != nil {
					t.Fatal(err)
				}
			}
			step()
			revoke("first")
			step()
			revoke("second")
			step()
			revoke("third")
			step()
			if m.s.versions[follow.Epoch] != 0 {
				t.Fatalf("%s: what went on is taken for another history", name)
			}
			if c.pruned {
				m.s.revoked = m.s.revoked[:2]
			} else {
				m.s.revoked, m.s.versions[oauth.VersionRevocations] = m.s.revoked[:1], 1
				stamps += 1000
				m.s.versions[follow.Stamp(oauth.VersionRevocations)] = stamps
				revoke("another second")
			}
			for i := range c.others {
				revoke(fmt.Sprint("another ", i))
			}
			step()
			keys := []string{"first", "second", "third"}
			if !c.pruned {
				keys = append(keys, "another second")
			}
			for i := range c.others {
				keys = append(keys, fmt.Sprint("another ", i))
			}
			for _, key := range keys {
				if !dead(t, r.Registry, oauth.TokenFacts{Session: id.Session(key), Issued: now}) {
					t.Errorf("%s: the session %q lives", name, key)
				}
			}
			if told := m.s.versions[follow.Epoch] != 0; told != c.other {
				t.Errorf("%s: another epoch: %t, want %t", name, told, c.other)
			}
			epoch := m.s.versions[follow.Epoch]
			revoke("last")
			step()
			if !dead(t, r.Registry, oauth.TokenFacts{Session: "last", Issued: now}) || m.s.versions[follow.Epoch] != epoch {
				t.Errorf("%s: afterwards it does not go on", name)
			}
		})
	}
}

// Several read what a process finds when it starts, each a part: none is lost, were
// it the first, the last, or beside one that is gone.
func TestAProcessThatStartsKnowsAllRevocations(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 20_003} {
		synctest.Test(t, func(t *testing.T) {
			_, m := newService()
			now := time.Now()
			for i := 1; i <= n; i++ {
				m.s.versions[oauth.VersionRevocations] = int64(i)
				if i%5 != 2 || i == n { // else swept meanwhile
					v := oauth.Revocation{Seq: int64(i), Kind: oauth.RevokedSession, Key: fmt.Sprint(i), Before: now, Until: now.Add(time.Hour)}
					m.s.revoked = append(m.s.revoked, v)
				}
			}
			r := newReplica(m)
			broken := errors.New("disk I/O error")
			m.fail("RevocationsAfter", broken)
			if err := r.Step(t.Context(), now); !errors.Is(err, broken) {
				t.Errorf("a store that fails: %v", err)
			}
			m.fail("", nil)
			if err := r.Step(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			for i := 1; i <= n; i++ {
				got := dead(t, r.Registry, oauth.TokenFacts{Session: id.Session(fmt.Sprint(i)), Issued: now})
				if want := i%5 != 2 || i == n; got != want {
					t.Fatalf("of %d revocations: the token of session %d is dead: %v, want %v", n, i, got, want)
				}
			}
		})
	}
}
