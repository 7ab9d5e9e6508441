package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

// userPage is how many people are read at a time.
const userPage = 500

func (a *app) userList() *cobra.Command {
	var f identity.UserFilter
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List people in the order of their addresses",
		Args:  cobra.NoArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			if f.Limit < 0 {
				return usagef("--limit must not be negative")
			}
			return a.withHouse(ctx, func(h *house.House) error {
				users, err := listUsers(ctx, h, f)
				if err != nil {
					return err
				}
				return a.printUsers(users)
			})
		}),
	})
	cmd.Flags().StringVar(&f.Search, "search", "", "only those with this `text` in their address or name")
	cmd.Flags().StringVar(&f.After, "after", "", "only those after this `address`")
	cmd.Flags().IntVar(&f.Limit, "limit", 0, "at most so `many`; 0 for all")
	return cmd
}

// listUsers reads page after page until the limit; a limit of 0 means all.
func listUsers(ctx context.Context, h *house.House, f identity.UserFilter) ([]identity.User, error) {
	var users []identity.User
	limit := f.Limit
	for {
		f.Limit = userPage
		if limit > 0 {
			f.Limit = min(userPage, limit-len(users))
		}
		page, err := h.Identity.Users(ctx, f)
		if err != nil {
			return nil, err
		}
		users = append(users, page...)
		if len(page) < f.Limit || len(users) == limit {
			return users, nil
		}
		f.After = page[len(page)-1].Email
	}
}

func (a *app) printUsers(users []identity.User) error {
	list := make([]wire.User, len(users))
	for i, u := range users {
		list[i] = wire.OfUser(u)
	}
	return a.print(list, func(w io.Writer) {
		row(w, "ID", "EMAIL", "NAME", "STATE", "ADMINISTRATOR")
		for _, u := range users {
			row(w, string(u.ID), u.Email, u.Name, userState(u), yes(u.Administrator))
		}
	})
}
