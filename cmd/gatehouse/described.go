package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

// described is a thing of which nothing but the description can be changed.
type described struct {
	command string // as in "group"
	called  string // as in "a group"
	is      thing
	known   suggestion
	example string // the name of one, and
	says    string // what it may be called
	field   spoken
	change  func(ctx context.Context, h *house.House, name, text string) (changed, error)
}

func (a *app) describe(d described) *cobra.Command {
	var text string
	cmd := a.printing(&cobra.Command{
		Use:   "update " + d.is.name + " --description TEXT",
		Short: "Change what the description of " + d.called + " says",
		Long: `Change what the description of ` + d.called + ` says; an empty one
removes it. Its id stays.`,
		Example: `  gatehouse ` + d.command + ` update ` + d.example + ` --description "` + d.says + `"
  gatehouse ` + d.command + ` update ` + d.example + ` --description "` + d.says + `" --json`,
		Args: one(d.is),
	})
	cmd.Flags().StringVar(&text, "description", "", "what it is for, as `text`")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if !cmd.Flags().Changed("description") {
			return usagef("nothing is to be changed; give --description")
		}
		return a.withHouse(ctx, func(h *house.House) error {
			told, err := d.change(ctx, h, args[0], text)
			if err != nil {
				return inFlags(missing(err, args[0]), d.field)
			}
			return a.printChange(told)
		})
	})
	return a.completing(cmd, d.known)
}

// describedFacts are the facts of a thing that has an id and a description.
func describedFacts(kind, name, text string) []fact {
	return []fact{{kind, name}, {"description", text}}
}

func (a *app) groupUpdate() *cobra.Command {
	return a.describe(described{
		command: "group", called: "a group", is: aGroup, known: groups, example: "desk", says: "Support desk", field: memberFlag,
		change: func(ctx context.Context, h *house.House, name, text string) (c changed, err error) {
			was, err := h.Access.Group(ctx, name)
			if err != nil {
				return c, err
			}
			is, err := h.Access.UpdateGroup(ctx, operator(), access.GroupRecord{ID: name, Description: text, Rev: was.Rev})
			return changed{wire.OfGroup(was), wire.OfGroup(is), describedFacts("group", name, was.Description), describedFacts("group", name, is.Description)}, err
		},
	})
}

func (a *app) orgUpdate() *cobra.Command {
	return a.describe(described{
		command: "org", called: "an organisation", is: anOrg, known: orgs, example: "acme", says: "Acme Ltd", field: memberFlag,
		change: func(ctx context.Context, h *house.House, name, text string) (c changed, err error) {
			was, err := h.Access.Org(ctx, name)
			if err != nil {
				return c, err
			}
			is, err := h.Access.UpdateOrg(ctx, operator(), access.OrgRecord{ID: name, Description: text, Rev: was.Rev})
			return changed{wire.OfOrg(was), wire.OfOrg(is), describedFacts("organisation", name, was.Description), describedFacts("organisation", name, is.Description)}, err
		},
	})
}

func (a *app) serviceUpdate() *cobra.Command {
	return a.describe(described{
		command: "service", called: "a service account", is: aService, known: services, example: "nightly", says: "Nightly report", field: serviceFlag,
		change: func(ctx context.Context, h *house.House, name, text string) (c changed, err error) {
			was, err := h.Access.ServiceAccount(ctx, name)
			if err != nil {
				return c, err
			}
			is, err := h.Access.UpdateServiceAccount(ctx, operator(), access.ServiceAccountRecord{ID: name, Description: text, Rev: was.Rev})
			return changed{wire.OfServiceAccount(was), wire.OfServiceAccount(is), describedFacts("service", name, was.Description), describedFacts("service", name, is.Description)}, err
		},
	})
}
