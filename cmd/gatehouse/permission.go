package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) permission() *cobra.Command {
	return explained(a.group("permission", "List what can be done at all APIs", a.permissionList()),
		`List permissions: what can be done at APIs. They are made and changed with their
API ("gatehouse api"), and given by roles and grants.`,
		`  gatehouse permission list
  gatehouse permission list --api shop --json`)
}

// listedPermission is a permission with its API.
type listedPermission struct {
	api string
	access.Permission
}

func (a *app) permissionList() *cobra.Command {
	var of string
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List the permissions of all APIs, or of one",
		Long: `List the permissions of all APIs, or of one, by the names that roles and grants
give them. What is sensitive is given by no wildcard.`,
		Example: `  gatehouse permission list
  gatehouse permission list --api shop`,
		Args: noArgs,
	})
	cmd.Flags().StringVar(&of, "api", "", "only those of this API, by its `id`")
	a.completingFlag(cmd, "api", apis)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			all, err := h.Access.APIs(ctx)
			if err != nil {
				return err
			}
			if of != "" {
				one, err := h.Access.API(ctx, of)
				if err != nil {
					return missing(err, of)
				}
				all = []access.API{one}
			}
			var list []listedPermission
			for _, one := range all {
				for _, p := range one.Permissions {
					list = append(list, listedPermission{one.ID, p})
				}
			}
			return printAll(a, list, printedPermissions)
		})
	})
	return cmd
}

var printedPermissions = printed[listedPermission]{
	header: []string{"PERMISSION", "SENSITIVE", "ASKS FOR", "DESCRIPTION"},
	row: func(p listedPermission) []string {
		return []string{p.api + "/" + p.Resource + ":" + p.Action, yes(p.Sensitive), asks(p.Requires), p.Description}
	},
	wire: func(p listedPermission) any {
		return wire.Permission{Permission: p.api + "/" + p.Resource + ":" + p.Action, Description: p.Description, Sensitive: p.Sensitive, Requirement: wire.OfRequirement(p.Requires)}
	},
	none: "No permissions.",
}
