package storetest

import (
	"context"
	"errors"
	"testing"

	"gatehouse/oauth"
	"gatehouse/store"
)

// testNews: who follows hears of each commit that raised a counter, once it is
// one, and of nothing else.
func testNews(t *testing.T, s *store.Store) {
	heard := 0
	s.OnNews(func() { heard++ })
	revoke := func(ctx context.Context) error {
		return s.Revoke(ctx, oauth.Revocation{Kind: oauth.RevokedToken, Key: "jti", Before: now, Until: now})
	}
	undone := errors.New("undone")
	for _, c := range []struct {
		name string
		do   func() error
		want int
		err  error
	}{
		{"a change by itself", func() error { return revoke(t.Context()) }, 1, nil},
		{"a change that is undone", func() error {
			return s.InTx(t.Context(), func(ctx context.Context) error { return errors.Join(revoke(ctx), undone) })
		}, 0, undone},
		{"a change amid a transaction", func() error {
			return s.InTx(t.Context(), func(ctx context.Context) error {
				if err := revoke(ctx); err != nil {
					return err
				}
				if heard > 0 {
					t.Error("the news came before the commit")
				}
				return nil
			})
		}, 1, nil},
		{"what has no counter", func() error {
			_, err := s.UseOnce(t.Context(), "kind", "key", now)
			return err
		}, 0, nil},
	} {
		heard = 0
		if err := c.do(); !errors.Is(err, c.err) {
			t.Fatalf("%s: %v", c.name, err)
		}
		if heard != c.want {
			t.Errorf("%s: heard %d times, want %d", c.name, heard, c.want)
		}
	}
}
