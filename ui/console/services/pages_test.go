package services

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

// samples is every page of the area, in the states that draw differently.
func samples() map[string]view.Page {
	f, wrong := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	deploy, old := wire.ServiceAccount{ID: "deploy", Description: "x", Created: at, CreatedBy: "person:usr_a"}, wire.ServiceAccount{ID: "old", Disabled: true, CreatedBy: "console"}
	keys := []wire.ServiceKey{{ID: "key_a", Name: "42", Created: at, LastUsed: at}, {ID: "key_b", Name: "43", Created: at, ExpiresAt: at}, {ID: "key_c", Name: "44", Created: at, ExpiresAt: at.Add(time.Hour), Revoked: at}}
	one := frame{Frame: f, Account: deploy, ETag: `"1"`, Keys: keys, Now: at, CanEdit: true, CanKey: true, CanRevoke: true, CanGrant: true, Granted: true, acts: acts[:3]}
	little := frame{Frame: f, Account: old, Now: at}
	gives := []wire.Grant{{Role: "editor", Effect: access.Allow, Where: access.Own, Org: "acme", Created: at, Reason: "45"}, {Permission: "shop/orders:read", Effect: access.Deny, Created: at}}
	broken := one.keyPage("", "")
	broken.Frame = wrong
	pages := map[string]view.Page{
		"services":            listPage{Frame: f, Asked: url.Values{"search": {"41"}, "cursor": {"c"}}, List: []wire.ServiceAccount{deploy, old}, Next: "n", Now: at, CanCreate: true},
		"services, none":      listPage{Frame: f, CanCreate: true},
		"services, not found": listPage{Frame: f, Asked: url.Values{"search": {"41"}}},
		"service":             onePage{frame: one, Names: map[string]string{"usr_a": "a@example.test"}, Grants: true, Gives: gives, More: true},
		"service, nothing":    onePage{frame: little, Grants: true},
		"service, little":     onePage{frame: little},
		"new":                 editPage{Frame: f, Last: "90d"},
		"new, wrong":          editPage{Frame: wrong, ID: "x"},
		"edit":                one.editPage(),
		"key":                 one.keyPage("x", "8h"),
		"key, wrong":          broken,
		"secret":              secretPage{Frame: f, ID: "deploy.env", Secret: "no-key-of-anything"},
		"ask delete, typo":    actPage{frame: one, act: acts[2], Mistyped: true},
	}
	for _, a := range acts {
		page := actPage{frame: one, act: a}
		if a.name == "revoke" {
			page.Key = keys[0]
		}
		pages["ask "+a.name] = page
	}
	return pages
}

func TestPagesOfServiceAccountsAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}

func TestAKeyWorksUntilItEndsOrIsRevoked(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		key  wire.ServiceKey
		want bool
	}{
		"without end": {wire.ServiceKey{}, true},
		"with an end": {wire.ServiceKey{ExpiresAt: now.Add(time.Second)}, true},
		"at its end":  {wire.ServiceKey{ExpiresAt: now}, false},
		"revoked":     {wire.ServiceKey{Revoked: now.Add(-time.Second)}, false},
	} {
		if got := works(&c.key, now); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
