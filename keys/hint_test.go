package keys_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
	"gatehouse/keys"
	"gatehouse/setting"
)

// A session lives longer than the key that signed its ID tokens is published.
// What such a token hints at is believed as long as such sessions can live; it
// opens nothing, in no process and at no time.
func TestRetiredKeysAreBelievedAsHintsAndForNothingElse(t *testing.T) {
	t.Parallel()
	const remember = 30 * 24 * time.Hour
	for _, alg := range []string{keys.ES256, keys.RS256, keys.EdDSA} {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				r := m.ring(t)
				old := sign(t, r, alg, "JWT", "{}")
				must(t, r.Rotate(t.Context(), console, alg, true))
				for _, c := range []struct {
					pass         time.Duration
					verify, hint bool
				}{
					{0, true, true},
					{keys.DefaultConfig().Retain - time.Second, true, true},
					{time.Second, false, true},
					{remember - time.Second, false, true},
					{time.Second, false, false},
				} {
					time.Sleep(c.pass)
					must(t, poll(t.Context(), m, r, time.Now()))
					replica := m.ring(t)
					for name, ring := range map[string]*keys.Ring{"here": r, "in another process": replica} {
						ring.Remember = setting.Always(remember)
						if _, _, err := ring.Verify(old); (err == nil) != c.verify {
							t.Errorf("%s after %s: the token: %v", name, c.pass, err)
						}
						if _, _, err := ring.VerifyHint(old); (err == nil) != c.hint {
							t.Errorf("%s after %s: the hint: %v", name, c.pass, err)
						}
						if n := len(published(t, ring).Keys); !c.verify && n != len(listed(t, ring)) {
							t.Errorf("%s after %s: %d keys are published", name, c.pass, n)
						}
						if _, _, err := ring.VerifyHint(old[:len(old)-4] + "AAAA"); err == nil {
							t.Errorf("%s: a wrong signature is believed", name)
						}
					}
				}
			})
		})
	}
}

// A key that was revoked hints at nothing, whatever state it was in: somebody
// else may sign with it.
func TestRevokedKeysAreNotBelievedAsHints(t *testing.T) {
	t.Parallel()
	for _, state := range []keys.State{keys.Signing, keys.Retiring, keys.Retired} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				r := m.ring(t)
				r.Remember = setting.Always(30 * 24 * time.Hour)
				old := sign(t, r, keys.ES256, "JWT", "{}")
				kid := header(t, r).KeyID
				if state != keys.Signing {
					must(t, r.Rotate(t.Context(), console, keys.ES256, true))
				}
				if state == keys.Retired {
					time.Sleep(keys.DefaultConfig().Retain)
					must(t, poll(t.Context(), m, r, time.Now()))
				}
				if _, _, err := r.VerifyHint(old); err != nil {
					t.Fatal(err)
				}
				must(t, r.Revoke(t.Context(), console, kid, &ended{}))
				replica := m.ring(t)
				replica.Remember = r.Remember
				for _, ring := range []*keys.Ring{r, replica} {
					if _, _, err := ring.VerifyHint(old); err == nil {
						t.Error("it is believed")
					}
				}
				all, err := r.List(t.Context(), true)
				must(t, err)
				for _, k := range all {
					if got := m.half(t, k); k.ID == kid && got != "no" {
						t.Errorf("its %s half is kept", got)
					}
				}
				if err := r.Revoke(t.Context(), console, kid, &ended{}); fault.CodeOf(err) != "key.not_found" {
					t.Errorf("revoked once more: %v", err)
				}
			})
		})
	}
}

// Who can write to the database still cannot make a key of their own believed.
func TestAPlantedRetiredKeyIsNotBelieved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stranger := &memory{}
		theirs := stranger.ring(t)
		forged := sign(t, theirs, keys.ES256, "JWT", "{}")
		planted := stranger.keys[0]
		m := &memory{}
		r := m.ring(t)
		planted.State, planted.Until = keys.Retired, time.Now()
		for _, sealed := range []string{planted.Public, planted.Sealed, m.keys[0].Sealed} {
			planted.Sealed = sealed
			m.keys, m.version = append(m.keys[:1:1], planted), m.version+1
			must(t, poll(t.Context(), m, r, time.Now()))
			r.Remember = setting.Always(30 * 24 * time.Hour)
			if _, _, err := r.VerifyHint(forged); err == nil {
				t.Errorf("a key sealed as %.20q is believed", sealed)
			}
			if _, _, err := r.VerifyHint(sign(t, r, keys.ES256, "JWT", "{}")); err != nil {
				t.Errorf("the house's own key: %v", err)
			}
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
