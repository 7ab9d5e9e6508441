package storetest

import (
	"context"
	"fmt"
	"testing"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/store"
)

// edited is one administered thing, as a form sees it.
type edited struct {
	rev     func(t *testing.T) int64
	write   func(ctx context.Context, rev int64, name string) error
	name    func(t *testing.T) string
	nowhere func(ctx context.Context, rev int64) error // writes a thing that is not there
	changed string                                     // the code of the refusal
}

func testRevisions(t *testing.T, s *store.Store) {
	u, c := insertUser(t, s), insertClient(t, s)
	for name, e := range map[string]edited{
		"OfAPerson": {
			rev:  func(t *testing.T) int64 { v, err := s.User(t.Context(), u.ID); ok(t, err); return v.Rev },
			name: func(t *testing.T) string { v, err := s.User(t.Context(), u.ID); ok(t, err); return v.Name },
			write: func(ctx context.Context, rev int64, name string) error {
				v := u
				v.Rev, v.Name = rev, name
				return s.UpdateUser(ctx, v)
			},
			nowhere: func(ctx context.Context, rev int64) error {
				v := u
				v.ID, v.Email, v.Rev = id.NewUser(), "nowhere@example.test", rev
				return s.UpdateUser(ctx, v)
			},
			changed: "user.changed",
		},
		"OfAClient": {
			rev:  func(t *testing.T) int64 { v, err := s.Client(t.Context(), c.ID); ok(t, err); return v.Rev },
			name: func(t *testing.T) string { v, err := s.Client(t.Context(), c.ID); ok(t, err); return v.Name },
			write: func(ctx context.Context, rev int64, name string) error {
				v := c
				v.Rev, v.Name = rev, name
				return s.UpdateClient(ctx, v)
			},
			nowhere: func(ctx context.Context, rev int64) error {
				v := c
				v.ID, v.Rev = id.NewClient(), rev
				return s.UpdateClient(ctx, v)
			},
			changed: "client.changed",
		},
	} {
		t.Run(name, func(t *testing.T) { testRevision(t, e) })
	}
}

func testRevision(t *testing.T, e edited) {
	ctx := t.Context()
	same(t, e.rev(t), int64(1))
	ok(t, e.write(ctx, 1, "named"))
	ok(t, e.write(ctx, 0, "whatever it is"))
	same(t, e.rev(t), int64(3))

	for _, rev := range []int64{1, 2, 4, -1} {
		err := e.write(ctx, rev, "late")
		refused(t, err, fault.Conflict)
		same(t, fault.CodeOf(err), e.changed)
	}
	same(t, e.name(t), "whatever it is")
	same(t, e.rev(t), int64(3))
	for _, rev := range []int64{0, 1} {
		missing(t, e.nowhere(ctx, rev))
	}

	rev := e.rev(t)
	won := make([]bool, racers)
	oneWinner(t, func(i int) (bool, error) {
		err := e.write(ctx, rev, fmt.Sprint("racer ", i))
		won[i] = err == nil
		if fault.CodeOf(err) == e.changed {
			return false, nil
		}
		return err == nil, err
	})
	same(t, e.rev(t), rev+1)
	for i := range won {
		if won[i] {
			same(t, e.name(t), fmt.Sprint("racer ", i))
		}
	}
}
