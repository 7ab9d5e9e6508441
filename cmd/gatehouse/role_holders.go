package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) roleHolders() *cobra.Command {
	var f pageFlags
	cmd := a.printing(&cobra.Command{
		Use:   "holders ROLE_ID",
		Short: "List everybody who has a role, by which grant, and until when",
		Long: `List everybody who has a role now: by name, by what they are in, or by another role
that has its permissions too. Of several grants the one that lasts longest is told.
"gatehouse grant list --role" lists the grants of the role itself.`,
		Example: `  gatehouse role holders support
  gatehouse role holders support --all --json`,
		Args: one(aRole),
	})
	f.bind(cmd, 500)
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		role := access.RoleNamed(args[0])
		from, ok := parseMemberCursor(f.cursor)
		if of := holdersOf(role); !ok || f.cursor != "" && from.Of != of {
			return badCursor(f.cursor)
		}
		return a.withHouse(ctx, func(h *house.House) error {
			names := newNames(h)
			return printPages(a, f, printedRoleHolders, func(cursor string, limit int) (page[wire.RoleHolder], error) {
				at, _ := parseMemberCursor(cursor) // ours, or looked at above
				p, err := roleHoldersPage(ctx, h, names, role, at.After, limit)
				return p, missing(err, args[0])
			})
		})
	})
	return a.completing(cmd, roles)
}

// holdersOf is what a cursor says that a list of holders is of.
func holdersOf(role string) access.Subject { return access.Subject{Kind: "role", ID: role} }

func roleHoldersPage(ctx context.Context, h *house.House, names *personNames, role string, after access.Subject, limit int) (p page[wire.RoleHolder], err error) {
	found, next, err := h.Access.RoleHolders(ctx, access.RoleReach{Role: role, After: after, Limit: limit})
	if err != nil {
		return p, err
	}
	for _, one := range found {
		w := wire.OfRoleHolder(one)
		if w.Principal, err = shownSubject(ctx, names, one.Principal); err != nil {
			return p, err
		}
		p.rows = append(p.rows, w)
	}
	if next != (access.Subject{}) {
		p.next = memberCursor{Of: holdersOf(role), After: next}.String()
	}
	return p, nil
}

var printedRoleHolders = printed[wire.RoleHolder]{
	header: []string{"WHO", "ROLE", "WHERE", "UNTIL", "GRANT", "PATH", "BESIDES"},
	row: func(h wire.RoleHolder) []string {
		besides := ""
		if h.Others > 0 {
			besides = fmt.Sprintf("%d more", h.Others)
		}
		return []string{called(h.Principal), h.Role, within(string(h.Where), h.Org), moment(h.Until), string(h.Grant), pathSaid(h.Path), besides}
	},
	wire: func(h wire.RoleHolder) any { return h },
	none: "Nobody.",
}
