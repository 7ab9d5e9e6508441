package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
)

func (a *app) apiDelete() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "delete API_ID",
		Short: "Delete an API that nothing names any more",
		Long: `Delete an API. While a role, a scope, or a grant that is not over, names a
permission of it, it stays, and the answer says which.`,
		Example: `  gatehouse api delete shop
  gatehouse api delete shop --yes --json`,
		Args: one(anAPI),
		RunE: a.withAPI(func(ctx context.Context, h *house.House, one access.API) error {
			if err := a.confirm(ctx, fmt.Sprintf("Delete %s with its %d permissions", one.ID, len(one.Permissions))); err != nil {
				return err
			}
			if err := h.Access.DeleteAPI(ctx, operator(), one.ID); err != nil {
				return err
			}
			return a.say(map[string]any{"id": one.ID, "deleted": true}, "%s is deleted.", one.ID)
		}),
	})), apis)
}
