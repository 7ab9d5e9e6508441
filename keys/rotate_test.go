package keys_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/keys"
	"gatehouse/secret"
)

var console = audit.Actor{Kind: audit.Console}

// Three processes rotate for a hundred days. At every step there is one signing
// key, it was published for a day before (but for the first), and whatever
// token is younger than a day verifies everywhere.
func TestRotationNeverLeavesATokenWithoutItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		rings := []*keys.Ring{m.ring(t), m.ring(t), m.ring(t)}
		type issued struct {
			token string
			at    time.Time
		}
		var live []issued
		published := map[string]time.Time{} // kid → first seen in the key set
		start, kids := time.Now(), map[string]bool{}
		for time.Since(start) < 100*24*time.Hour {
			var wg sync.WaitGroup
			for _, r := range rings {
				wg.Go(func() {
					if err := poll(t.Context(), m, r, time.Now()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := m.states(keys.ES256)[keys.Signing]; n != 1 {
				t.Fatalf("day %v: %d signing keys", time.Since(start)/(24*time.Hour), n)
			}
			for _, r := range rings { // as the poll would
				if err := poll(t.Context(), m, r, time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			for _, k := range listed(t, rings[0]) {
				if _, seen := published[k.ID]; !seen {
					published[k.ID] = time.Now()
				}
			}
			token := sign(t, rings[len(live)%3], keys.ES256, "", "{}")
			live = append(live, issued{token, time.Now()})
			_, h, err := rings[0].Verify(token)
			if err != nil {
				t.Fatal(err)
			}
			if age := time.Since(published[h.KeyID]); !kids[h.KeyID] && len(kids) > 0 && age < 24*time.Hour {
				t.Errorf("a key signs %v after it was published", age)
			}
			kids[h.KeyID] = true
			for len(live) > 0 && time.Since(live[0].at) > 24*time.Hour {
				live = live[1:]
			}
			for _, l := range live {
				for _, r := range rings {
					if _, _, err := r.Verify(l.token); err != nil {
						t.Fatalf("a token %v old is refused: %v", time.Since(l.at), err)
					}
				}
			}
			time.Sleep(3 * time.Hour)
		}
		if len(kids) != 4 {
			t.Errorf("%d keys signed in 100 days, want 4", len(kids))
		}
		all, err := rings[0].List(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range all {
			if got := m.half(t, k); (k.State == keys.Retired) != (got == "public") {
				t.Errorf("of a %s key the %s half is kept", k.State, got)
			}
		}
		if got := m.states(keys.ES256)[keys.Retired]; got != 3 {
			t.Errorf("%d retired keys, want 3", got)
		}
	})
}

func listed(t *testing.T, r *keys.Ring) []keys.Key {
	t.Helper()
	rows, err := r.List(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestTokensOfARetiredKeyAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		r := m.ring(t)
		old := sign(t, r, keys.ES256, "", "{}")
		if err := r.Rotate(t.Context(), console, keys.ES256, true); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.Verify(old); err != nil {
			t.Errorf("a token of the key that just stepped down: %v", err)
		}
		body, etag := r.JWKS()
		time.Sleep(keys.DefaultConfig().Retain)
		if err := poll(t.Context(), m, r, time.Now()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.Verify(old); err == nil {
			t.Error("a token of a retired key was accepted")
		}
		after, etagAfter := r.JWKS()
		if string(after) == string(body) || etag == etagAfter {
			t.Error("the retired key is still published")
		}
		if _, _, err := m.ring(t).Verify(old); err == nil {
			t.Error("another process accepts a token of a retired key")
		}
	})
}

// Who says after which key the next one comes brings in one, however often they say so, and at once
// or in time.
func TestARotationAfterAKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r, other := m.ring(t), m.ring(t)
	first := header(t, r).KeyID
	if err := r.RotateAfter(t.Context(), console, keys.ES256, first, true); err != nil {
		t.Fatal(err)
	}
	next := header(t, r).KeyID
	for name, again := range map[string]*keys.Ring{"here": r, "at another replica": other} {
		for _, immediate := range []bool{true, false} {
			if err := again.RotateAfter(t.Context(), console, keys.ES256, first, immediate); fault.CodeOf(err) != "key.changed" {
				t.Errorf("%s, immediate %v: %v, want key.changed", name, immediate, err)
			}
		}
	}
	if err := r.RotateAfter(t.Context(), console, keys.EdDSA, "none", true); fault.CodeOf(err) != "key.changed" {
		t.Errorf("after a key that there is not: %v, want key.changed", err)
	}
	if now := header(t, r).KeyID; now != next || len(listed(t, r)) != 2 {
		t.Errorf("%s signs of %d keys, want %s of two", now, len(listed(t, r)), next)
	}
}

// A house that was switched off when its key was due announces all the same.
func TestLateRotationIsStillAnnouncedForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		first := header(t, m.ring(t)).KeyID
		time.Sleep(90 * 24 * time.Hour)
		r := m.ring(t)
		for _, c := range []struct {
			after time.Duration
			same  bool
		}{{0, true}, {23 * time.Hour, true}, {time.Hour, false}} {
			time.Sleep(c.after)
			if err := poll(t.Context(), m, r, time.Now()); err != nil {
				t.Fatal(err)
			}
			if got := header(t, r).KeyID == first; got != c.same {
				t.Errorf("%v later the old key signs: %v, want %v", c.after, got, c.same)
			}
		}
	})
}

func TestRotateAnnouncesFirstUnlessToldOtherwise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		r := m.ring(t)
		first := header(t, r).KeyID
		if err := r.Rotate(t.Context(), console, keys.ES256, false); err != nil {
			t.Fatal(err)
		}
		if header(t, r).KeyID != first {
			t.Error("the announced key signs already")
		}
		if got := len(published(t, r).Keys); got != 2 {
			t.Errorf("%d published keys, want 2", got)
		}
		if err := r.Rotate(t.Context(), console, keys.ES256, false); fault.CodeOf(err) != "key.announced" {
			t.Errorf("a second Rotate = %v, want key.announced", err)
		}
		if err := r.Rotate(t.Context(), console, keys.ES256, true); err != nil {
			t.Fatal(err)
		}
		if header(t, r).KeyID == first {
			t.Error("the key was not replaced at once")
		}
		if got := len(published(t, r).Keys); got != 2 {
			t.Errorf("%d published keys, want the announced one and its predecessor", got)
		}
		if err := r.Rotate(t.Context(), console, "HS256", true); fault.CodeOf(err) != "key.algorithm" {
			t.Errorf("Rotate HS256 = %v", err)
		}
		var actions []string
		for _, e := range m.events {
			actions = append(actions, string(e.Actor.Kind)+" "+string(e.Action))
			if strings.Contains(string(e.After), "sealed") || strings.Contains(string(e.After), `"d"`) {
				t.Errorf("the event shows key material: %s", e.After)
			}
		}
		if got, want := strings.Join(actions, ", "), "house key.create, console key.announce, console key.rotate"; got != want {
			t.Errorf("events: %s; want %s", got, want)
		}
	})
}

// Who asks for the first key of an algorithm is who made it; the house makes those that it needs.
func TestTheFirstKeyIsOfWhoAskedForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		r := m.ring(t)
		if err := r.Rotate(t.Context(), console, keys.EdDSA, false); err != nil {
			t.Fatal(err)
		}
		must(t, r.EnsureAlgorithm(t.Context(), keys.EdDSA)) // there is one
		var actors []string
		for _, e := range m.events {
			actors = append(actors, string(e.Actor.Kind)+" "+string(e.Action)+" "+string(e.After[:len(`{"alg":"EdDSA"`)]))
		}
		if got, want := strings.Join(actors, ", "), `house key.create {"alg":"ES256", console key.create {"alg":"EdDSA"`; got != want {
			t.Errorf("events: %s; want %s", got, want)
		}
	})
}

func header(t *testing.T, r *keys.Ring) keys.Header {
	t.Helper()
	_, h, err := r.Verify(sign(t, r, keys.ES256, "", "{}"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAnotherProcessFollowsARotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		a, b := m.ring(t), m.ring(t)
		feed := follow.NewFeed(m)
		feed.Follow(b.Follow, keys.VersionName)
		if err := a.Rotate(t.Context(), console, keys.ES256, true); err != nil {
			t.Fatal(err)
		}
		if err := feed.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.Verify(sign(t, a, keys.ES256, "", "{}")); err != nil {
			t.Errorf("after the news: %v", err)
		}
	})
}

func TestRingGoesOnWithWhatItHasWhenTheStoreFails(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := m.ring(t)
	token := sign(t, r, keys.ES256, "", "{}")
	broken := errors.New("disk I/O error")
	m.fail(broken)
	if err := poll(t.Context(), m, r, time.Now()); !errors.Is(err, broken) {
		t.Errorf("poll = %v, want the store's error", err)
	}
	if _, _, err := r.Verify(token); err != nil {
		t.Errorf("Verify: %v", err)
	}
	sign(t, r, keys.ES256, "", "{}")
	if _, err := r.Sign(t.Context(), keys.EdDSA, "", []byte("{}")); !errors.Is(err, broken) {
		t.Errorf("Sign with a key that cannot be made = %v", err)
	}
	m.fail(nil)
	m.mu.Lock()
	m.keys, m.version = nil, m.version+1
	m.keys = append(m.keys, keys.Key{ID: "x", Algorithm: keys.ES256, State: keys.Signing, Sealed: "v1.x.AAAA"})
	m.mu.Unlock()
	if err := poll(t.Context(), m, r, time.Now()); err == nil {
		t.Error("a key that does not open was loaded")
	}
	if _, _, err := r.Verify(token); err != nil {
		t.Errorf("Verify after a bad load: %v", err)
	}
}

// Whoever can write to the database must not be able to plant a key of theirs
// or let a key stand in for another.
func TestKeysFromAWrittenDatabaseAreRefused(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]func(rows []keys.Key, planted keys.Key){
		"another public half is ignored": nil,
		"another house's key":            func(rows []keys.Key, planted keys.Key) { rows[0] = planted },
		"another id":                     func(rows []keys.Key, _ keys.Key) { rows[0].ID = "other" },
		"another algorithm":              func(rows []keys.Key, _ keys.Key) { rows[0].Algorithm = keys.RS256 },
		"no private half":                func(rows []keys.Key, _ keys.Key) { rows[0].Sealed = "" },
		"the seal of another row":        func(rows []keys.Key, _ keys.Key) { rows[0].Sealed = rows[1].Sealed },
	} {
		m, foreign := &memory{}, &memory{}
		sign(t, m.ring(t), keys.EdDSA, "", "{}")
		foreign.ring(t)
		planted := foreign.keys[0]
		m.keys[0].Public = planted.Public
		if tamper != nil {
			tamper(m.keys, planted)
		}
		keeper, err := secret.NewKeeper(t.Context(), m, secret.Master{7})
		if err != nil {
			t.Fatal(err)
		}
		r := keys.NewRing(m, keeper, &audit.Log{Store: m}, keys.DefaultConfig())
		err = r.Load(t.Context())
		if tamper != nil && err == nil {
			t.Errorf("%s: it was loaded", name)
		}
		if body, _ := r.JWKS(); tamper == nil && (err != nil || strings.Contains(string(body), planted.ID)) {
			t.Errorf("%s: %v; published: %s", name, err, body)
		}
	}
}

func TestOnlyTheHolderOfTheLeaseRotates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		r := m.ring(t)
		if held, err := m.Lease(t.Context(), "keys", "another process", time.Now(), time.Now().Add(60*24*time.Hour)); err != nil || !held {
			t.Fatal(held, err)
		}
		time.Sleep(40 * 24 * time.Hour)
		if err := poll(t.Context(), m, r, time.Now()); err != nil {
			t.Fatal(err)
		}
		if got := m.states(keys.ES256); len(got) != 1 || got[keys.Signing] != 1 {
			t.Errorf("without the lease: %v", got)
		}
		if err := r.Rotate(t.Context(), console, keys.ES256, true); fault.CodeOf(err) != "key.busy" {
			t.Errorf("Rotate without the lease = %v, want key.busy", err)
		}
	})
}
