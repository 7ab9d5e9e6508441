package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/session"
	"gatehouse/wire"
)

func (a *app) sessionList() *cobra.Command {
	var f pageFlags
	var user, since string
	var l session.Listing
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List live browser sessions, the newest first",
		Long: `List live browser sessions: browsers that are signed in. METHODS is what was
proved there (pwd: password, otp: code of an authenticator). ENDS is when the
session ends, "unless used" where each request puts that off. --since and --oldest
are for the list of everybody.`,
		Example: `  gatehouse session list
  gatehouse session list --since 2026-03-04T05:00:00Z --oldest
  gatehouse session list --user ada@example.test --json`,
		Args: noArgs,
	})
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		if _, ok := session.ParseCursor(f.cursor); !ok || f.cursor != "" && user != "" {
			return badCursor(f.cursor)
		}
		var err error
		if l.Since, err = readMoment("--since", since); err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			read := sessionsOf(ctx, h, user, l)
			return printPages(a, f, printedSessions, func(cursor string, limit int) (page[wire.Session], error) {
				sessions, next, err := read(cursor, limit)
				if err != nil {
					return page[wire.Session]{}, err
				}
				shown, err := shapes(ctx, h, sessions)
				return page[wire.Session]{shown, next.String()}, err
			})
		})
	})
	f.bind(cmd, 100)
	cmd.Flags().StringVar(&user, "user", "", "only those of this `USER`, an id or an email address")
	cmd.Flags().StringVar(&since, "since", "", "only those that began at this `time` or after it (RFC 3339 or a date)")
	cmd.Flags().BoolVar(&l.Oldest, "oldest", false, "the oldest first")
	cmd.MarkFlagsMutuallyExclusive("user", "since")
	cmd.MarkFlagsMutuallyExclusive("user", "oldest")
	a.completingFlag(cmd, "user", people)
	return cmd
}

var printedSessions = printed[wire.Session]{
	header: []string{"SESSION", "USER", "METHODS", "SEEN", "ENDS", "IP"},
	row: func(s wire.Session) []string {
		return []string{string(s.ID), s.Email, strings.Join(s.Methods, " "), moment(s.Seen), ending(s), s.IP}
	},
	wire: func(s wire.Session) any { return s },
	none: "No sessions.",
}

// ending says when a session ends: unless it is used before, or at the latest.
func ending(s wire.Session) string {
	if s.IdleExpires.Before(s.Expires) {
		return moment(s.IdleExpires) + " unless used"
	}
	return moment(s.Expires)
}

// sessionsOf reads those of everybody, a page at a time, or those of one person,
// who has few, at once.
func sessionsOf(ctx context.Context, h *house.House, user string, l session.Listing) func(cursor string, limit int) ([]session.Session, session.Cursor, error) {
	return func(cursor string, limit int) ([]session.Session, session.Cursor, error) {
		if user == "" {
			l.After, _ = session.ParseCursor(cursor)
			return h.Sessions.List(ctx, l, limit)
		}
		u, err := findUser(ctx, h, user)
		if err != nil {
			return nil, session.Cursor{}, err
		}
		sessions, err := h.Sessions.Of(ctx, u.ID)
		return sessions[:min(limit, len(sessions))], session.Cursor{}, err
	}
}

// shapes returns the sessions with what their people can still prove. A session
// whose person was deleted meanwhile is over.
func shapes(ctx context.Context, h *house.House, sessions []session.Session) ([]wire.Session, error) {
	people, err := h.Identity.Standings(ctx, session.People(sessions))
	if err != nil {
		return nil, err
	}
	shown := make([]wire.Session, 0, len(sessions))
	for _, s := range sessions {
		if person, there := people[s.User]; there {
			one := wire.OfSession(s, person.Living(s.Proofs))
			one.Email = person.Email
			shown = append(shown, one)
		}
	}
	return shown, nil
}
