package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
)

func (a *app) api() *cobra.Command {
	return explained(a.group("api", "Create, list and change APIs and what can be done there",
		a.apiCreate(), a.apiList(), a.apiShow(), a.apiUpdate(), a.apiDelete()),
		`Create, list and change APIs. An API is something that asks what somebody may do:
a program of yours that answers requests. Its catalogue holds its permissions,
each a RESOURCE and an ACTION; elsewhere they are named with the API in front,
such as shop/orders:read. Roles and grants give permissions to people.`,
		`  gatehouse api create --id shop --audience https://shop.example.test --permission orders:read
  gatehouse api list`)
}

// withAPI runs f on the API that the first argument names.
func (a *app) withAPI(f func(ctx context.Context, h *house.House, one access.API) error) func(*cobra.Command, []string) error {
	return a.action(func(ctx context.Context, args []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			one, err := h.Access.API(ctx, args[0])
			if err != nil {
				return missing(err, args[0])
			}
			return f(ctx, h, one)
		})
	})
}
