package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) groups() *cobra.Command {
	return explained(a.group("group", "Create groups, and put people and other groups into them",
		a.groupCreate(), a.groupList(), a.groupShow(), a.groupAdd(), a.groupRemove(), a.groupDelete()),
		`Create groups, and put people, applications and other groups into them. What is
granted to a group is granted to all who are in it, also by way of other groups, up
to eight of them. One may be in a group until a time.`,
		`  gatehouse group create --id desk --description "Support desk"
  gatehouse group add desk --user ada@example.test --for 30d`)
}

// groupFlag is the flag of what access calls a field of a group or a member.
func groupFlag(field string) (flag, value string) {
	switch field {
	case "expires_at":
		return "--until", ""
	case "member":
		return "--group", ""
	}
	return "--" + field, ""
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
				return inFlags(err, groupFlag)
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
		Long:  `List groups. "gatehouse group show" lists the members of one.`,
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
		Short: "List the members of a group",
		Long: `List the members of a group, with from when until when they are in it: also those
who are no longer, or not yet.`,
		Example: `  gatehouse group show desk
  gatehouse group show desk --json`,
		Args: one(aGroup),
		RunE: a.withGroup(func(ctx context.Context, h *house.House, g access.GroupRecord) error {
			names, after := newNames(h), access.Subject{}
			return printPages(a, pageFlags{all: true}, printedMembers, func(string, int) (page[wire.Member], error) {
				found, next, err := h.Access.Members(ctx, g.ID, after, readPage)
				if err != nil {
					return page[wire.Member]{}, err
				}
				after = next
				shown := page[wire.Member]{next: next.ID}
				for _, m := range found {
					w := wire.OfMember(m)
					if w.Member, err = shownSubject(ctx, names, m.Member); err != nil {
						return page[wire.Member]{}, err
					}
					shown.rows = append(shown.rows, w)
				}
				return shown, nil
			})
		}),
	}), groups)
}

var printedMembers = printed[wire.Member]{
	header: []string{"MEMBER", "FROM", "UNTIL", "REASON"},
	row: func(m wire.Member) []string {
		return []string{called(m.Member), moment(m.NotBefore), moment(m.ExpiresAt), m.Reason}
	},
	wire: func(m wire.Member) any { return m },
	none: "No members.",
}

func (a *app) groupAdd() *cobra.Command {
	var who subjectFlags
	var from, until, reason string
	var last durationFlag
	cmd := a.printing(&cobra.Command{
		Use:   "add GROUP_ID (--user USER | --group GROUP_ID | --client CLIENT_ID)",
		Short: "Put somebody, or a group, into a group",
		Long: `Put somebody, or another group, into a group; for a time with --for or --until. Who
is in it already is then in it for the time that is said now.`,
		Example: `  gatehouse group add desk --user ada@example.test --for 30d
  gatehouse group add everybody --group desk --reason "Reorganisation"`,
		Args: one(aGroup),
	})
	who.bind(a, cmd, "put in")
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "from this `time` on (RFC 3339 or a date); now if it is left out")
	flags.StringVar(&until, "until", "", "until this `time`, at which they are in it no more")
	flags.Var(&last, "for", "for so long")
	flags.StringVar(&reason, "reason", "", "why, as `text`")
	cmd.MarkFlagsMutuallyExclusive("until", "for")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if !who.given() {
			return usagef("say whom: --user, --group or --client")
		}
		w, err := (&grantFlags{from: from, until: until, last: last}).window(time.Now())
		if err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			member, err := who.find(ctx, h)
			if err != nil {
				return err
			}
			g, err := h.Access.Group(ctx, args[0])
			if err != nil {
				return missing(err, args[0])
			}
			m := access.MembershipRecord{Membership: access.Membership{Member: member, Of: access.Subject{Kind: access.Group, ID: g.ID}, Window: w}, Reason: reason}
			made, err := h.Access.AddMember(ctx, operator(), m)
			if err != nil {
				return inFlags(err, groupFlag)
			}
			shown := wire.OfMember(made)
			if shown.Member, err = shownSubject(ctx, newNames(h), made.Member); err != nil {
				return err
			}
			return a.say(shown, "%s is in %s, %s.", plain(called(shown.Member)), g.ID, lasting(shown.ExpiresAt))
		})
	})
	return a.completing(cmd, groups)
}

func (a *app) groupRemove() *cobra.Command {
	var who subjectFlags
	cmd := a.printing(&cobra.Command{
		Use:   "remove GROUP_ID (--user USER | --group GROUP_ID | --client CLIENT_ID)",
		Short: "Take somebody, or a group, out of a group",
		Long: `Take somebody, or another group, out of a group. What they have by other ways they
keep; "gatehouse explain" tells which.`,
		Example: `  gatehouse group remove desk --user ada@example.test`,
		Args:    one(aGroup),
	})
	who.bind(a, cmd, "take out")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if !who.given() {
			return usagef("say whom: --user, --group or --client")
		}
		return a.withHouse(ctx, func(h *house.House) error {
			member, err := who.find(ctx, h)
			if err != nil {
				return err
			}
			if err := h.Access.RemoveMember(ctx, operator(), args[0], member); err != nil {
				return missing(err, who.user+who.client+who.group)
			}
			return a.say(map[string]any{"group": args[0], "removed": true}, "Taken out of %s.", plain(args[0]))
		})
	})
	return a.completing(cmd, groups)
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
