package account

import (
	"testing"
	"time"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

// samples is every page of the account area, in the states that draw differently.
func samples() map[string]view.Page {
	f := frame{Form: viewtest.Form(), Email: "alice@example.com", Name: "Alice", Initials: "A", Done: "password"}
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	scopes := []string{"openid", "email", "orders:read", "offline_access"}
	return map[string]view.Page{
		"account":         homePage{frame: f, Sessions: 1},
		"account, factor": homePage{frame: f, HasFactor: true, RecoveryLeft: 2},
		"account, one":    homePage{frame: f, HasFactor: true, RecoveryLeft: 1, Apps: 1},
		"account, none":   homePage{frame: frame{Form: viewtest.Form(), Email: "alice@example.com"}, HasFactor: true, Sessions: 3, Apps: 2},
		"account, safe":   homePage{frame: f, HasFactor: true, RecoveryLeft: 9, Steers: true},
		"password":        passwordPage{frame: f, MinLength: 12},
		"password, wrong": passwordPage{frame: frame{Form: viewtest.Broken(), Email: "alice@example.com"}, MinLength: 12},
		"sessions": sessionsPage{frame: f, List: []sessionLine{
			{ID: "ses_a", Device: view.Device{Browser: "Firefox", System: "Linux"}, Created: at, Seen: at, Current: true},
			{ID: "ses_b", Device: view.Device{Browser: "Firefox", System: "Linux"}, Created: at, Seen: at},
			{ID: "ses_c", Device: view.Device{Browser: "", System: "Linux"}, IP: "192.0.2.7", TwoSteps: true, Created: at, Seen: at},
			{ID: "ses_d", Created: at, Seen: at},
		}},
		"sessions, one": sessionsPage{frame: f, List: []sessionLine{{ID: "ses_a", Device: view.Device{Browser: "Firefox", System: ""}, Created: at, Seen: at, Current: true}}},
		"session":       sessionPage{f, sessionLine{ID: "ses_b", Device: view.Device{Browser: "Firefox", System: "Linux"}, IP: "192.0.2.7", Created: at, Seen: at}},
		"session, this": sessionPage{f, sessionLine{ID: "ses_a", Device: view.Device{Browser: "Safari", System: "iPhone"}, TwoSteps: true, Created: at, Seen: at, Current: true}},
		"others":        othersPage{frame: f, Count: 3},
		"others, one":   othersPage{frame: f, Count: 1},
		"others, none":  othersPage{frame: f},
		"app":           appPage{frame: f, App: appLine{ID: "a", Name: "Grafana", HomeURL: "https://grafana.example.com", Logo: viewtest.Icon, Scopes: scopes, Since: at}},
		"app, bare":     appPage{frame: f, App: appLine{ID: "b", Name: "Wiki", Since: at}},
		"apps": appsPage{frame: f, List: []appLine{
			{ID: "a", Name: "Grafana", HomeURL: "https://grafana.example.com", Logo: viewtest.Icon, Scopes: scopes, Since: at}, {ID: "b", Name: "Wiki", Since: at},
		}},
		"apps, none":          appsPage{frame: f},
		"security":            securityPage{frame: f, HasFactor: true, Since: at, LastUsed: at, RecoveryLeft: 7},
		"security, none":      securityPage{frame: f},
		"security, new":       securityPage{frame: f, HasFactor: true, Since: at},
		"remove factor":       removeFactorPage{frame: f},
		"new recovery":        newRecoveryPage{frame: f, Left: 3},
		"new recovery, one":   newRecoveryPage{frame: f, Left: 1},
		"new recovery, none":  newRecoveryPage{frame: f},
		"new recovery, again": newRecoveryPage{frame: f, Set: "abc", Left: 10, Shown: true},
		"new codes":           newCodesPage{frame: f, codes: []string{"one-code", "another-code"}},
	}
}

func TestAccountPagesAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}

func TestAccountFormsStayHere(t *testing.T) {
	t.Parallel()
	viewtest.FormActions(t, samples(), map[string]string{"password": "'self'", "remove factor": "'self'", "session": "'self'", "others": "'self'", "app": "'self'"})
}
