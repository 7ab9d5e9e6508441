package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/session"
	"gatehouse/wire"
)

func (a *app) session() *cobra.Command {
	return a.group("session", "List and end browser sessions", a.sessionList(), a.sessionRevoke())
}

func (a *app) printSessions(shown []wire.Session) error {
	err := a.print(shown, func(w io.Writer) {
		row(w, "SESSION", "USER", "METHODS", "SEEN", "EXPIRES", "IP")
		for _, s := range shown {
			row(w, string(s.ID), string(s.User), strings.Join(s.Methods, " "), moment(s.Seen), moment(s.Expires), s.IP)
		}
	})
	if err != nil || len(shown) > 0 {
		return err
	}
	return a.note("No sessions.")
}

// shapes returns the sessions with what their people can still prove. A session
// whose person was deleted meanwhile is over.
func shapes(ctx context.Context, h *house.House, sessions []session.Session) ([]wire.Session, error) {
	people := map[id.User]identity.Standing{}
	shown := make([]wire.Session, 0, len(sessions))
	for _, s := range sessions {
		person, known := people[s.User]
		if !known {
			var err error
			person, err = h.Identity.Standing(ctx, s.User)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			people[s.User] = person
		}
		shown = append(shown, wire.OfSession(s, person.Living(s.Proofs)))
	}
	return shown, nil
}

func (a *app) sessionList() *cobra.Command {
	var user string
	var limit int
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List live browser sessions, the newest first",
		Args:  cobra.NoArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			if limit < 1 || limit > mostListed {
				return usagef("--limit must be between 1 and %d", mostListed)
			}
			return a.withHouse(ctx, func(h *house.House) error {
				sessions, err := sessionsOf(ctx, h, user, limit)
				if err != nil {
					return err
				}
				shown, err := shapes(ctx, h, sessions)
				if err != nil {
					return err
				}
				return a.printSessions(shown)
			})
		}),
	})
	cmd.Flags().StringVar(&user, "user", "", "only those of this `USER`, an id or an email address")
	cmd.Flags().IntVar(&limit, "limit", 100, "at most this `number`")
	return cmd
}

func sessionsOf(ctx context.Context, h *house.House, user string, limit int) ([]session.Session, error) {
	if user == "" {
		return h.Sessions.List(ctx, limit)
	}
	u, err := findUser(ctx, h, user)
	if err != nil {
		return nil, err
	}
	sessions, err := h.Sessions.Of(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	return sessions[:min(limit, len(sessions))], nil
}

func (a *app) sessionRevoke() *cobra.Command {
	var user string
	cmd := a.printing(&cobra.Command{
		Use:   "revoke SESSION… | --user USER",
		Short: "End browser sessions and the tokens that came of them",
		Args: func(_ *cobra.Command, args []string) error {
			if (len(args) > 0) == (user != "") {
				return fmt.Errorf("name sessions (ses_…), or a person with --user, and not both")
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
	return cmd
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
