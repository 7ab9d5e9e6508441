package account

import (
	"testing"
	"time"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

// samples is every page of the account area, in the states that draw differently.
func samples() map[string]view.Page {
	f := frame{Form: viewtest.Form(), Email: "alice@example.com", Name: "Alice", Notice: "Done."}
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	groups := view.ScopesInWords([]string{"openid", "email", "orders:read", "offline_access"})
	return map[string]view.Page{
		"account":         homePage{frame: f, Sessions: 1},
		"account, factor": homePage{frame: f, HasFactor: true, RecoveryLeft: 2},
		"password":        passwordPage{frame: f, MinLength: 12},
		"password, wrong": passwordPage{frame: frame{Form: viewtest.Broken(), Email: "alice@example.com"}, MinLength: 12},
		"sessions": sessionsPage{frame: f, List: []sessionLine{
			{ID: "ses_a", Device: "Firefox on Linux", Created: at, Seen: at, Current: true}, {ID: "ses_b", Device: "Firefox on Linux", Created: at, Seen: at},
		}},
		"apps": appsPage{frame: f, List: []appLine{
			{ID: "a", Name: "Grafana", HomeURL: "https://grafana.example.com", Groups: groups, Since: at}, {ID: "b", Name: "Wiki", Since: at},
		}},
		"apps, none":     appsPage{frame: f},
		"security":       securityPage{frame: f, HasFactor: true, Since: at, LastUsed: at, RecoveryLeft: 7},
		"security, none": securityPage{frame: f},
		"remove factor":  removeFactorPage{frame: f},
		"new recovery":   newRecoveryPage{frame: f, Left: 3},
		"new codes":      newCodesPage{frame: f, codes: []string{"one-code", "another-code"}},
	}
}

func TestAccountPagesAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}

func TestAccountFormsStayHere(t *testing.T) {
	t.Parallel()
	viewtest.FormActions(t, samples(), map[string]string{"password": "'self'", "remove factor": "'self'", "sessions": "'self'"})
}
