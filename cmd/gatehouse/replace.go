package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/fault"
	"gatehouse/house"
)

// replaceFlag lets a command put something where there is one already.
func replaceFlag(cmd *cobra.Command, replace *bool, help string) {
	cmd.Flags().BoolVar(replace, "replace", false, help)
}

// whereAbsent runs f, as the only one that changes the policy meanwhile, where is does not say what
// is there already; its answer is a fault of what is not there.
func whereAbsent(ctx context.Context, h *house.House, is func(ctx context.Context) (already string, err error), f func(ctx context.Context) error) error {
	return h.Access.KeepAdministered(ctx, func(ctx context.Context) error {
		already, err := is(ctx)
		if err == nil {
			return fault.New(fault.Outdated, "request.exists", already)
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		return f(ctx)
	})
}
