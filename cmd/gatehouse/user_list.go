package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userList() *cobra.Command {
	var f pageFlags
	var search, sort string
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List people in the order of their addresses",
		Long: `List people in the order of their addresses. With --search, those whose address
begins with the text come first, and then those whose name does, in the order of
their names. --sort last_sign_in puts those first who never signed in, or not for
long, and -last_sign_in those who did a moment ago; created goes by when they were
made. A list that was cut says how it goes on (--cursor).`,
		Example: `  gatehouse user list
  gatehouse user list --search ada
  gatehouse user list --sort last_sign_in --all --json`,
		Args: noArgs,
	})
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		by, backwards := strings.CutPrefix(sort, "-")
		if !slices.Contains([]string{"email", "created", "last_sign_in"}, by) || search != "" && sort != "email" {
			return usagef(`--sort is "email", "created" or "last_sign_in", with "-" before it in the opposite order, and not for a search`)
		}
		if _, ok := identity.ParseUserCursor(f.cursor); !ok {
			return badCursor(f.cursor)
		}
		return a.withHouse(ctx, func(h *house.House) error {
			return printPages(a, f, printedUsers, func(cursor string, limit int) (page[identity.User], error) {
				after, _ := identity.ParseUserCursor(cursor)
				users, next, err := h.Identity.Users(ctx, identity.UserFilter{
					Search: search, Created: by == "created", SignedIn: by == "last_sign_in", Backwards: backwards, After: after, Limit: limit,
				})
				return page[identity.User]{users, next.String()}, err
			})
		})
	})
	f.bind(cmd, 500)
	cmd.Flags().StringVar(&sort, "sort", "email", "their `order`: email, created or last_sign_in; - before it turns it round")
	cmd.Flags().StringVar(&search, "search", "", "only those whose address or name begins with this `text`")
	return cmd
}

var printedUsers = printed[identity.User]{
	header: []string{"ID", "EMAIL", "NAME", "STATE", "LAST SIGN-IN"},
	row: func(u identity.User) []string {
		return []string{string(u.ID), u.Email, u.Name, userState(u), orNever(u.LastSignIn)}
	},
	wire: func(u identity.User) any { return wire.OfUser(u) },
	none: "No people.",
}
