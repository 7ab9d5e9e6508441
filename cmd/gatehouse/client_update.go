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
		Short: "Change an application, and say what changed",
		Long: `Change an application; what no flag names stays. What changed is printed: with
"-" before what was, and "+" before what is.

A list (a flag that may be repeated) is replaced by the values that are given, and
emptied by one empty value. To change single entries there are --add-… and
--remove-… for each.`,
		Example: `  gatehouse client update web --add-redirect-uri https://staging.example.com/callback
  gatehouse client update web --redirect-uri https://app.example.com/callback --disabled=false
  gatehouse client update web --remove-scope offline_access --remove-grant refresh_token`,
		Args: one(aClient),
	})
	f.bind(cmd)
	f.bindChanges(cmd)
	cmd.Flags().BoolVar(&f.disabled, "disabled", false, "it gets no tokens any more; =false lets it work again")
	cmd.RunE = a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
		if !changesSomething(cmd) {
			return usagef("nothing is to be changed; give at least one flag")
		}
		told := changed{before: wire.OfClient(c), was: facts(c, *h.Now())}
		if err := f.apply(a, cmd, &c); err != nil {
			return err
		}
		meant, err := h.OAuth.Meant(ctx)
		if err != nil {
			return err
		}
		is, err := h.OAuth.UpdateClient(ctx, operator(), c)
		if err != nil {
			return inFlags(err, asTyped(cmd, flagOf(&c)))
		}
		told.after, told.is = wire.OfClient(is).WithUnknown(meant.Unknown(is.Scopes)), facts(is, *h.Now())
		if err := a.printChange(told); err != nil {
			return err
		}
		return a.noteUnknownScopes(meant, is.Scopes)
	})
	completeClientFlags(cmd)
	return a.completing(cmd, applications)
}
