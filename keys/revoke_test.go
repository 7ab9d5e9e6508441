package keys_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
	"gatehouse/keys"
)

// ended notes the keys whose tokens were ended.
type ended struct {
	keys []string
	err  error
}

func (e *ended) EndKey(_ context.Context, kid string) error {
	e.keys = append(e.keys, kid)
	return e.err
}

// Whatever state the key is in: afterwards it is gone, what it signed is
// refused by every process, and the algorithm still signs.
func TestRevokedKeyIsGoneAndItsTokensAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		announced bool // another key is announced before
		state     keys.State
	}{
		"signing, nobody announced":   {false, keys.Signing},
		"signing, somebody announced": {true, keys.Signing},
		"announced":                   {true, keys.Announced},
		"retiring":                    {false, keys.Retiring},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				r, replica := m.ring(t), m.ring(t)
				token := sign(t, r, keys.ES256, "at+jwt", "{}")
				if c.announced || c.state == keys.Retiring {
					if err := r.Rotate(t.Context(), console, keys.ES256, c.state == keys.Retiring); err != nil {
						t.Fatal(err)
					}
				}
				rows := listed(t, r)
				at := slices.IndexFunc(rows, func(k keys.Key) bool { return k.State == c.state })
				kid := rows[at].ID
				var ends ended
				if err := r.Revoke(t.Context(), console, kid, &ends); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(ends.keys, []string{kid}) {
					t.Errorf("the tokens of %v were ended, want those of %s", ends.keys, kid)
				}
				if err := poll(t.Context(), m, replica, time.Now()); err != nil {
					t.Fatal(err)
				}
				for _, ring := range []*keys.Ring{r, replica} {
					if header(t, ring).KeyID == kid {
						t.Error("the key still signs")
					}
					for _, k := range published(t, ring).Keys {
						if k.KeyID == kid {
							t.Error("the key is still published")
						}
					}
					if _, _, err := ring.Verify(token); (err == nil) != (c.state == keys.Announced) {
						t.Errorf("a token of the first key: %v", err)
					}
				}
				if n := m.states(keys.ES256)[keys.Signing]; n != 1 {
					t.Errorf("%d keys sign", n)
				}
				all, err := r.List(t.Context(), true)
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range all {
					if k.ID == kid && (k.State != keys.Retired || k.Sealed != "") {
						t.Errorf("the key is %s, its private half kept: %v", k.State, k.Sealed != "")
					}
				}
				if last := m.events[len(m.events)-1]; last.Action != "key.revoke" || last.Target.ID != kid || last.Actor.Kind != console.Kind {
					t.Errorf("recorded %+v", last)
				}
				if err := r.Revoke(t.Context(), console, kid, &ends); fault.CodeOf(err) != "key.not_found" {
					t.Errorf("revoked once more: %v", err)
				}
			})
		})
	}
}

// A revocation that cannot end the tokens has not happened.
func TestRevokeIsAllOrNothing(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := m.ring(t)
	before := header(t, r).KeyID
	if err := r.Revoke(t.Context(), console, before, &ended{err: errors.New("disk on fire")}); err == nil {
		t.Error("a failure was answered with success")
	}
	if header(t, r).KeyID != before || len(listed(t, r)) != 1 {
		t.Error("the key was replaced all the same")
	}
}
