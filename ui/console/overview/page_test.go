package overview

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func TestTheOverviewIsWellMade(t *testing.T) {
	t.Parallel()
	f, now := guard.Frame{Form: viewtest.Form()}, time.Now()
	grants := []wire.Grant{
		{ID: "grt_a", Subject: wire.Subject{Kind: access.User, ID: "usr_a", Email: "a@example.test"}, Role: "editor", Created: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour)},
		{ID: "grt_b", Subject: wire.Subject{Kind: access.Group, ID: "desk"}, Permission: "shop/orders:read", NotBefore: now.Add(-time.Minute), ExpiresAt: now.Add(time.Hour)},
	}
	var none []wire.Grant
	well, unwell := &wire.Health{Checks: map[string]string{"a": "ok"}}, &wire.Health{Checks: map[string]string{"b": "42"}, Doubts: map[string]string{"c": "43"}}
	f = f.WithNav(guard.Group{Sections: []guard.Section{Section}})
	events := []wire.Event{
		{ID: "evt_a", At: now, Action: "user.create", Target: &wire.Target{Kind: audit.KindUser, ID: "usr_a"}, Outcome: audit.Done},
		{ID: "evt_b", At: now, Action: "grant.create", Target: &wire.Target{Kind: "grant", ID: "grt_a"}, Outcome: audit.Refused},
		{ID: "evt_c", At: now, Action: "user.delete", Outcome: audit.Done},
	}
	asks := &wire.Attention{Unguarded: []wire.Subject{{ID: "usr_a", Email: "a@example.test"}}, Ending: []wire.EndingKey{{ID: "key_a", Service: "ci", Ends: now.Add(time.Hour)}}, Secrets: []wire.EndingSecret{{ID: "sec_a", Client: "web", Name: "Shop", Ends: now.Add(time.Hour)}}, Tokens: []wire.EndingToken{{ID: "key_b", User: wire.Subject{Kind: access.User, ID: "usr_a"}, Ends: now.Add(time.Hour)}}, Late: []string{"ES256"}}
	fails := &failures{Since: now, Accounts: []wire.Failing{{Name: "usr_a", Times: 7}}, Addresses: []wire.Failing{{Name: "192.0.2.7", Times: 7, Least: true}}, Names: map[string]string{"usr_a": "a@example.test"}}
	days := []wire.DayFigures{{Day: now.UTC().Format(time.DateOnly), SignIns: 9, Refused: 3, Methods: map[string]int64{"pwd": 7, "42": 2}, Reasons: map[string]int64{"wrong": 3}, Gate: map[string]int64{"deny": 2}, Present: &wire.Present{People: 5, Secured: 2}}}
	viewtest.Crawl(t, map[string]view.Page{
		"overview, new":       overviewPage{Frame: f, Now: now, Span: 30, Figures: true, People: true, Days: days, Health: well, Attention: asks, Events: &events, Names: guard.Called{"usr_a": "a@example.test"}, Failures: fails, Applications: []wire.ApplicationUse{{ID: "42", Name: "Shop", SignIns: 7}}, Steps: &firstSteps{HTTPS: todo, Second: done, Guarded: todo, Application: todo}},
		"overview, to see":    overviewPage{Frame: f, Now: now, Span: 30, Health: well, Attention: asks, Events: &events, Failures: &failures{Since: now, Addresses: fails.Addresses}},
		"overview":            overviewPage{Frame: f, Now: now, Span: 14, Figures: true, People: true, Health: unwell, Grants: &grants, More: true},
		"overview, calm":      overviewPage{Frame: f, Now: now, Span: 90, Figures: true, Health: well, Grants: &none},
		"overview, no figure": overviewPage{Frame: f, Now: now, Span: 14, Grants: &grants},
		"overview, nothing":   overviewPage{Frame: f, Now: now, Span: 14},
	})
}

// What there is is of the day when it was counted last; what happened is of today.
func TestTheOverviewShowsTodayAndWhatWasCountedLast(t *testing.T) {
	t.Parallel()
	say := words.Shipped().Choose(nil, "en")
	now := time.Now().UTC()
	today, before := now.Format(time.DateOnly), now.AddDate(0, 0, -1).Format(time.DateOnly)
	p := overviewPage{Now: now, Span: 14, Days: []wire.DayFigures{{Day: today, SignIns: 7, Refused: 2}, {Day: before, SignIns: 90, Present: &wire.Present{People: 5, Sessions: 3, GrantsEnding: 1, Secured: 2}}}}
	var got []string
	for _, one := range p.tiles(say) {
		got = append(got, one.Value)
	}
	if want := []string{"7", "2", "3", "1", "5", "40\u00a0%"}; !slices.Equal(got, want) {
		t.Errorf("the figures are %q, want %q", got, want)
	}
}

// On its first start a house was counted before anybody was there: who looks is not told that there is nobody.
func TestTheOverviewSaysWhatNobodyCountedYet(t *testing.T) {
	t.Parallel()
	say := words.Shipped().Choose(nil, "en")
	now := time.Now().UTC()
	for name, days := range map[string][]wire.DayFigures{"never counted": nil, "counted without anybody": {{Day: now.Format(time.DateOnly), Present: &wire.Present{}}}} {
		p := overviewPage{Now: now, Span: 14, Days: days}
		for _, one := range p.tiles(say)[2:] {
			if one.Value == "0" || one.Change != say.ConsoleOverview.NotCounted {
				t.Errorf("%s: %q says %q, %q", name, one.Label, one.Value, one.Change)
			}
		}
	}
}

// A disk that the database fills within two months is told of, and one that nobody can tell of is
// not.
func TestADiskThatFillsIsToldOf(t *testing.T) {
	t.Parallel()
	day := func(name string, bytes int64) wire.DayFigures {
		return wire.DayFigures{Day: name, Present: &wire.Present{Bytes: bytes}}
	}
	grown := []wire.DayFigures{day("2026-03-09", 800), {Day: "2026-03-05"}, day("2026-03-02", 100)}
	for name, c := range map[string]struct {
		days []wire.DayFigures
		free *int64
		want int
		ok   bool
	}{
		"a week":      {grown, new(int64(1000)), 10, true},
		"no disk":     {grown, nil, 0, false},
		"one measure": {grown[:1], new(int64(1000)), 0, false},
		"it shrank":   {[]wire.DayFigures{day("2026-03-09", 1), day("2026-03-08", 9)}, new(int64(1000)), 0, false},
	} {
		p := overviewPage{Days: c.days, Health: &wire.Health{Storage: wire.Storage{Free: c.free}}}
		if got, ok := p.diskLasts(); got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %t", name, got, ok)
		}
	}
}

func TestTheLatestEventsNameWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	events := []wire.Event{
		{ID: "evt_a", Action: "user.create", Target: &wire.Target{Kind: audit.KindUser, ID: "usr_a"}, Outcome: audit.Done},
		{ID: "evt_b", Action: "client.update", Target: &wire.Target{Kind: audit.KindClient, ID: "shop"}, Outcome: audit.Done},
		{ID: "evt_c", Action: "client.delete", Target: &wire.Target{Kind: audit.KindClient, ID: "gone"}, Outcome: audit.Done},
	}
	p := overviewPage{Frame: guard.Frame{Form: viewtest.Form()}, Now: time.Now(), Span: 14, People: true, Events: &events, Names: guard.Called{"usr_a": "a@example.test", "client:shop": "The shop"}}
	page := viewtest.Shown(t, p).Body.String()
	for _, want := range []string{`href="/console/users/usr_a"`, ">a<wbr>@example.test</a>", `href="/console/applications/shop"`, ">The shop</a>", "client:gone"} {
		if !strings.Contains(page, want) {
			t.Errorf("there is no %s", want)
		}
	}
}
