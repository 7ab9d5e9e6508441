package apis

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

// samples is every page of the area, in the states that draw differently.
func samples() map[string]view.Page {
	f, wrong := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	shop := wire.API{ID: "42", Audience: "https://a.example.test", Delegation: "scope", Servers: []string{"43"}, Created: at, Updated: at, Permissions: []wire.Permission{
		{Permission: "a:read", Description: "44"}, {Permission: "a:pay", Sensitive: true, Requirement: wire.Requirement{ACR: "aal2", MaxAge: "5m"}},
	}}
	uses := []wire.PermissionUse{{Permission: "a:read", Roles: []string{"r"}, Scopes: []string{"s"}, Routes: []string{"t"}}}
	one := apiFrame{Frame: f, API: shop, ETag: `"1"`, Scopes: true, Clients: true, CanEdit: true, CanDelete: true, CanScope: true}
	bound := wire.Scope{Name: "s", API: "42", Permissions: []string{"42/a:read", "42/a:*"}, Description: "46", Updated: at}
	built := apiFrame{Frame: f, API: wire.API{ID: "45", Audience: "https://b.example.test", BuiltIn: true, Delegation: "audience"}}
	return map[string]view.Page{
		"list":               listPage{Frame: f, APIs: []wire.API{shop, built.API}, Next: "next", CanCreate: true, Asked: url.Values{"search": {"4"}, "cursor": {"x"}}},
		"list, none":         listPage{Frame: f, CanCreate: true},
		"api":                apiPage{apiFrame: one, Uses: uses},
		"api, built in":      apiPage{apiFrame: built},
		"new":                newPage(f),
		"new, wrong":         editPage{apiFrame: apiFrame{Frame: wrong}, New: true, ID: "x"},
		"edit":               editPage{apiFrame: one, Audience: "https://a.example.test", Catalogue: typed(shop.Permissions), Delegation: "scope"},
		"scopes":             scopesPage{apiFrame: one, CanChange: true, CanDelete: true, List: []wire.Scope{bound}},
		"scopes, none":       scopesPage{apiFrame: one},
		"scope":              scopePage{apiFrame: one, Chosen: []string{"42/a:read"}}.commanded(),
		"scope, changed":     scopePage{apiFrame: one, Was: bound, Seen: `"1"`, Chosen: []string{"42/a:pay", "42/a:*"}, Description: "46"}.commanded(),
		"scope, delete":      unbindPage{scopePage: scopePage{apiFrame: one, Was: bound, Seen: `"1"`}},
		"scope, mistyped":    unbindPage{scopePage: scopePage{apiFrame: one, Was: bound}, Mistyped: true},
		"applications":       clientsPage{apiFrame: one, List: []wire.ClientState{{Client: wire.Client{ID: "47", Name: "B", Scope: "s"}, LastUsed: at}}, Next: "x", Asked: url.Values{"cursor": {"c"}}},
		"applications, none": clientsPage{apiFrame: built},
		"delete":             deletePage{apiFrame: one, Uses: uses},
		"delete, mistyped":   deletePage{apiFrame: one, Mistyped: true},
	}
}

func TestPagesOfAPIsAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}

// A catalogue that is written is read as it was, with what an entry asks besides.
func TestACatalogueIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	was := []wire.Permission{{Permission: "a:read", Description: "Read it"}, {Permission: "a:pay", Sensitive: true, Requirement: wire.Requirement{ACR: "aal2", MaxAge: "5m"}}}
	want := []admin.APIPermission{{Permission: "a:read", Description: "Read it"}, {Permission: "a:pay", Sensitive: true, ACR: "aal2", MaxAge: "5m"}}
	if diff := cmp.Diff(want, catalogue("\n "+typed(was)+"\n\n", was)); diff != "" {
		t.Error(diff)
	}
	if got := catalogue("", nil); got == nil || len(got) != 0 {
		t.Errorf("nothing typed is %v", got)
	}
}

// The command of a scope says what the form changes, and nothing that somebody typed is a flag of it.
func TestTheCommandOfAScopeDoesWhatItsFormDoes(t *testing.T) {
	t.Parallel()
	shop := apiFrame{API: wire.API{ID: "shop"}}
	was := wire.Scope{Name: "-rf", Permissions: []string{"shop/a:read", "shop/a:pay"}}
	for want, p := range map[string]scopePage{
		"gatehouse scope create --name NAME --permission shop/RESOURCE:ACTION": {apiFrame: shop},
		"gatehouse scope create --name=-x --permission shop/a:read --description 'See it'": {
			apiFrame: shop, Name: "-x", Chosen: []string{"shop/a:read"}, Description: "See it",
		},
		"gatehouse scope update --add-permission 'shop/a:*' --remove-permission shop/a:pay --description '' -- -rf": {
			apiFrame: shop, Was: was, Chosen: []string{"shop/a:read", "shop/a:*"},
		},
	} {
		if got := p.commanded().Command; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
