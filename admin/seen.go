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

// ifSeen is asSeen of what need not be there: who says which revision they saw says that it was.
func (d *Door) ifSeen(ctx context.Context, c *Call, revision func(ctx context.Context) (int64, error), f func(ctx context.Context) error) error {
	if c.Rev() == 0 {
		return f(ctx)
	}
	return d.asSeen(ctx, c, func(ctx context.Context) (int64, error) {
		rev, err := revision(ctx)
		if fault.Is(err, fault.NotFound) {
			err = outdated(err)
		}
		return rev, err
	}, f)
}
