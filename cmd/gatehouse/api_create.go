package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) apiCreate() *cobra.Command {
	var f apiFlags
	var name string
	cmd := a.printing(&cobra.Command{
		Use:   "create --id ID --audience URI --permission RESOURCE:ACTION …",
		Short: "Create an API with its catalogue of permissions",
		Long: `Create an API with its catalogue. A ! behind a permission calls it sensitive: no
wildcard of a role or a grant gives it, so it is given by name only; a wildcard
denies it all the same. An owner
lets grants be for one's own things ("--where own"): it is the attribute in which
a resource has the id of the person that it belongs to. A server is an application
that answers the API's requests: it may get a token for Gatehouse's own API, and
ask there who may do what at this API and at no other.`,
		Example: `  gatehouse api create --id shop --audience https://shop.example.test --permission orders:read --permission orders:refund! \
    --owner orders=owner_id --require orders:refund=aal2,5m --describe "orders:read=See orders"`,
		Args: noArgs,
	})
	f.bind(a, cmd)
	cmd.Flags().StringVar(&name, "id", "", "its `id`, in small letters: the first part of the names of its permissions")
	cmd.Flags().StringArrayVar(&f.permissions, "permission", nil, "what can be done there, as `RESOURCE:ACTION`, with ! behind it if it is sensitive; may be repeated")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if name == "" || f.audience == "" || len(f.permissions) == 0 {
			return usagef("an API needs --id, --audience and at least one --permission")
		}
		one := access.API{ID: name}
		if err := f.apply(cmd, &one); err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			made, err := h.Access.CreateAPI(ctx, operator(), one)
			if err != nil {
				return inFlags(err, apiFlag(&one))
			}
			return a.say(wire.OfAPI(made), "%s is created, with %s.", made.ID, permissionsIn(made))
		})
	})
	return cmd
}

// permissionsIn says how many permissions there are.
func permissionsIn(one access.API) string {
	if len(one.Permissions) == 1 {
		return "1 permission"
	}
	return fmt.Sprintf("%d permissions", len(one.Permissions))
}
