package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userList() *cobra.Command {
	var f pageFlags
	var n userNarrowing
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List people in the order of their addresses",
		Long: `List people in the order of their addresses. With --search, those whose address
begins with the text come first, then those whose name does, in the order of their
names, and then those of whom a later part of either does. --sort last_sign_in puts
those first who never signed in, or not for long, and -last_sign_in those who did a
moment ago; created goes by when they were made. --state, --second-factor,
--has-password, --import and --signed-in-before narrow the list; the last one by
itself puts those first who never signed in. A list that was cut says how it goes on
(--cursor).`,
		Example: `  gatehouse user list
  gatehouse user list --search ada
  gatehouse user list --state active --second-factor=false
  gatehouse user list --import imp_kq3h5tfx2c7a --has-password=false
  gatehouse user list --signed-in-before 2026-01-01
  gatehouse user list --sort last_sign_in --all --json`,
		Args: noArgs,
	})
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		asked, err := n.filter(cmd)
		if err != nil {
			return err
		}
		if _, ok := identity.ParseUserCursor(f.cursor); !ok {
			return badCursor(f.cursor)
		}
		return a.withHouse(ctx, func(h *house.House) error {
			list, err := n.lister(ctx, h)
			if err != nil {
				return err
			}
			return printPages(a, f, printedUsers, func(cursor string, limit int) (page[identity.User], error) {
				asked.After, _ = identity.ParseUserCursor(cursor)
				asked.Limit = limit
				users, next, err := list(ctx, asked)
				return page[identity.User]{users, next.String()}, err
			})
		})
	})
	f.bind(cmd, 500)
	n.bind(cmd)
	return cmd
}

// userNarrowing says which people are listed, and in which order.
type userNarrowing struct {
	search, sort, state, before string
	factor, password            bool
	imported                    string
}

func (n *userNarrowing) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&n.sort, "sort", "email", "their `order`: email, created or last_sign_in; - before it turns it round")
	flags.StringVar(&n.search, "search", "", "only where a part of address or name begins with `text`")
	flags.StringVar(&n.state, "state", "", "only those in this `state`: active or disabled")
	flags.BoolVar(&n.factor, "second-factor", false, "only those who have a second factor, or with =false those who have none")
	flags.BoolVar(&n.password, "has-password", false, "only those who have a password, or with =false those who have none")
	flags.StringVar(&n.imported, "import", "", "only those whom this `IMPORT` made (imp_…)")
	flags.StringVar(&n.before, "signed-in-before", "", "only those who did not sign in since this `time` (RFC 3339 or a date), or never did")
	choosing(cmd, "state", string(identity.UserActive), string(identity.UserDisabled))
}

// lister lists people: all, or those whom an import made.
func (n *userNarrowing) lister(ctx context.Context, h *house.House) (func(ctx context.Context, f identity.UserFilter) ([]identity.User, identity.UserCursor, error), error) {
	if n.imported == "" {
		return h.Identity.Users, nil
	}
	made, err := h.Intake.Made(ctx, id.ImportOf(n.imported))
	if err != nil {
		return nil, missing(err, n.imported)
	}
	return func(ctx context.Context, f identity.UserFilter) ([]identity.User, identity.UserCursor, error) {
		return h.Identity.OfThese(ctx, f, made)
	}, nil
}

// filter is what the flags ask for.
func (n *userNarrowing) filter(cmd *cobra.Command) (f identity.UserFilter, err error) {
	by, backwards := strings.CutPrefix(n.sort, "-")
	if !slices.Contains([]string{"email", "created", "last_sign_in"}, by) || n.search != "" && n.sort != "email" {
		return f, usagef(`--sort is "email", "created" or "last_sign_in", with "-" before it in the opposite order, and not for a search`)
	}
	f = identity.UserFilter{Search: n.search, State: identity.UserState(n.state), Created: by == "created", SignedIn: by == "last_sign_in", Backwards: backwards}
	if !slices.Contains([]identity.UserState{"", identity.UserActive, identity.UserDisabled}, f.State) {
		return f, usagef("--state must be active or disabled")
	}
	if cmd.Flags().Changed("second-factor") {
		f.SecondFactor = &n.factor
	}
	if cmd.Flags().Changed("has-password") {
		f.HasPassword = &n.password
	}
	if f.SignedInBefore, err = readMoment("--signed-in-before", n.before); err != nil {
		return f, err
	}
	if n.before != "" && n.search == "" && !cmd.Flags().Changed("sort") {
		f.SignedIn = true
	}
	return f, nil
}

var printedUsers = printed[identity.User]{
	header: []string{"ID", "EMAIL", "NAME", "STATE", "LAST SIGN-IN"},
	row: func(u identity.User) []string {
		return []string{string(u.ID), u.Email, u.Name, userState(u), orNever(u.LastSignIn)}
	},
	wire: func(u identity.User) any { return wire.OfUser(u) },
	none: "No people.",
}
