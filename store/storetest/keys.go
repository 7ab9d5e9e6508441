package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/keys"
	"gatehouse/secret"
	"gatehouse/store"
)

func testKeys(t *testing.T, s *store.Store) {
	all := must[[]keys.Key](t)
	first := keys.Key{ID: "kid-1", Algorithm: keys.ES256, State: keys.Signing, Public: `{"kty":"EC"}`, Sealed: "sealed", Created: now, SignsFrom: now}
	second := keys.Key{ID: "kid-2", Algorithm: keys.ES256, State: keys.Announced, Public: `{}`, Sealed: "s", Created: now.Add(time.Hour), SignsFrom: now.Add(25 * time.Hour)}

	t.Run("ComeBackOldestFirst", func(t *testing.T) {
		same(t, len(all(s.Keys(t.Context(), true))), 0)
		raises(t, s, keys.VersionName, func(ctx context.Context) error { return s.InsertKey(ctx, second) })
		raises(t, s, keys.VersionName, func(ctx context.Context) error { return s.InsertKey(ctx, first) })
		same(t, all(s.Keys(t.Context(), false)), []keys.Key{first, second})
	})
	t.Run("SignOneOfAnAlgorithm", func(t *testing.T) {
		third := keys.Key{ID: "kid-3", Algorithm: keys.ES256, State: keys.Signing, Created: now}
		before := version(t, s, keys.VersionName)
		refused(t, s.InsertKey(t.Context(), third), fault.Conflict)
		moved := second
		moved.State = keys.Signing
		_, err := s.MoveKey(t.Context(), moved, keys.Announced)
		refused(t, err, fault.Conflict)
		same(t, version(t, s, keys.VersionName), before)
		third.Algorithm = keys.EdDSA
		ok(t, s.InsertKey(t.Context(), third))
	})
	t.Run("MoveOnFromTheirState", func(t *testing.T) {
		first.State, first.Until = keys.Retiring, now.Add(48*time.Hour)
		raises(t, s, keys.VersionName, func(ctx context.Context) error {
			did, err := s.MoveKey(ctx, first, keys.Signing)
			yes(t)(did, err)
			return err
		})
		before := version(t, s, keys.VersionName)
		no(t)(s.MoveKey(t.Context(), first, keys.Signing))
		no(t)(s.MoveKey(t.Context(), keys.Key{ID: "nobody", State: keys.Retired}, keys.Signing))
		same(t, version(t, s, keys.VersionName), before)
	})
	t.Run("AreHiddenOnceRetired", func(t *testing.T) {
		first.State, first.Sealed = keys.Retired, ""
		yes(t)(s.MoveKey(t.Context(), first, keys.Retiring))
		for _, k := range all(s.Keys(t.Context(), false)) {
			if k.ID == first.ID {
				t.Error("a retired key is among the living")
			}
		}
		same(t, all(s.Keys(t.Context(), true))[0].Sealed, "")
	})
	t.Run("FirstSigningKeyIsMadeOnce", func(t *testing.T) {
		oneWinner(t, func(i int) (bool, error) {
			err := s.InsertKey(t.Context(), keys.Key{ID: fmt.Sprintf("rsa-%d", i), Algorithm: keys.RS256, State: keys.Signing, Created: now})
			if fault.Is(err, fault.Conflict) {
				return false, nil
			}
			return err == nil, err
		})
	})
}

func testDataKeys(t *testing.T, s *store.Store) {
	all := must[[]secret.DataKey](t)
	same(t, len(all(s.DataKeys(t.Context()))), 0)
	k := secret.DataKey{ID: "dk-1", Purpose: "totp", Wrapped: "wrapped", Created: now}
	yes(t)(s.InsertDataKey(t.Context(), k))
	no(t)(s.InsertDataKey(t.Context(), secret.DataKey{ID: "dk-2", Purpose: "totp", Wrapped: "other", Created: now}))
	same(t, all(s.DataKeys(t.Context())), []secret.DataKey{k})
	oneWinner(t, func(i int) (bool, error) {
		return s.InsertDataKey(t.Context(), secret.DataKey{ID: fmt.Sprintf("race-%d", i), Purpose: "signing", Wrapped: "w", Created: now})
	})
	same(t, len(all(s.DataKeys(t.Context()))), 2)
}

func testLeases(t *testing.T, s *store.Store) {
	take := func(holder string, at time.Time) (bool, error) {
		return s.Lease(t.Context(), "janitor", holder, at, at.Add(time.Minute))
	}
	yes(t)(take("a", now))
	yes(t)(take("a", now.Add(30*time.Second))) // renewed to 1m30s
	no(t)(take("b", now.Add(time.Minute)))
	yes(t)(take("b", now.Add(90*time.Second)))
	no(t)(take("a", now.Add(91*time.Second)))
	yes(t)(s.Lease(t.Context(), "other", "a", now, now.Add(time.Minute)))
	// By a clock that had jumped.
	later := now.Add(40 * 24 * time.Hour)
	yes(t)(s.Lease(t.Context(), "jumped", "ahead", later, later.Add(time.Minute)))
	yes(t)(s.Lease(t.Context(), "jumped", "right", now, now.Add(time.Minute)))
	no(t)(s.Lease(t.Context(), "jumped", "third", now, now.Add(time.Minute)))
	oneWinner(t, func(i int) (bool, error) {
		return s.Lease(t.Context(), "raced", fmt.Sprint("holder ", i), now, now.Add(time.Minute))
	})
	oneWinner(t, func(i int) (bool, error) { // an expired one
		return s.Lease(t.Context(), "raced", fmt.Sprint("later holder ", i), now.Add(time.Hour), now.Add(2*time.Hour))
	})
}
