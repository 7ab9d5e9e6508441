package housetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// policyOf is the version of the policy in the store.
func policyOf(t *testing.T, s *scene) int64 {
	t.Helper()
	v, err := s.House.Store.Versions(t.Context())
	must(t, err)
	return v[access.VersionPolicy]
}

// Everybody who follows reads again when the policy rises. What a million people do
// must not raise it, and what decisions about somebody hang on must.
func TestOnlyWhatDecisionsHangOnRaisesThePolicy(t *testing.T) {
	t.Parallel()
	disable := func(ctx context.Context, s *scene) error {
		return s.House.Identity.Disable(ctx, gatetest.Console, s.ada.ID)
	}
	client := func(disabled bool) func(ctx context.Context, s *scene) error {
		return func(ctx context.Context, s *scene) error {
			c, err := s.House.OAuth.Client(ctx, s.app.ID)
			if err != nil {
				return err
			}
			c.Disabled = disabled
			_, err = s.House.OAuth.UpdateClient(ctx, gatetest.Console, c)
			return err
		}
	}
	for _, c := range []struct {
		name    string
		prepare func(ctx context.Context, s *scene) error // may be nil
		do      func(ctx context.Context, s *scene) error
		raises  bool
	}{
		{"a person is made", nil, func(_ context.Context, s *scene) error { s.Person("bob"); return nil }, false},
		{"a client is made", nil, func(_ context.Context, s *scene) error { s.App("other"); return nil }, false},
		{"a person signs in and gets tokens", nil, func(_ context.Context, s *scene) error { s.tokens(); return nil }, false},
		{"a person's name changes", nil, func(ctx context.Context, s *scene) error {
			u, err := s.House.Identity.User(ctx, s.ada.ID)
			if err != nil {
				return err
			}
			u.Name = "Ada L."
			_, err = s.House.Identity.Update(ctx, gatetest.Console, u)
			return err
		}, false},
		{"a client's name changes", nil, func(ctx context.Context, s *scene) error {
			c, err := s.House.OAuth.Client(ctx, s.app.ID)
			if err != nil {
				return err
			}
			c.Name = "Another"
			_, err = s.House.OAuth.UpdateClient(ctx, gatetest.Console, c)
			return err
		}, false},
		{"a person is disabled", nil, disable, true},
		{"a person is disabled twice", disable, disable, false},
		{"a person is enabled", disable, func(ctx context.Context, s *scene) error {
			return s.House.Identity.Enable(ctx, gatetest.Console, s.ada.ID)
		}, true},
		{"a person is deleted", nil, func(ctx context.Context, s *scene) error {
			return s.House.Identity.Delete(ctx, gatetest.Console, s.ada.ID)
		}, true},
		{"a client is disabled", nil, client(true), true},
		{"a client is enabled", client(true), client(false), true},
		{"a client is deleted", nil, func(ctx context.Context, s *scene) error {
			return s.House.OAuth.DeleteClient(ctx, gatetest.Console, s.app.ID)
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if c.prepare != nil {
				must(t, c.prepare(t.Context(), s))
			}
			before := policyOf(t, s)
			must(t, c.do(t.Context(), s))
			if rose := policyOf(t, s) - before; (rose > 0) != c.raises {
				t.Errorf("the policy rose by %d", rose)
			}
		})
	}
}

// Who is disabled may do nothing, here at once and there within a second, and
// whoever has their name later has nothing of theirs.
func TestWhoIsDisabledOrDeletedMayDoNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	there := s.Replica()
	_, err := s.House.Access.CreateAPI(t.Context(), gatetest.Console, shop())
	must(t, err)
	_, err = s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(s.ada.ID)}, Effect: access.Allow,
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Where: access.Where{Place: access.Everywhere}, Reason: "sale",
	})
	must(t, err)
	is := func(want access.Reason) {
		t.Helper()
		there.Settle()
		for name, g := range map[string]*gatetest.Gate{"here": s.Gate, "there": there} {
			snapshot, err := g.House.Policy.Current(t.Context())
			must(t, err)
			d, err := snapshot.Decide(&access.Question{Principal: access.Subject{Kind: access.User, ID: string(s.ada.ID)}, Permission: "shop/orders:read", Now: time.Now()})
			must(t, err)
			if d.Reason != want {
				t.Errorf("%s the reason is %s, want %s", name, d.Reason, want)
			}
		}
	}
	is(access.Granted)
	must(t, s.House.Identity.Disable(t.Context(), gatetest.Console, s.ada.ID))
	is(access.Inactive)
	must(t, s.House.Identity.Enable(t.Context(), gatetest.Console, s.ada.ID))
	is(access.Granted)
	must(t, s.House.Identity.Disable(t.Context(), gatetest.Console, s.ada.ID))
	must(t, s.House.Identity.Delete(t.Context(), gatetest.Console, s.ada.ID))
	is(access.NoGrant)
}
