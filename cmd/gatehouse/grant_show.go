package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/apply"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) grantShow() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "show GRANT_ID",
		Short: "Print a grant, be it over or not",
		Long: `Print a grant: whom it is for, what of, where and when it counts, why, and who gave
it. One that is over tells how it ended. One that a file made is found by the
metadata.id that the file gives it, too.`,
		Example: `  gatehouse grant show gra_aaaa
  gatehouse grant show gra_aaaa --json`,
		Args: one(aGrant),
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				g, err := h.Access.Grant(ctx, apply.GrantID(args[0]))
				if err != nil {
					return missing(err, args[0])
				}
				w, err := shownGrant(ctx, newNames(h), g)
				if err != nil {
					return err
				}
				return a.print(w, func(out io.Writer) { tellFacts(out, grantFacts(w)) })
			})
		}),
	})
}

// grantFacts leave out what a grant does not have.
func grantFacts(g wire.Grant) []fact {
	all := []fact{
		{"grant", string(g.ID)},
		{"who", called(g.Subject)},
		{"may", gives(g.Effect, g.Role, g.Permission)},
		{"where", onWhich(g)},
		{"from", moment(g.NotBefore)},
		{"until", moment(g.ExpiresAt)},
	}
	for _, f := range []fact{
		{"name", g.Name}, {"asks for", strings.Trim(g.ACR+","+g.MaxAge, ",")}, {"reason", g.Reason}, {"ticket", g.Ticket}, {"created", moment(g.Created) + " by " + g.CreatedBy},
	} {
		if f.value != "" {
			all = append(all, f)
		}
	}
	if !g.Revoked.IsZero() {
		all = append(all, fact{"revoked", moment(g.Revoked) + " by " + g.RevokedBy}, fact{"because", g.RevokedReason})
	}
	return all
}
