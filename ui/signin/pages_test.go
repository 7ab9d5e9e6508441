package signin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

// samples is every page of a sign-in, in the states that draw differently.
func samples(t *testing.T) map[string]view.Page {
	t.Helper()
	fresh := stepFrame{Form: viewtest.Form(), Interaction: viewtest.Interaction, App: "Grafana", Travels: true}
	bad, known, knownBad := fresh, fresh, fresh
	bad.Form, knownBad.Form = viewtest.Wrong(), viewtest.Wrong()
	known.Email, knownBad.Email = "alice@example.com", "alice@example.com"
	taken := known
	taken.Wrong = fault.New(fault.Conflict, codeTaken, "Somebody else is here.")
	code, err := newQR("otpauth://totp/Gatehouse:alice?secret=" + sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	enrol := enrolPage{stepFrame: known, Secret: sampleKey, URL: "otpauth://totp/Gatehouse:alice?secret=" + sampleKey, QR: code}
	enrolBad := enrol
	enrolBad.stepFrame = knownBad
	return map[string]view.Page{
		"sign in":            signInPage{stepFrame: fresh},
		"sign in, own":       signInPage{stepFrame: stepFrame{Form: viewtest.Form(), Interaction: viewtest.Interaction}},
		"sign in, wrong":     signInPage{stepFrame: bad, Login: "alice@example.com"},
		"sign in, again":     signInPage{stepFrame: known},
		"select, taken":      selectPage{stepFrame: taken},
		"select":             selectPage{stepFrame: known},
		"factor":             factorPage{stepFrame: known},
		"factor, wrong":      factorPage{stepFrame: knownBad},
		"recovery":           recoveryPage{stepFrame: known},
		"recovery, wrong":    recoveryPage{stepFrame: knownBad},
		"enrol":              enrol,
		"enrol, wrong":       enrolBad,
		"codes":              codesPage{codes: []string{"one-code", "another-code"}, next: "/account"},
		"few codes":          fewCodesPage{Left: 1, Next: "/account"},
		"few codes, none":    fewCodesPage{Next: "/account"},
		"few codes, two":     fewCodesPage{Left: 2, Next: "/account"},
		"sign in, own again": signInPage{stepFrame: stepFrame{Form: viewtest.Form(), Interaction: viewtest.Interaction, Email: "alice@example.com"}},
		"consent, private":   consentPage{stepFrame: known, Scopes: []string{"profile", "address", "phone"}},
		"consent":            consentPage{stepFrame: known, Scopes: []string{"openid", "email", "orders:read", "offline_access"}, Host: "grafana.example.com"},
	}
}

func TestSignInPagesAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples(t))
}

func TestSignInFormsMayTravelWithTheApplication(t *testing.T) {
	t.Parallel()
	viewtest.FormActions(t, samples(t), map[string]string{
		"sign in": "", "sign in, wrong": "", "select": "", "factor": "", "recovery": "", "enrol": "", "consent": "", "sign in, own": "'self'",
	})
}

func TestEnrolShowsTheKeyInGroups(t *testing.T) {
	t.Parallel()
	p := enrolPage{Secret: "ABCDEFGHIJ", URL: "javascript:alert(1)"}
	if diff := cmp.Diff([]string{"ABCD", "EFGH", "IJ"}, p.groups()); diff != "" {
		t.Error(diff)
	}
	if p.link() != "" {
		t.Errorf("the link is %q, want none: it is no otpauth address", p.link())
	}
}

func TestWrongPasswordKeepsTheNameAndEmptiesThePassword(t *testing.T) {
	t.Parallel()
	step := stepFrame{Form: view.Form{Token: "t", Wrong: fault.New(fault.Unauthenticated, "x", "Wrong."), Both: true}, Interaction: "int_a"}
	for _, n := range viewtest.Nodes(t, viewtest.Shown(t, signInPage{stepFrame: step, Login: `alice"@example.com`}).Body.Bytes()) {
		switch viewtest.Attr(n, "id") {
		case "email":
			if viewtest.Attr(n, "value") != `alice"@example.com` || viewtest.Attr(n, "autocomplete") != "username" || viewtest.Attr(n, "aria-invalid") != "true" || !viewtest.Has(n, "autofocus") {
				t.Errorf("email: %v", n.Attr)
			}
		case "password":
			if viewtest.Attr(n, "value") != "" || viewtest.Attr(n, "autocomplete") != "current-password" || viewtest.Attr(n, "aria-describedby") != "alert" {
				t.Errorf("password: %v", n.Attr)
			}
		case "alert":
			if viewtest.Attr(n, "role") != "alert" || viewtest.Text(n) != "Wrong." {
				t.Errorf("alert: %v %q", n.Attr, viewtest.Text(n))
			}
		case "title":
			if !strings.HasPrefix(viewtest.Text(n), "Error: ") {
				t.Errorf("title %q", viewtest.Text(n))
			}
		}
	}
}

func TestRedirectHostIsWhatThePersonCanKnow(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"https://app.example.com/cb": "app.example.com", "http://127.0.0.1:4000/cb": "127.0.0.1:4000",
		"com.example.app:/cb": "com.example.app", "": "", "https://trusted.example@evil.example/": "evil.example",
	} {
		if got := redirectHost(uri); got != want {
			t.Errorf("redirectHost(%q) = %q, want %q", uri, got, want)
		}
	}
}
