package view

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/web"
)

const sampleKey = "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH"

// samples is every page there is, in the states that draw differently.
func samples(t *testing.T) map[string]Page {
	t.Helper()
	form := Form{Token: "form-token"}
	wrong := form
	wrong.Alert, wrong.Both = "The email or the password is wrong.", true
	broken := form
	broken.Alert, broken.Fields = "The password breaks a rule.", []fault.Field{
		{Name: "password", Problem: "is too short"}, {Name: "new_password", Problem: "is too short"}, {Name: "email", Problem: "is no address"},
	}
	step := Step{Form: form, Interaction: "int_a", App: "Grafana", Travels: true}
	bad := step
	bad.Form = wrong
	known := step
	known.Email = "alice@example.com"
	knownBad := known
	knownBad.Form = wrong
	account := Account{Form: form, Email: "alice@example.com", Name: "Alice", Notice: "Done."}
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	code, err := NewQR("otpauth://totp/Gatehouse:alice?secret=" + sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	enrol := Enrol{Step: known, Secret: sampleKey, URL: "otpauth://totp/Gatehouse:alice?secret=" + sampleKey, QR: code}
	enrolBad := enrol
	enrolBad.Step = knownBad
	groups := ScopesInWords([]string{"openid", "email", "orders:read", "offline_access"})
	codes := []string{"one-code", "another-code"}
	return map[string]Page{
		"sign in":           SignIn{Step: step},
		"sign in, own":      SignIn{Step: Step{Form: form, Interaction: "int_a"}},
		"sign in, wrong":    SignIn{Step: bad, Login: "alice@example.com"},
		"sign in again":     SignIn{Step: known},
		"select":            Select{Step: known},
		"factor":            Factor{Step: known},
		"factor, wrong":     Factor{Step: knownBad},
		"recovery":          Recovery{Step: known},
		"enrol":             enrol,
		"enrol, wrong":      enrolBad,
		"codes":             RecoveryCodes{Codes: codes, Next: "/account"},
		"few codes":         FewCodes{Left: 1, Next: "/account"},
		"consent":           Consent{Step: known, Groups: groups, Host: "grafana.example.com"},
		"setup":             Setup{Form: form, MinLength: 12},
		"setup, wrong":      Setup{Form: broken, MinLength: 12},
		"home":              Home{Issuer: "https://id.example.com"},
		"home, set-up":      Home{Issuer: "https://id.example.com", NeedsSetup: true},
		"home, signed in":   Home{Issuer: "https://id.example.com", Email: "alice@example.com"},
		"account":           AccountHome{Account: account, Sessions: 1},
		"account, factor":   AccountHome{Account: account, HasFactor: true, RecoveryLeft: 2},
		"password":          Password{Account: account, MinLength: 12},
		"password, wrong":   Password{Account: Account{Form: broken, Email: "alice@example.com"}, MinLength: 12},
		"sessions":          Sessions{Account: account, List: []SessionLine{{ID: "ses_a", Device: "Firefox on Linux", Created: at, Seen: at, Current: true}, {ID: "ses_b", Device: "Firefox on Linux", Created: at, Seen: at}}},
		"apps":              Apps{Account: account, List: []AppLine{{ID: "a", Name: "Grafana", HomeURL: "https://grafana.example.com", Groups: groups, Since: at}, {ID: "b", Name: "Wiki", Since: at}}},
		"no apps":           Apps{Account: account},
		"security":          Security{Account: account, HasFactor: true, Since: at, LastUsed: at, RecoveryLeft: 7},
		"security, none":    Security{Account: account},
		"remove factor":     RemoveFactor{Account: account},
		"new recovery":      NewRecovery{Account: account, Left: 3},
		"new codes":         RecoveryCodes{Codes: codes, Next: "/account/security", Account: &account},
		"sign out":          signOut{SignOutPage: web.SignOutPage{Email: "alice@example.com", FormToken: "form-token"}, path: "/signout"},
		"sign out, app":     signOut{SignOutPage: web.SignOutPage{AppName: "Grafana", FormToken: "form-token", FormAction: "https://grafana.example.com"}, path: "/oauth2/logout"},
		"signed out":        signedOut{AppName: "Grafana", AppURL: "https://grafana.example.com"},
		"form post":         formPost{action: "https://grafana.example.com/cb", origin: "https://grafana.example.com", host: "grafana.example.com", hidden: []pair{{"code", "c"}}},
		"error":             newErrorPage(web.ErrorPage{Status: 400, Code: "x", Received: "https://a/b", AppName: "Grafana", AppURL: "https://grafana.example.com", Fields: []fault.Field{{Name: "a", Problem: "is missing"}}}, "req_a", at),
		"error, own flow":   newErrorPage(web.ErrorPage{Status: 404, Code: "flow.gone"}, "req_a", at),
		"error, none of it": newErrorPage(web.ErrorPage{Status: 500}, "", at),
	}
}

// shown returns the answer that carries p.
func shown(t *testing.T, p Page) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	if err := NewPages("https://id.example.com").Show(w, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, p); err != nil {
		t.Fatal(err)
	}
	return w
}

// formAction returns the form-action directive, "" when there is none.
func formAction(t *testing.T, h http.Header) string {
	t.Helper()
	for directive := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
		if sources, ok := strings.CutPrefix(strings.TrimSpace(directive), "form-action"); ok {
			return strings.TrimSpace(sources)
		}
	}
	return ""
}

func parameters(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}
