package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) apiUpdate() *cobra.Command {
	var f apiFlags
	cmd := a.printing(&cobra.Command{
		Use:   "update API_ID",
		Short: "Change an API: what can be done there, its audience, owners and servers",
		Long: `Change an API; what no flag names stays. A permission that a role, or a grant that
is not over, names cannot be removed: end that first. "--owner RESOURCE=" forgets
who owns such things. With "--delegation scope" a token is good there for what its
scopes are bound to ("gatehouse scope"), with "--delegation audience" for all that
the person may do.`,
		Example: `  gatehouse api update shop --add-permission stock:read
  gatehouse api update shop --remove-permission stock:read --owner orders=customer
  gatehouse api update shop --server shop-backend`,
		Args: one(anAPI),
	})
	f.bind(a, cmd)
	cmd.Flags().StringVar(&f.delegation, "delegation", "", "what tokens for it go by, a `word`: audience or scope")
	choosing(cmd, "delegation", string(access.ByAudience), string(access.ByScope))
	cmd.Flags().StringArrayVar(&f.addend, "add-permission", nil, "one `permission` more; may be repeated")
	cmd.Flags().StringArrayVar(&f.removed, "remove-permission", nil, "one `permission` less; may be repeated")
	cmd.Flags().StringArrayVar(&f.removedServers, "remove-server", nil, "one `client` less that answers its requests; may be repeated")
	cmd.RunE = a.withAPI(func(ctx context.Context, h *house.House, one access.API) error {
		if !changesSomething(cmd) {
			return usagef("nothing is to be changed; give at least one flag")
		}
		told := changed{before: wire.OfAPI(one), was: apiFacts(one)}
		if err := f.apply(cmd, &one); err != nil {
			return err
		}
		is, err := h.Access.UpdateAPI(ctx, operator(), one)
		if err != nil {
			return inFlags(err, asTyped(cmd, apiFlag(&one)))
		}
		told.after, told.is = wire.OfAPI(is), apiFacts(is)
		return a.printChange(told)
	})
	return a.completing(cmd, apis)
}

// apiFacts are all that can be changed of an API, behind its id.
func apiFacts(one access.API) []fact {
	all := []fact{{"id", one.ID}, {"audience", one.Audience}, {"tokens go by", string(one.Delegation)}}
	for _, p := range one.Permissions {
		all = append(all, fact{"permission", strings.Join(strings.Fields(said(p)+" "+p.Description+" "+asks(p.Requires)), " ")})
	}
	for _, resource := range slices.Sorted(maps.Keys(one.Owners)) {
		all = append(all, fact{"owner", resource + "=" + one.Owners[resource]})
	}
	for _, name := range one.Servers {
		all = append(all, fact{"server", name})
	}
	return all
}
