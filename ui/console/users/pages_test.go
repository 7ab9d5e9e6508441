package users

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

// samples is every page of the area, in the states that draw differently.
func samples() map[string]view.Page {
	f, wrong := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	ada := wire.User{ID: "usr_a", Email: "ada@example.com", EmailVerified: true, Name: "A", Created: at, LastSignIn: at}
	bob := wire.User{ID: "usr_b", Email: "B@example.com", Disabled: true, Created: at}
	one := userFrame{
		Frame: f, User: wire.UserDetail{User: ada, Administrator: true, SecondFactor: true, RecoveryCodesLeft: 9}, ETag: `"1"`,
		Sessions: true, Activity: true, CanEdit: true, CanPassword: true, Acts: acts,
	}
	little := userFrame{Frame: f, User: wire.UserDetail{User: bob}}
	pages := map[string]view.Page{
		"people":              listPage{Frame: f, People: []wire.User{ada, bob}, Next: "next", CanCreate: true, CanDisable: true},
		"people, to see":      listPage{Frame: f, People: []wire.User{ada}, Asked: url.Values{"state": {"active"}, "cursor": {"x"}}},
		"people, none":        listPage{Frame: f, Asked: url.Values{"search": {"42"}}},
		"person":              userPage{one},
		"person, little":      userPage{little},
		"sessions":            sessionsPage{userFrame: one, List: []wire.Session{{ID: "ses_a", Agent: "Firefox", IP: "192.0.2.7", Created: at, Seen: at}}},
		"sessions, none":      sessionsPage{userFrame: one},
		"credentials":         credentialsPage{one},
		"credentials, little": credentialsPage{little},
		"activity": activityPage{userFrame: one, Next: "next", Events: []wire.Event{
			{At: at, Action: "user.create", Actor: wire.Actor{Kind: audit.Person, ID: "usr_c"}, Outcome: audit.Done}, {At: at, Action: "signin.refuse", Outcome: audit.Refused},
		}},
		"activity, none": activityPage{userFrame: one},
		"new":            newPage(f),
		"new, wrong":     editPage{Frame: wrong, Email: "x"},
		"edit":           one.editPage(),
		"password":       one.passwordPage(),
		"selected":       selectedPage{Frame: f, Chosen: []string{"usr_a", "usr_b"}},
		"selected, done": selectedPage{Frame: f, Chosen: []string{"usr_a", "usr_b"}, Finished: true, Not: []not{{"usr_b", fault.Missing("user")}}},
	}
	mistyped := acts[len(acts)-1].page(one)
	mistyped.Mistyped = true
	pages["ask delete, mistyped"] = mistyped
	for _, a := range acts {
		pages["ask "+a.name] = a.page(one)
	}
	return pages
}

func TestPagesOfPeopleAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}
