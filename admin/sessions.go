package admin

import (
	"context"
	"net/http"
	"slices"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/session"
	"gatehouse/wire"
)

// sessions adds the routes of browser sessions; those of one person are with people.
func (d *Door) sessions() {
	one := Route{Path: "/sessions/{session}", Kind: session.KindSession, Param: "session", Resource: "session"}
	end := one
	end.Method, end.ID, end.Permission, end.Summary = http.MethodDelete, "endSession", "sessions:revoke", "Sign a browser out, and end the tokens that came of it"
	add(d, Route{Method: http.MethodGet, Path: "/sessions", ID: "listSessions", Permission: "sessions:read", Summary: "List the browsers that are signed in"}, d.listSessions)
	add(d, end, d.endSession)
	add(d, Route{Method: http.MethodPost, Path: "/sessions/end", ID: "endAllSessions", Permission: "sessions:revoke", Heavy: true, Summary: "Sign everybody out, and end all refresh tokens and what people's access tokens are good for"}, d.endAllSessions)
}

type sessionsIn struct {
	Paged
	Since string `query:"since" maxLength:"64" format:"date-time" doc:"Begun at that time or after"`
	Until string `query:"until" maxLength:"64" format:"date-time" doc:"Begun before that time"`
	Sort  string `query:"sort" enum:"created,-created" default:"-created" doc:"Their order, with - the newest first"`
}

func (d *Door) listSessions(ctx context.Context, c *Call, in *sessionsIn) (*Page[wire.Session], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	l := session.Listing{Oldest: in.Sort == "created"}
	var ok bool
	if l.After, ok = session.ParseCursor(place); !ok {
		return nil, badCursor()
	}
	if l.Since, l.Until, err = period(in.Since, in.Until); err != nil {
		return nil, err
	}
	found, next, err := d.Sessions.List(ctx, l, in.Limit)
	if err != nil {
		return nil, err
	}
	shown, err := d.shownSessions(ctx, c, found)
	if err != nil {
		return nil, err
	}
	return pageOf(d, c, shown, next.String(), func(s wire.Session) wire.Session { return s })
}

// shownSessions are the sessions with what their people can still prove. One whose
// person was deleted meanwhile is over.
func (d *Door) shownSessions(ctx context.Context, c *Call, found []session.Session) ([]wire.Session, error) {
	people, err := d.Identity.Standings(ctx, session.People(found))
	if err != nil {
		return nil, err
	}
	shown, known := make([]wire.Session, 0, len(found)), c.known(session.People(found))
	for _, s := range found {
		if person, there := people[s.User]; there {
			one := wire.OfSession(s, person.Living(s.Proofs))
			if slices.Contains(known, s.User) {
				one.Email = person.Email
			}
			shown = append(shown, one)
		}
	}
	return shown, nil
}

// SessionPath names a browser session.
type SessionPath struct {
	Session string `path:"session" maxLength:"64" doc:"The id of the session, ses_…"`
}

// endSession answers 0 for a session that had been ended before.
func (d *Door) endSession(ctx context.Context, c *Call, in *SessionPath) (*One[Ended], error) {
	name := id.SessionOf(in.Session)
	if name == "" {
		return nil, fault.Missing("session")
	}
	ended, err := d.Sessions.EndLive(ctx, c.By, name, session.ReasonByOperator)
	out := &One[Ended]{}
	if ended {
		out.Body.Ended = 1
	}
	return out, err
}

// SessionsEnd says whose sessions end: nobody signs everybody out by a path that lacks its end.
type SessionsEnd struct {
	Of string `json:"of" enum:"everybody" doc:"Whose"`
}

type sessionsEndIn struct{ Body SessionsEnd }

// endAllSessions spares the browser of a person who asks in the console. Whoever asks with a token
// of a person has asked with it for the last time.
func (d *Door) endAllSessions(ctx context.Context, c *Call, _ *sessionsEndIn) (*One[Ended], error) {
	var spared id.Session
	if c.OfBrowser() {
		spared = c.By.Session
	}
	ended, err := d.Sessions.EndEverybody(ctx, c.By, spared, session.ReasonByOperator)
	return &One[Ended]{Body: Ended{ended}}, err
}
