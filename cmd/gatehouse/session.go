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
	var everybody bool
	cmd := a.confirming(a.printing(&cobra.Command{
		Use:   "revoke SESSION… | --user USER | --everybody",
		Short: "End browser sessions and the tokens that came of them",
		Long: `End browser sessions and the tokens that applications got by them: the browser
is signed out at its next request. Sessions that had ended before do not count.
--everybody signs out all people, ends all refresh tokens of all applications, and
has the access tokens of people refused within a second. Personal access tokens and
keys of service accounts stay. It asks first; --yes is for scripts.`,
		Example: `  gatehouse session revoke ses_kq3h5tfx2c7a
  gatehouse session revoke --user ada@example.test
  gatehouse session revoke --everybody`,
		Args: func(_ *cobra.Command, args []string) error {
			ways := 0
			for _, way := range []bool{len(args) > 0, user != "", everybody} {
				if way {
					ways++
				}
			}
			if ways != 1 {
				return errors.New("name sessions (ses_…), or a person with --user, or say --everybody, and one of these alone")
			}
			return nil
		},
		RunE: a.action(func(ctx context.Context, args []string) error {
			if everybody {
				if err := a.confirm(ctx, "Sign everybody out"); err != nil {
					return err
				}
			}
			return a.withHouse(ctx, func(h *house.House) error {
				n, err := endSessions(ctx, h, args, user, everybody)
				if err != nil {
					return err
				}
				return a.say(map[string]int{"ended": n}, "Ended: %d.", n)
			})
		}),
	}))
	cmd.Flags().BoolVar(&everybody, "everybody", false, "those of all people, with all their tokens")
	cmd.Flags().StringVar(&user, "user", "", "all those of this `USER`, an id or an email address")
	a.completingFlag(cmd, "user", people)
	return a.completing(cmd, sessionIDs)
}

func endSessions(ctx context.Context, h *house.House, sessions []string, user string, everybody bool) (int, error) {
	switch {
	case everybody:
		return h.Sessions.EndEverybody(ctx, operator(), "", session.ReasonByOperator)
	case user == "":
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
