package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/oauth"
	"gatehouse/wire"
)

func (a *app) clientDisable() *cobra.Command {
	return a.clientSwitch(&cobra.Command{
		Use:   "disable CLIENT_ID",
		Short: "Switch an application off, and end its tokens",
		Long: `Switch an application off until it is enabled again: nobody signs in to it, it
gets no tokens, and those that it has are refused.`,
		Example: `  gatehouse client disable web`,
	}, true, "disabled")
}

func (a *app) clientEnable() *cobra.Command {
	return a.clientSwitch(&cobra.Command{
		Use:     "enable CLIENT_ID",
		Short:   "Let a disabled application work again",
		Long:    "Let a disabled application work again. What ended stays ended.",
		Example: `  gatehouse client enable web`,
	}, false, "enabled")
}

// clientSwitch makes cmd switch an application off or on. One that stands as asked
// is left alone: whoever is in a hurry runs a command twice.
func (a *app) clientSwitch(cmd *cobra.Command, off bool, what string) *cobra.Command {
	cmd.Args = one(aClient)
	cmd.RunE = a.withClient(func(ctx context.Context, h *house.House, c oauth.Client) error {
		if c.Disabled != off {
			c.Disabled = off
			is, err := h.OAuth.UpdateClient(ctx, operator(), c)
			if err != nil {
				return err
			}
			c = is
		}
		return a.say(wire.OfClient(c), "%s is %s.", c.ID, what)
	})
	return a.completing(a.printing(cmd), applications)
}
