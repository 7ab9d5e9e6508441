package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) clientUpdate() *cobra.Command {
	var f clientFlags
	cmd := a.printing(&cobra.Command{
		Use:   "update CLIENT_ID",
		Short: "Change an application",
		Long: `Change an application; what no flag names stays. A list is replaced by the
values that are given, and emptied by one empty value.`,
		Example: `  gatehouse client update web --redirect-uri https://app.example.com/callback --disabled=false`,
		Args:    cobra.ExactArgs(1),
	})
	f.bind(cmd)
	cmd.Flags().BoolVar(&f.disabled, "disabled", false, "it gets no tokens any more; =false lets it work again")
	cmd.RunE = a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
		if !anyChanged(cmd, clientFlagNames...) {
			return usagef("nothing is to be changed; give at least one flag")
		}
		if err := f.apply(a, cmd, &c); err != nil {
			return err
		}
		c, err := h.OAuth.UpdateClient(ctx, operator(), c)
		if err != nil {
			return err
		}
		return a.say(wire.OfClient(c), "%s is changed.", c.ID)
	})
	return cmd
}
