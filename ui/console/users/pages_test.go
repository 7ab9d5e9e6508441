package users

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
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
		Frame:   person.Frame{Frame: f, User: wire.UserDetail{User: ada, Administrator: true, SecondFactor: true, RecoveryCodesLeft: 9}, ETag: `"1"`, Now: at, Tabs: person.Tabs},
		CanEdit: true, CanPassword: true, Acts: acts,
	}
	little := userFrame{Frame: person.Frame{Frame: f, User: wire.UserDetail{User: bob}, Now: at}}
	broken := one
	broken.Frame.Frame = wrong
	tokens := []wire.PersonalToken{{ID: "key_a", User: "usr_a", Name: "A", Permissions: []string{"crm/people:read"}, Created: at, ExpiresAt: at.Add(time.Hour)}, {ID: "key_b", Name: "B", Created: at, Revoked: at}}
	apps := []held{{Client: "42", Consent: &wire.Consent{Client: "42", Scope: "openid email", Created: at}, Families: []wire.RefreshFamily{{ID: "fam_a", Client: "42", Scope: "openid email", Audiences: []string{"https://a.example.test"}, Created: at, Used: at, IdleExpires: at, Expires: at.Add(time.Hour)}}}, {Client: "43"}}
	pages := map[string]view.Page{
		"people":              listPage{Frame: f, People: []wire.ListedUser{{User: ada, SecondFactor: true}, {User: bob}}, Next: "next", CanCreate: true, CanImport: true, Bulks: bulks},
		"people, to see":      listPage{Frame: f, People: []wire.ListedUser{{User: ada}}, Asked: url.Values{"state": {"active"}, "second_factor": {"false"}, "seen": {"90"}, "cursor": {"x"}}},
		"people, none":        listPage{Frame: f, Asked: url.Values{"search": {"42"}}},
		"person":              userPage{one},
		"person, little":      userPage{little},
		"credentials":         credentialsPage{userFrame: one, Tokens: &tokens, CanRevoke: true, CanMake: true},
		"token, new":          newTokenPage{userFrame: one, Called: "A", Permissions: "crm/people:read", Last: "90d"},
		"token, wrong":        newTokenPage{userFrame: broken},
		"token, made":         freshTokenPage{userFrame: one, Key: "42"},
		"credentials, little": credentialsPage{userFrame: little},
		"credentials, none":   credentialsPage{userFrame: one, Tokens: &[]wire.PersonalToken{}},
		"token":               tokenPage{userFrame: one, Token: tokens[0]},
		"apps":                appsPage{userFrame: one, Apps: apps, More: true, CanWithdraw: true, CanEnd: true, CanEndOne: true},
		"family":              familyPage{userFrame: one, Family: apps[0].Families[0], From: "42"},
		"apps, none":          appsPage{userFrame: one},
		"withdraw":            withdrawPage{userFrame: one, App: apps[0]},
		"activity": activityPage{userFrame: one, Next: "next", Names: map[string]string{"usr_c": "c@example.com"}, Events: []wire.Event{
			{At: at, Action: "user.create", Actor: wire.Actor{Kind: audit.Person, ID: "usr_c"}, Outcome: audit.Done}, {At: at, Action: "signin.refuse", Outcome: audit.Refused},
		}},
		"groups": groupsPage{userFrame: one, Asked: url.Values{"cursor": {"c"}}, Next: "next", In: []wire.Belonging{
			{In: wire.Subject{Kind: access.Group, ID: "45"}, Direct: true, Since: at}, {In: wire.Subject{Kind: access.Organisation, ID: "46"}, Path: []wire.Subject{{Kind: access.Group, ID: "45"}}, Since: at, ExpiresAt: at.Add(time.Hour)}, {In: wire.Subject{Kind: access.Group, ID: "47"}, Since: at},
		}},
		"groups, none":   groupsPage{userFrame: one},
		"activity, none": activityPage{userFrame: one},
		"new":            newPage(f),
		"new, wrong":     editPage{Frame: wrong, Email: "x"},
		"edit":           one.editPage(),
		"password":       one.passwordPage(),
		"selected":       selectedPage{Frame: f, Do: &bulks[0], Chosen: []string{"usr_a", "usr_b"}},
		"selected, done": selectedPage{Frame: f, Do: &bulks[0], Chosen: []string{"usr_a", "usr_b"}, Finished: true, Not: []not{{"usr_b", fault.Missing("user")}}},
	}
	mistyped := acts[len(acts)-1].page(one)
	mistyped.Mistyped = true
	pages["ask delete, mistyped"] = mistyped
	for i := range bulks {
		pages["selected, "+bulks[i].name] = selectedPage{Frame: f, Do: &bulks[i], Group: "desk", Chosen: []string{"usr_a", "usr_b"}, Names: map[string]string{"usr_a": "a@example.com"}}
	}
	pages["selected, wrong"] = selectedPage{Frame: wrong, Do: bulkOf("group"), Chosen: []string{"usr_a"}}
	for _, a := range acts {
		pages["ask "+a.name] = a.page(one)
	}
	return pages
}

func TestPagesOfPeopleAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}

// What is done to several is done by a command for each, none of which takes a name for a flag.
func TestTheCommandsForSeveralPeopleDoTheSame(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"disable":  "gatehouse user disable a@example.com\ngatehouse user disable -- -x@example.com",
		"enable":   "gatehouse user enable a@example.com\ngatehouse user enable -- -x@example.com",
		"sign-out": "gatehouse session revoke --user a@example.com\ngatehouse session revoke --user=-x@example.com",
		"group":    "gatehouse group add --user a@example.com GROUP_ID\ngatehouse group add --user=-x@example.com GROUP_ID",
	} {
		p := selectedPage{Do: bulkOf(name), Chosen: []string{"usr_a", "usr_b"}, Names: map[string]string{"usr_a": "a@example.com", "usr_b": "-x@example.com"}}
		if got := p.same(); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// Whatever narrows the list of people, the command under it narrows by the same.
func TestTheCommandUnderPeopleListsTheSame(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	for want, asked := range map[string]url.Values{
		"gatehouse user list":                            {"cursor": {"x"}},
		"gatehouse user list --search=-x --state active": {"search": {"-x"}, "state": {"active"}},
		"gatehouse user list --sort=-created":            {"sort": {"-created"}},
		"gatehouse user list --second-factor=false --signed-in-before 2026-01-30T00:00:00Z": {"second_factor": {"false"}, "seen": {"30"}},
		"gatehouse user list --second-factor=true --signed-in-before 1970-01-01T00:00:00Z":  {"second_factor": {"true"}, "seen": {"never"}},
	} {
		if got := command(asked, now); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
