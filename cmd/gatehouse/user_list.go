package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

const (
	// userPage is how many people are read at a time.
	userPage = 500
	// mostListed bounds what a list keeps in memory until it is printed.
	mostListed = 10_000
)

func (a *app) userList() *cobra.Command {
	var f identity.UserFilter
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List people in the order of their addresses",
		Args:  cobra.NoArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			if f.Limit < 1 || f.Limit > mostListed {
				return usagef("--limit must be between 1 and %d; go on with --after", mostListed)
			}
			return a.withHouse(ctx, func(h *house.House) error {
				users, err := listUsers(ctx, h, f)
				if err != nil {
					return err
				}
				if err := a.printUsers(users); err != nil || len(users) < f.Limit {
					return err
				}
				_, err = fmt.Fprintf(a.stderr, "There may be more: --after %s\n", users[len(users)-1].Email)
				return err
			})
		}),
	})
	cmd.Flags().StringVar(&f.Search, "search", "", "only those whose address or name begins with this `text`")
	cmd.Flags().StringVar(&f.After, "after", "", "only those after this `address`")
	cmd.Flags().IntVar(&f.Limit, "limit", userPage, "at most this `number`")
	return cmd
}

// listUsers reads page after page until the limit.
func listUsers(ctx context.Context, h *house.House, f identity.UserFilter) ([]identity.User, error) {
	var users []identity.User
	limit := f.Limit
	for {
		f.Limit = min(userPage, limit-len(users))
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
