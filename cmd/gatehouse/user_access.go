package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) userAccess() *cobra.Command {
	var f pageFlags
	var at, org string
	cmd := a.printing(&cobra.Command{
		Use:   "access USER",
		Short: "List everything that somebody may do, by which grant, and until when",
		Long: `List everything that somebody may do, and what is denied to them: by which grant,
and until when. --at asks of another time, with the grants of then; all else is as
it is now. "gatehouse explain" tells of one permission how it comes to that.
` + whichUser,
		Example: `  gatehouse user access ada@example.test
  gatehouse user access ada@example.test --org acme --all --json`,
		Args: one(aUser),
	})
	f.bind(cmd, 500)
	cmd.Flags().StringVar(&org, "org", "", "within which organisation, by its `id`")
	cmd.Flags().StringVar(&at, "at", "", "when, a `time` (RFC 3339 or a date); now if it is left out")
	a.completingFlag(cmd, "org", orgs)
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		when, err := readMoment("--at", at)
		if err != nil {
			return err
		}
		if at == "" {
			when = time.Now()
		}
		return a.withHouse(ctx, func(h *house.House) error {
			u, err := findUser(ctx, h, args[0])
			if err != nil {
				return err
			}
			if err := knownOrg(ctx, h, org); err != nil {
				return err
			}
			q := access.Holdings{Who: access.Subject{Kind: access.User, ID: string(u.ID)}, Org: org, At: when}
			return printPages(a, f, printedHoldings, func(cursor string, limit int) (page[wire.Explanation], error) {
				q.After, q.Limit = cursor, limit
				return holdingsPage(ctx, h, q, u.Email)
			})
		})
	})
	return a.completing(cmd, people)
}

func holdingsPage(ctx context.Context, h *house.House, q access.Holdings, email string) (p page[wire.Explanation], err error) {
	found, next, err := h.Access.Holdings(ctx, q)
	for _, one := range found {
		w := wire.OfExplanation(&access.Question{Principal: q.Who, Permission: one.Permission, Org: q.Org, Now: q.At}, one.Explanation)
		w.Principal.Email = email
		p.rows = append(p.rows, w)
	}
	p.next = next
	return p, err
}

var printedHoldings = printed[wire.Explanation]{
	header: []string{"PERMISSION", "DECISION", "REASON", "UNTIL", "GRANT"},
	row: func(e wire.Explanation) []string {
		return []string{e.Do, e.Decision, string(e.Reason), moment(e.Until), string(e.Grant)}
	},
	wire: func(e wire.Explanation) any { return e },
	none: "Nothing is granted to them.",
}
