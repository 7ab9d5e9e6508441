package admin

import (
	"context"

	"gatehouse/fault"
)

// asSeen runs f, as the only one that changes the policy meanwhile, where a thing is in the
// revision that the caller saw.
func (d *Door) asSeen(ctx context.Context, c *Call, revision func(ctx context.Context) (int64, error), f func(ctx context.Context) error) error {
	return d.Access.KeepAdministered(ctx, func(ctx context.Context) error {
		rev, err := revision(ctx)
		if err != nil {
			return err
		}
		if err := c.Matches(rev); err != nil {
			return err
		}
		return f(ctx)
	})
}

// ifSeen is asSeen of what need not be there: who says which revision they saw says that it was,
// and who wants it new that it is not. already is what these are told where it is there.
func (d *Door) ifSeen(ctx context.Context, c *Call, already string, revision func(ctx context.Context) (int64, error), f func(ctx context.Context) error) error {
	switch {
	case c.fresh:
		return d.ifAbsent(ctx, already, revision, f)
	case c.Rev() == 0:
		return f(ctx)
	}
	return d.asSeen(ctx, c, func(ctx context.Context) (int64, error) {
		rev, err := revision(ctx)
		if fault.Is(err, fault.NotFound) {
			err = Outdated(err)
		}
		return rev, err
	}, f)
}

// ifAbsent runs f, as the only one that changes the policy meanwhile, where a thing is not there.
func (d *Door) ifAbsent(ctx context.Context, already string, revision func(ctx context.Context) (int64, error), f func(ctx context.Context) error) error {
	return d.Access.KeepAdministered(ctx, func(ctx context.Context) error {
		_, err := revision(ctx)
		if fault.Is(err, fault.NotFound) {
			return f(ctx)
		}
		if err == nil {
			err = exists(already)
		}
		return err
	})
}
