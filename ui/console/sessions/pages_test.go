package sessions

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

func TestPagesOfSessionsAreWellMade(t *testing.T) {
	t.Parallel()
	f, at := guard.Frame{Form: viewtest.Form()}, time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	one := wire.Session{
		ID: "ses_a", User: "usr_a", Email: "a@example.com", Proofs: []wire.Proof{{Method: "pwd", Source: "password"}, {Method: "otp", Source: "authenticator"}, {Method: "hwk", Source: "other"}}, Created: at, Seen: at, IdleExpires: at.Add(time.Hour), Expires: at.Add(2 * time.Hour),
		IP: "192.0.2.7", Agent: "Firefox/128.0 Linux",
	}
	whom := person.Frame{Frame: f, User: wire.UserDetail{User: wire.User{ID: "usr_a", Email: "a@example.com", Name: "A"}}, Now: at, Tabs: person.Tabs}
	viewtest.Crawl(t, map[string]view.Page{
		"sessions":              listPage{Frame: f, List: []wire.Session{one}, Now: at, Next: "n", CanEnd: true, CanEndAll: true, People: true, to: func(s wire.Subject) string { return "/console/users/" + s.ID }},
		"sessions, narrowed":    listPage{Frame: f, Asked: url.Values{"begun": {"day"}, "sort": {"created"}, "cursor": {"x"}}, List: []wire.Session{one}, Now: at},
		"sessions, none":        listPage{Frame: f, Now: at, People: true, Person: "42", Unknown: true},
		"of a person":           personPage{Frame: whom, List: []wire.Session{one}, CanEnd: true, CanEndAll: true},
		"of a person, nowhere":  personPage{Frame: whom},
		"session":               sessionPage{Frame: whom, Session: one, Apps: []string{"42", "43"}, CanEnd: true},
		"session, without apps": sessionPage{Frame: whom, Session: one, AppsKnown: true, CanEnd: true},
		"session, to see":       sessionPage{Frame: whom, Session: one},
		"everybody":             allPage{Frame: f},
		"everybody, done":       allPage{Frame: f, Finished: true, Ended: 42},
		"selected":              selectedPage{Frame: f, Chosen: []string{"ses_a", "ses_b"}, Now: at},
		"selected, done":        selectedPage{Frame: f, Chosen: []string{"ses_a", "ses_b"}, Finished: true, Not: []not{{"ses_b", fault.Missing("session")}}},
		"selected, none was it": selectedPage{Frame: f, Chosen: []string{"ses_b"}, Finished: true, Not: []not{{"ses_b", fault.Missing("session")}}},
	})
}

// Whatever narrows the list of sessions, the command under it narrows by the same.
func TestTheCommandUnderSessionsListsTheSame(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	for want, asked := range map[string]url.Values{
		"gatehouse session list": {"cursor": {"x"}},
		"gatehouse session list --oldest --since 2026-03-01T11:04:00Z": {"begun": {"hour"}, "sort": {"created"}},
	} {
		if got := command(asked, now); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
