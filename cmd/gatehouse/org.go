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

func (a *app) org() *cobra.Command {
	return explained(a.group("org", "Create organisations, and say who is in them",
		a.orgCreate(), a.orgList(), a.orgShow(), a.orgUpdate(), a.memberList(ofOrgs), a.memberAdd(ofOrgs), a.memberRemove(ofOrgs), a.orgDelete()),
		`Create organisations: customers, tenants, departments, whose things are apart. A
grant may count within one only ("gatehouse grant create --org"), and then for its
members; what is granted without one counts everywhere. Everybody in one may be
given something too ("--everyone-in"). There are no organisations within others.`,
		`  gatehouse org create --id acme --description "Acme Ltd"
  gatehouse org add acme --user ada@example.test --for 30d`)
}

func (a *app) orgCreate() *cobra.Command {
	var o access.OrgRecord
	cmd := a.printing(&cobra.Command{
		Use:   "create --id ID",
		Short: "Create an organisation without members",
		Long: `Create an organisation. Put members into it with "gatehouse org add". The program
that asks for a decision says which organisation the question is about.`,
		Example: `  gatehouse org create --id acme --description "Acme Ltd"`,
		Args:    noArgs,
	})
	cmd.Flags().StringVar(&o.ID, "id", "", "its `id`, in small letters")
	cmd.Flags().StringVar(&o.Description, "description", "", "what it is, as `text`")
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if o.ID == "" {
			return usagef("an organisation needs --id")
		}
		return a.withHouse(ctx, func(h *house.House) error {
			made, err := h.Access.CreateOrg(ctx, operator(), o)
			if err != nil {
				return inFlags(err, memberFlag)
			}
			return a.say(wire.OfOrg(made), "%s is created.", made.ID)
		})
	})
	return cmd
}

func (a *app) orgList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List organisations",
		Long:  `List organisations. "gatehouse org members" lists who is in one.`,
		Example: `  gatehouse org list
  gatehouse org list --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Access.Orgs(ctx)
				if err != nil {
					return err
				}
				return printAll(a, all, printed[access.OrgRecord]{
					header: []string{"ORGANISATION", "DESCRIPTION"},
					row:    func(o access.OrgRecord) []string { return []string{o.ID, o.Description} },
					wire:   func(o access.OrgRecord) any { return wire.OfOrg(o) },
					none:   "No organisations.",
				})
			})
		}),
	})
}

func (a *app) orgShow() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "show ORG_ID",
		Short: "Print an organisation",
		Long: `Print an organisation. "gatehouse org members" lists who is in it, and "gatehouse
grant list --everyone-in" what is granted to all of them.`,
		Example: `  gatehouse org show acme
  gatehouse org show acme --json`,
		Args: one(anOrg),
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				o, err := h.Access.Org(ctx, args[0])
				if err != nil {
					return missing(err, args[0])
				}
				return a.print(wire.OfOrg(o), func(w io.Writer) {
					tellFacts(w, []fact{{"organisation", o.ID}, {"description", o.Description}, {"created", moment(o.Created)}})
				})
			})
		}),
	}), orgs)
}

func (a *app) orgDelete() *cobra.Command {
	return a.completing(a.confirming(a.printing(&cobra.Command{
		Use:   "delete ORG_ID",
		Short: "Delete an organisation in which nothing is granted any more",
		Long: `Delete an organisation with the memberships in it. While a grant is for everybody in
it, or counts within it, that is not over, it stays, and the answer says which.`,
		Example: `  gatehouse org delete acme
  gatehouse org delete acme --yes --json`,
		Args: one(anOrg),
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				o, err := h.Access.Org(ctx, args[0])
				if err != nil {
					return missing(err, args[0])
				}
				if err := a.confirm(ctx, fmt.Sprintf("Delete the organisation %s with its memberships", o.ID)); err != nil {
					return err
				}
				if err := h.Access.DeleteOrg(ctx, operator(), o.ID); err != nil {
					return err
				}
				return a.say(map[string]any{"id": o.ID, "deleted": true}, "%s is deleted.", o.ID)
			})
		}),
	})), orgs)
}
