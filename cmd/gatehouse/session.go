package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/session"
)

func (a *app) session() *cobra.Command {
	return explained(a.group("session", "List and end browser sessions", a.sessionList(), a.sessionRevoke()),
		`List and end browser sessions: browsers in which somebody is signed in. A session
begins with a sign-in, and ends by itself when it is not used or grows too old
(session.idle and session.absolute).`,
		`  gatehouse session list --user ada@example.test
  gatehouse session revoke --user ada@example.test`)
}

func (a *app) sessionRevoke() *cobra.Command {
	var user string
	cmd := a.printing(&cobra.Command{
		Use:   "revoke SESSION… | --user USER",
		Short: "End browser sessions and the tokens that came of them",
		Long: `End browser sessions and the tokens that applications got by them: the browser
is signed out at its next request. Sessions that had ended before do not count.`,
		Example: `  gatehouse session revoke ses_kq3h5tfx2c7a
  gatehouse session revoke --user ada@example.test`,
		Args: func(_ *cobra.Command, args []string) error {
			if (len(args) > 0) == (user != "") {
				return errors.New("name sessions (ses_…), or a person with --user, and not both")
			}
			return nil
		},
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				n, err := endSessions(ctx, h, args, user)
				if err != nil {
					return err
				}
				return a.say(map[string]int{"ended": n}, "Ended: %d.", n)
			})
		}),
	})
	cmd.Flags().StringVar(&user, "user", "", "all those of this `USER`, an id or an email address")
	a.completingFlag(cmd, "user", people)
	return a.completing(cmd, sessionIDs)
}

func endSessions(ctx context.Context, h *house.House, sessions []string, user string) (int, error) {
	if user == "" {
		return endNamed(ctx, h, sessions)
	}
	u, err := findUser(ctx, h, user)
	if err != nil {
		return 0, err
	}
	return h.Sessions.EndAll(ctx, operator(), u.ID, "", session.ReasonByOperator)
}

// endNamed returns how many of the sessions it ended: those that had ended before
// are not among them, and one that is named twice counts once.
func endNamed(ctx context.Context, h *house.House, sessions []string) (int, error) {
	n := 0
	for _, s := range sessions {
		if id.SessionOf(s) == "" {
			return 0, missing(fault.Missing("session"), s)
		}
		ended, err := h.Sessions.EndLive(ctx, operator(), id.SessionOf(s), session.ReasonByOperator)
		if err != nil {
			return 0, missing(err, s)
		}
		if ended {
			n++
		}
	}
	return n, nil
}
