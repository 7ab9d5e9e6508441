package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userGroups() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:   "groups USER",
		Short: "List the groups and organisations that somebody is in, and by which way",
		Long: `List the groups and organisations that somebody is in: directly, and by way of
groups. From and until are those of the whole way. Also those are listed that they
are in no longer, or not yet.
` + whichUser,
		Example: `  gatehouse user groups ada@example.test
  gatehouse user groups ada@example.test --json`,
		Args: one(aUser),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			all, err := h.Access.Belongings(ctx, access.Subject{Kind: access.User, ID: string(u.ID)}, time.Now())
			if err != nil {
				return err
			}
			shown := make([]wire.Belonging, len(all))
			for i := range all {
				shown[i] = wire.OfBelonging(all[i])
			}
			return printAll(a, shown, printed[wire.Belonging]{
				header: []string{"IN", "BY", "SINCE", "UNTIL", "REASON"},
				row: func(b wire.Belonging) []string {
					return []string{called(b.In), belongsBy(b), moment(b.Since), moment(b.ExpiresAt), b.Reason}
				},
				wire: func(b wire.Belonging) any { return b },
				none: "No groups, and no organisations.",
			})
		}),
	}), people)
}

// belongsBy says by which way somebody is in something.
func belongsBy(b wire.Belonging) string {
	if b.Direct {
		return "directly"
	}
	return pathSaid(b.Path)[len("by "):]
}
