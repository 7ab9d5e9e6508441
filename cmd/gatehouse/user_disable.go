package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/identity"
	"gatehouse/wire"
)

func (a *app) userDisable() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:     "disable USER",
		Short:   "Keep a person out, and end their sessions and tokens",
		Long:    "Keep a person out until they are enabled again, and end their sessions and\ntokens at once.\n" + whichUser,
		Example: `  gatehouse user disable ada@example.test`,
		Args:    one(aUser),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			live, err := h.Sessions.Of(ctx, u.ID)
			if err != nil {
				return err
			}
			if err := h.Identity.Disable(ctx, operator(), u.ID); err != nil {
				return err
			}
			return a.sayUser(ctx, h, u, "disabled; "+endedWith(len(live)))
		}),
	}), people)
}

// endedWith says what ended of somebody who had so many sessions.
func endedWith(sessions int) string {
	switch sessions {
	case 0:
		return "they were signed in nowhere, and the tokens that applications had of them ended"
	case 1:
		return "one session ended, and the tokens that applications had of them"
	}
	return fmt.Sprintf("%d sessions ended, and the tokens that applications had of them", sessions)
}

func (a *app) userEnable() *cobra.Command {
	return a.completing(a.printing(&cobra.Command{
		Use:     "enable USER",
		Short:   "Let a disabled person in again",
		Long:    "Let a disabled person sign in again. Sessions and tokens that ended stay ended.\n" + whichUser,
		Example: `  gatehouse user enable ada@example.test`,
		Args:    one(aUser),
		RunE: a.withUser(func(ctx context.Context, h *house.House, u identity.User) error {
			if err := h.Identity.Enable(ctx, operator(), u.ID); err != nil {
				return err
			}
			return a.sayUser(ctx, h, u, "enabled")
		}),
	}), people)
}

// sayUser says what a person is now, as the store has them.
func (a *app) sayUser(ctx context.Context, h *house.House, u identity.User, what string) error {
	u, err := h.Identity.User(ctx, u.ID)
	if err != nil {
		return err
	}
	return a.say(wire.OfUser(u), "%s is %s.", plain(u.Email), what)
}
