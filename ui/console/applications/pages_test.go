package applications

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/deploy"
	"gatehouse/docs"
	"gatehouse/oauth"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// samples is every page of the area, in the states that draw differently.
func samples() map[string]view.Page {
	f, wrong := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	web := wire.ClientState{Kind: oauth.KindWeb, LastUsed: at, SignIns: 42, Client: wire.Client{
		ID: "42", Name: "A", HomeURL: "https://a.example.test", AuthMethod: "client_secret", RedirectURIs: []string{"https://a.example.test/cb"}, GrantTypes: []string{"authorization_code", "client_credentials"},
		Scope: "openid profil offline_access 42", UnknownScopes: []wire.UnknownScope{{Scope: "profil", Nearest: "profile"}, {Scope: "42"}}, Audiences: []string{"https://b.example.test"}, Consent: true, RequireRoles: []string{"r"}, Created: at, Updated: at,
		Secrets: []wire.ClientSecret{{ID: "sec_a", Hint: "1234", Created: at}, {ID: "sec_b", Hint: "5678", Created: at, Expires: at}},
		Roles:   &wire.Listing{Claim: "roles", Format: "list"},
	}}
	page := wire.ClientState{Kind: oauth.KindBrowser, Client: wire.Client{ID: "43", Name: "B", AuthMethod: "none", Disabled: true, GrantTypes: []string{"authorization_code"}}}
	one := clientFrame{Frame: f, Client: web, ETag: `"1"`, Issuer: "https://id.example.test", CanEdit: true, CanSecrets: true, CanPreview: true, Consents: true, Families: true, Activity: true, Acts: acts}
	with := one
	with.Client.Logo = viewtest.Icon
	little := clientFrame{Frame: f, Client: page, Issuer: "https://id.example.test"}
	k := known{Scopes: []part.Option{{Value: "openid", Label: "44"}, {Value: "a:read", Label: "45", Hint: "46"}}, Audiences: []part.Option{{Value: "https://b.example.test", Label: "47"}}}
	preview := &wire.TokenPreview{
		Client: "42", User: "usr_a", AccessClaims: json.RawMessage(`{"sub":"42"}`), IDClaims: json.RawMessage(`{"sub":"42"}`), Own: []string{"jti"},
		Missing: []wire.Absence{{Name: "42", Why: oauth.WhyUnknown}, {Name: "43", Why: oauth.WhyUserinfo}},
	}
	app := behind{ID: "50", Host: "a.example.test", Target: "http://10.0.0.1:80", API: "51", Permission: "52:read"}
	none := &wire.TokenPreview{Client: "42", Refused: &wire.TokenRefusal{Code: "access_denied", Description: oauth.SaysNotAdmitted}}
	at0, levels := addressesOf("https://id.example.test"), []string{"aal1", "aal2"}
	pages := map[string]view.Page{
		"list":         listPage{Frame: f, Clients: []wire.ClientState{web, page, with.Client}, Next: "next", CanCreate: true, Asked: url.Values{"kind": {"web"}, "state": {"active"}, "sort": {"-created"}, "cursor": {"x"}}},
		"list, none":   listPage{Frame: f, Asked: url.Values{"search": {"42"}}},
		"kinds":        kindsPage{f, guidesOf("Products"), true},
		"gate":         gatePage{Frame: f, Gate: wire.Gate{Listens: true}, In: app, APIs: []wire.API{{ID: "51", Audience: "https://b.example.test", Permissions: []wire.Permission{{Permission: "52:read", Description: "53"}}}}, All: true},
		"gate, wrong":  gatePage{Frame: wrong, Gate: wire.Gate{Files: true, From: "/54"}, All: true},
		"behind":       readyPage{Frame: f, Gate: wire.Gate{Listens: true}, In: app, Proxies: gateSnippets(deploy.Yours{Host: app.Host})},
		"behind, file": readyPage{Frame: f, Gate: wire.Gate{Files: true, From: "/54"}, In: app, Proxies: gateSnippets(deploy.Yours{})},
		"made":         madePage{Frame: f, Made: wire.NewClient{NewClientSecret: wire.NewClientSecret{Client: web.Client, Secret: "42"}}, Issuer: "https://id.example.test", At: at0, Guide: guideOf(oauth.KindWeb, "grafana"), CanTry: true},
		"made, public": madePage{Frame: f, Made: wire.NewClient{NewClientSecret: wire.NewClientSecret{Client: page.Client}}, Issuer: "https://id.example.test", At: at0},
		"application": clientPage{clientFrame: one, Refusals: []wire.ClientRefusal{
			{Code: "authorize.redirect_uri", Says: "The application asked to send you to an address that is not registered for it, so you were not sent there.", Received: "https://a.example.test/cb/", First: at, Last: at, Times: 3},
			{Code: "invalid_scope", Says: "The client may not ask for one of the scopes.", Last: at, Times: 1},
			{Code: "authorize.redirect_uri", Says: "The application asked to send you to an address that is not registered for it, so you were not sent there.", Received: "http://other.example.test:42/CB", Partial: true, Last: at, Times: 1},
		}},
		"application, little": clientPage{clientFrame: little},
		"logo":                logoPage{with},
		"logo, none":          logoPage{one},
		"address":             one.addressPage("https://a.example.test/cb/"),
		"address, elsewhere":  one.addressPage("https://evil.example.test/cb"),
		"secrets":             secretsPage{one},
		"secrets, none":       secretsPage{little},
		"new secret":          secretPage{clientFrame: one},
		"end secret":          secretPage{clientFrame: one, Ends: &web.Secrets[0]},
		"fresh":               freshPage{clientFrame: one, Secret: "42", File: fileOf(&one.Client.Client)},
		"consents":            consentsPage{clientFrame: one, List: []allowed{{Consent: wire.Consent{User: "usr_a", Scope: "openid", Created: at, Updated: at}, Name: "A", Email: "a@example.test"}, {Consent: wire.Consent{User: "usr_b"}}}, Next: "x", Asked: url.Values{"cursor": {"c"}}},
		"consents, none":      consentsPage{clientFrame: one},
		"families": familiesPage{clientFrame: one, Next: "x", Later: true, List: []holds{
			{RefreshFamily: wire.RefreshFamily{ID: "fam_a", User: "usr_a", Client: "42", Scope: "openid email", Created: at, Used: at, Expires: at}, Email: "a@example.test", CanEnd: true},
			{RefreshFamily: wire.RefreshFamily{ID: "fam_b", User: "usr_b", Client: "42", Created: at, Used: at, IdleExpires: at, Expires: at.Add(time.Hour)}},
		}},
		"families, none":   familiesPage{clientFrame: one},
		"preview, asked":   previewPage{clientFrame: one, Levels: levels, Asked: url.Values{}},
		"preview":          previewPage{clientFrame: one, Levels: levels, Asked: url.Values{"user": {"a"}, "scope": {"openid"}}, Person: "Ada Example", Preview: preview},
		"preview, refused": previewPage{clientFrame: one, Levels: levels, Asked: url.Values{}, Preview: none},
		"preview, nobody":  previewPage{clientFrame: one, Levels: levels, Asked: url.Values{"user": {"42"}}, Nobody: true},
		"trial":            trialPage{one},
		"tried":            triedPage{clientFrame: one, Preview: preview},
		"tried, failed":    triedPage{clientFrame: one, Failed: none.Refused},
	}
	for _, kind := range kinds {
		pages["new "+string(kind)] = newPage{Frame: f, Kind: kind, Begun: begun(kind, ""), sheet: sheet{inputs: newInputs(kind)}, known: k}
	}
	pages["new, wrong"] = newPage{Frame: wrong, Kind: oauth.KindWeb, Guide: "gitea", Begun: begun(oauth.KindWeb, "gitea"), sheet: sheet{inputs: newInputs(oauth.KindWeb)}, known: k}
	for _, s := range sheets {
		pages["settings "+s.path] = settingsPage{clientFrame: one, sheet: s, known: k, names: protocolNames}
	}
	for _, kind := range kinds {
		for _, g := range guides(kind) {
			pages["connect "+string(kind)+" "+g.Name] = connectPage{clientFrame: one, Guide: g, At: at0}
		}
	}
	for _, a := range acts {
		pages["ask "+a.name] = actPage{clientFrame: one, act: a}
	}
	pages["ask delete, mistyped"] = actPage{clientFrame: one, act: acts[len(acts)-1], Mistyped: true}
	return pages
}

func TestPagesOfApplicationsAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}

// What stands below each other in one input is told of by its line.
func TestWhatIsWrongWithAnEntryIsToldByItsLine(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		list  string
		index int
		ok    bool
	}{"redirect_uris[1]": {"redirect_uris", 1, true}, "redirect_uris": {"redirect_uris", 0, false}, "redirect_uris[x]": {"redirect_uris", 0, false}} {
		if list, index, ok := entry(name); list != want.list || index != want.index || ok != want.ok {
			t.Errorf("%s: %s, %d, %v", name, list, index, ok)
		}
	}
}

// The difference between the address that came and the registered one is what somebody looks for.
func TestHowAddressesDifferIsSaid(t *testing.T) {
	t.Parallel()
	say := words.Shipped().Named("en")
	a := &say.ConsoleApplications
	for received, want := range map[string]string{
		"https://a.example.test/cb": "", "https://a.example.test/cb/": a.DiffSlash, "http://a.example.test/cb": a.DiffScheme, "https://a.example.test:8443/cb": a.DiffPort,
		"https://b.example.test/cb": a.DiffHost, "https://a.example.test/CB": a.DiffCase, "https://a.example.test/other": a.DiffPath,
	} {
		got := differ(say, received, "https://a.example.test/cb")
		if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || got[0] != want) {
			t.Errorf("%s: %q, want %q", received, got, want)
		}
	}
}

// No section that is shown for a kind stays with the values of the page.
func TestWhatToSetHasTheValuesOfTheApplication(t *testing.T) {
	t.Parallel()
	c := &wire.Client{ID: "4711", RedirectURIs: []string{"https://shop.test/back"}, PostLogoutRedirectURIs: []string{"https://shop.test/"}, Audiences: []string{"https://orders.test"}}
	for _, kind := range kinds {
		all := guides(kind)
		if len(all) == 0 {
			t.Errorf("nothing is told of %s", kind)
		}
		for _, g := range all {
			for _, p := range settings("https://id.shop.test", c, g) {
				for _, left := range []string{docs.ExampleIssuer, docs.ExampleApp, docs.ExampleAPI, "my-app"} {
					if strings.Contains(p.Text, left) {
						t.Errorf("%s still says %s:\n%s", g.Name, left, p.Text)
					}
				}
			}
		}
	}
}

// The command below the form of a new application connects the same one.
func TestTheCommandConnectsWhatTheFormOfANewOneHolds(t *testing.T) {
	t.Parallel()
	shop := wire.ClientState{Client: wire.Client{Name: "-My shop", RedirectURIs: []string{"https://shop.test/cb", "com.shop:/cb"}, Scope: "openid email", RequireRoles: []string{"staff"}, GrantTypes: []string{oauth.GrantRefresh}}}
	for want, p := range map[string]newPage{
		"--name NAME --redirect-uri ADDRESS":                                        {Kind: oauth.KindWeb},
		"'--name=-My shop' --grant client_credentials --scope openid --scope email": {Kind: oauth.KindMachine, Begun: shop},
		"'--name=-My shop' --redirect-uri https://shop.test/cb --redirect-uri com.shop:/cb --home-url https://shop.test --auth-method none --grant authorization_code" +
			" --grant refresh_token --scope openid --scope email --scope offline_access --require-role staff": {Kind: oauth.KindBrowser, Begun: shop},
		"--for gitea --home-url ADDRESS": {Kind: oauth.KindWeb, Guide: "gitea"},
	} {
		p.sheet.inputs = newInputs(p.Kind)
		if got := p.same(); got != "gatehouse client create "+want {
			t.Errorf("got  %s\nwant gatehouse client create %s", got, want)
		}
	}
}

// The command below a form of settings sets all that the form holds, and nothing else.
func TestTheCommandSetsWhatTheFormOfSettingsHolds(t *testing.T) {
	t.Parallel()
	c := wire.ClientState{Client: wire.Client{
		ID: "shop", Name: "My shop", HomeURL: "https://shop.test", RedirectURIs: []string{"https://shop.test/cb", "https://b.test/cb"}, Scope: "openid email",
		AuthMethod: "client_secret", PKCE: "auto", GrantTypes: []string{"authorization_code"}, RequireRoles: []string{"staff"}, Consent: true,
		AccessTokenTTL: "7m", Refresh: "rotate", Introspect: true, Permissions: "none", AccessTokenType: "at+jwt",
		Groups: &wire.Listing{Claim: "groups", Format: "list", Filter: []string{"team-*"}},
	}}
	for _, s := range sheets {
		p := settingsPage{clientFrame: clientFrame{Client: c}, sheet: s}
		want := map[string]string{
			"settings": "--name 'My shop' --home-url https://shop.test --redirect-uri https://shop.test/cb --redirect-uri https://b.test/cb --post-logout-redirect-uri '' --scope openid --scope email",
			"settings/sign-in": "--auth-method client_secret --pkce auto --grant authorization_code --require-acr '' --require-role staff --require-group ''" +
				" --no-consent=false --any-localhost-port=false",
			"settings/tokens": "--access-token-ttl 7m --refresh-idle 0 --refresh-absolute 0 --refresh rotate --id-token-claims=false --introspect --permissions none" +
				" --id-token-alg '' --access-token-alg '' --userinfo-alg '' --access-token-type at+jwt",
			"settings/told": "--roles-claim '' --groups-claim groups --groups-format list --groups-prefix '' --groups-filter 'team-*' --claim ''",
		}[s.path]
		if got := p.command(); got != "gatehouse client update shop "+want {
			t.Errorf("%s: %s\nwant: gatehouse client update shop %s", s.path, got, want)
		}
		for _, in := range s.inputs {
			if flags[in.name].name == "" {
				t.Errorf("%s is set by no flag", in.name)
			}
		}
	}
}

// People look for the language that they write in: no library stands below another heading.
func TestEachLibraryOfServersHasItsLanguage(t *testing.T) {
	t.Parallel()
	for _, g := range guidesOf("Libraries of servers") {
		if languages[g.Name] == "" {
			t.Errorf("%s has no language", g.Name)
		}
	}
	for language, say := range map[string]*words.Catalogue{"en": words.Shipped().Named("en"), "de": words.Shipped().Named("de")} {
		for _, kind := range kinds {
			for _, s := range shelves(say, kind, "/x", "") {
				if s.Name == "" {
					t.Errorf("%s, %s: a heading is empty above %+v", language, kind, s.Books)
				}
			}
		}
	}
}

// Nothing leads away from a secret that is shown once but the button that says it is stored: what is to
// be tried or read beside it opens in a tab of its own.
func TestNothingLeadsAwayFromASecretUnasked(t *testing.T) {
	t.Parallel()
	made := madePage{Made: wire.NewClient{NewClientSecret: wire.NewClientSecret{Client: wire.Client{ID: "4711", AuthMethod: "client_secret", GrantTypes: []string{oauth.GrantCode}, RedirectURIs: []string{"https://shop.test/cb"}}, Secret: "s3cret"}}, CanTry: true}
	stored := 0
	for _, n := range viewtest.Nodes(t, viewtest.Shown(t, made).Body.Bytes()) {
		href := viewtest.Attr(n, "href")
		if !strings.HasPrefix(href, pathAll+"/4711") || viewtest.Attr(n, "target") == "_blank" {
			continue
		}
		if stored++; href != pathAll+"/4711" || stored > 1 {
			t.Errorf("%s leads away from the secret", href)
		}
	}
	if stored != 1 {
		t.Errorf("%d buttons say that it is stored", stored)
	}
}
