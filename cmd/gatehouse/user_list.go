package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userList() *cobra.Command {
	var f pageFlags
	var search string
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List people in the order of their addresses",
		Long: `List people in the order of their addresses. With --search, those whose address
begins with the text come first, and then those whose name does, in the order of
their names. A list that was cut says how it goes on (--cursor).`,
		Example: `  gatehouse user list
  gatehouse user list --search ada
  gatehouse user list --all --json`,
		Args: noArgs,
	})
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		if _, ok := identity.ParseUserCursor(f.cursor); !ok {
			return badCursor(f.cursor)
		}
		return a.withHouse(ctx, func(h *house.House) error {
			return printPages(a, f, printedUsers, func(cursor string, limit int) (page[identity.User], error) {
				after, _ := identity.ParseUserCursor(cursor)
				users, next, err := h.Identity.Users(ctx, identity.UserFilter{Search: search, After: after, Limit: limit})
				return page[identity.User]{users, next.String()}, err
			})
		})
	})
	f.bind(cmd, 500)
	cmd.Flags().StringVar(&search, "search", "", "only those whose address or name begins with this `text`")
	return cmd
}

var printedUsers = printed[identity.User]{
	header: []string{"ID", "EMAIL", "NAME", "STATE"},
	row: func(u identity.User) []string {
		return []string{string(u.ID), u.Email, u.Name, userState(u)}
	},
	wire: func(u identity.User) any { return wire.OfUser(u) },
	none: "No people.",
}
