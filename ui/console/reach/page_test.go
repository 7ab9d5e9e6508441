package reach

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

func TestThePageOfWhoCanReachIsWellMade(t *testing.T) {
	t.Parallel()
	f, at := guard.Frame{Form: viewtest.Form()}, time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	asked := url.Values{"at": {"2026"}, "org": {"42"}}
	viewtest.Crawl(t, map[string]view.Page{
		"to ask":         reachPage{Frame: f},
		"nobody":         reachPage{Frame: f, Permission: "shop/orders:write", Found: true},
		"reach, a wrong": reachPage{Frame: guard.Frame{Form: viewtest.Broken()}, Permission: "shop/orders:read", Asked: asked},
		"reach": reachPage{Frame: f, Permission: "shop/orders:read", Asked: asked, Found: true, People: true, Grants: true, Now: at, Next: "n", Cursor: "c", Holders: []wire.Holder{
			{Principal: wire.Subject{Kind: access.User, ID: "usr_a", Email: "a@example.com"}, Where: access.Own, Except: "gra_a", Until: at.Add(time.Hour), Requirement: wire.Requirement{ACR: "aal2"}, SecondFactor: new(bool), Role: "editor", Org: "acme", Others: 2},
			{Principal: wire.Subject{Kind: access.ServiceAccount, ID: "deploy"}, Path: []wire.Subject{{Kind: access.Group, ID: "ops"}, {Kind: access.Organisation, ID: "acme"}}, Where: access.Everywhere, Pattern: "shop/orders:*", ExpiresAt: at.Add(time.Hour), Others: 1},
		}},
	})
}

// who-can takes no thing: a command without it would answer something else.
func TestNoCommandStandsUnderWhoCanReachAThing(t *testing.T) {
	t.Parallel()
	p := reachPage{Permission: "shop/orders:read", Asked: url.Values{"at": {"2026-03-01T12:04"}}}
	if got, want := p.same(), "gatehouse who-can shop/orders:read --at 2026-03-01T12:04:00Z"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	p.Asked.Set("thing", "42")
	if got := p.same(); got != "" {
		t.Errorf("there is %q", got)
	}
}
