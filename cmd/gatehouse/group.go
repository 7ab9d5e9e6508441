package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) groups() *cobra.Command {
	return explained(a.group("group", "Create groups, and put people and other groups into them",
		a.groupCreate(), a.groupList(), a.groupShow(), a.groupUpdate(), a.memberList(ofGroups), a.memberAdd(ofGroups), a.memberRemove(ofGroups), a.groupDelete()),
		`Create groups, and put people, applications and other groups into them. What is
granted to a group is granted to all who are in it, also by way of other groups, up
to eight of them. One may be in a group until a time.`,
		`  gatehouse group create --id desk --description "Support desk"
  gatehouse group add desk --user ada@example.test --for 30d`)
}

func (a *app) groupCreate() *cobra.Command {
	var g access.GroupRecord
	cmd := a.printing(&cobra.Command{
		Use:   "create --id ID",
		Short: "Create a group without members",
		Long: `Create a group. Put members into it with "gatehouse group add", and give them what
they may do with "gatehouse grant create --group".`,
		Example: `  gatehouse group create --id desk --description "Support desk"`,
		Args:    noArgs,
	})
	cmd.Flags().StringVar(&g.ID, "id", "", "its `id`, in small letters")
	cmd.Flags().StringVar(&g.Description, "description", "", "what it is for, as `text`")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if g.ID == "" {
			return usagef("a group needs --id")
		}
		return a.withHouse(ctx, func(h *house.House) error {
			made, err := h.Access.CreateGroup(ctx, operator(), g)
			if err != nil {
				return inFlags(err, memberFlag)
			}
			return a.say(wire.OfGroup(made), "%s is created.", made.ID)
		})
	})
	return cmd
}

func (a *app) groupList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List groups",
		Long:  `List groups. "gatehouse group members" lists who is in one.`,
		Example: `  gatehouse group list
  gatehouse group list --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Access.Groups(ctx)
				if err != nil {
					return err
				}
				return printAll(a, all, printed[access.GroupRecord]{
					header: []string{"GROUP", "DESCRIPTION"},
					row:    func(g access.GroupRecord) []string { return []string{g.ID, g.Description} },
					wire:   func(g access.GroupRecord) any { return wire.OfGroup(g) },
					none:   "No groups.",
				})
			})
		}),
	})
}

// withGroup runs f on the group that the first argument names.
func (a *app) withGroup(f func(ctx context.Context, h *house.House, g access.GroupRecord) error) func(*cobra.Command, []string) error {
	return a.action(func(ctx context.Context, args []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			g, err := h.Access.Group(ctx, args[0])
			if err != nil {
				return missing(err, args[0])
			}
			return f(ctx, h, g)
		})
	})
}

func (a *app) groupShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show GROUP_ID",
		Short: "Print a group",
		Long: `Print a group. "gatehouse group members" lists who is in it, and "gatehouse grant
list --group" what is granted to it.`,
		Example: `  gatehouse group show desk
  gatehouse group show desk --json`,
		Args: one(aGroup),
		RunE: a.withGroup(func(_ context.Context, _ *house.House, g access.GroupRecord) error {
			return a.print(wire.OfGroup(g), func(w io.Writer) {
				tellFacts(w, []fact{{"group", g.ID}, {"description", g.Description}, {"created", moment(g.Created)}})
			})
		}),
	}), groups)
}

func (a *app) groupDelete() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "delete GROUP_ID",
		Short: "Delete a group to which nothing is granted any more",
		Long: `Delete a group, with the memberships in it and its own in others. While a grant for
it is not over it stays, and the answer says which.`,
		Example: `  gatehouse group delete desk
  gatehouse group delete desk --yes --json`,
		Args: one(aGroup),
		RunE: a.withGroup(func(ctx context.Context, h *house.House, g access.GroupRecord) error {
			if err := a.confirm(ctx, fmt.Sprintf("Delete the group %s with its memberships", g.ID)); err != nil {
				return err
			}
			if err := h.Access.DeleteGroup(ctx, operator(), g.ID); err != nil {
				return err
			}
			return a.say(map[string]any{"id": g.ID, "deleted": true}, "%s is deleted.", g.ID)
		}),
	})), groups)
}
