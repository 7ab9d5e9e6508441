package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) apiList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List APIs",
		Long:  `List APIs with their audiences, and how many permissions each has.`,
		Example: `  gatehouse api list
  gatehouse api list --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Access.APIs(ctx)
				if err != nil {
					return err
				}
				return printAll(a, all, printed[access.API]{
					header: []string{"API", "AUDIENCE", "PERMISSIONS"},
					row:    func(one access.API) []string { return []string{one.ID, one.Audience, fmt.Sprint(len(one.Permissions))} },
					wire:   func(one access.API) any { return wire.OfAPI(one) },
					none:   "No APIs.",
				})
			})
		}),
	})
}

func (a *app) apiShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show API_ID",
		Short: "Print an API with its permissions and owners",
		Long:  `Print an API with its permissions and owners. A ! stands behind what is sensitive.`,
		Example: `  gatehouse api show shop
  gatehouse api show shop --json`,
		Args: one(anAPI),
		RunE: a.withAPI(func(_ context.Context, _ *house.House, one access.API) error {
			return a.print(wire.OfAPI(one), func(w io.Writer) {
				row(w, "id", one.ID)
				row(w, "audience", one.Audience)
				row(w, "tokens go by", string(one.Delegation))
				for _, p := range one.Permissions {
					row(w, "permission", said(p), p.Description, asks(p.Requires))
				}
				for _, resource := range slices.Sorted(maps.Keys(one.Owners)) {
					row(w, "owner", resource+"="+one.Owners[resource])
				}
				for _, name := range one.Servers {
					row(w, "server", name)
				}
			})
		}),
	}), apis)
}
