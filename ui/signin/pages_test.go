package signin

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words/wordstest"
	"gatehouse/web"
)

var english = wordstest.English()

// samples is every page of a sign-in, in the states that draw differently.
func samples(t *testing.T) map[string]view.Page {
	t.Helper()
	fresh := stepFrame{Form: viewtest.Form(), Interaction: viewtest.Interaction, App: "Grafana", Travels: true}
	bad, known, knownBad := fresh, fresh, fresh
	bad.Form, knownBad.Form = viewtest.Wrong(), viewtest.Wrong()
	known.Logo = viewtest.Icon
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
	enrolOwn := enrol
	enrolOwn.Back = "/account/security"
	stepUp := known
	stepUp.Back = "/account/security"
	dangerous := known
	dangerous.Within, dangerous.For = 10*time.Minute, "deleteUser"
	return map[string]view.Page{
		"enrol, own":         enrolOwn,
		"sign in, step-up":   signInPage{stepFrame: stepUp},
		"sign in, dangerous": signInPage{stepFrame: dangerous},
		"factor, dangerous":  factorPage{stepFrame: dangerous},
		"factor, step-up":    factorPage{stepFrame: stepUp},
		"recovery, step-up":  recoveryPage{stepFrame: stepUp},
		"sign in":            signInPage{stepFrame: fresh},
		"sign in, own":       signInPage{stepFrame: stepFrame{Form: viewtest.Form(), Interaction: viewtest.Interaction}},
		"sign in, wrong":     signInPage{stepFrame: bad, Login: "alice@example.com"},
		"sign in, again":     signInPage{stepFrame: known},
		"help":               helpPage{stepFrame: stepFrame{Interaction: viewtest.Interaction}},
		"help, own":          helpPage{Help: Help{Text: "Call 4711.", URL: "https://help.example.com"}},
		"select, taken":      selectPage{stepFrame: taken},
		"select":             selectPage{stepFrame: known},
		"factor":             factorPage{stepFrame: known},
		"factor, wrong":      factorPage{stepFrame: knownBad},
		"recovery":           recoveryPage{stepFrame: known},
		"recovery, wrong":    recoveryPage{stepFrame: knownBad},
		"enrol":              enrol,
		"enrol, wrong":       enrolBad,
		"codes":              codesPage{codes: []string{"one-code", "another-code"}, next: "/account"},
		"finished":           finishedPage{App: "Grafana", Email: "alice@example.com", Next: "https://grafana.example.com/"},
		"few codes":          fewCodesPage{Left: 1, Next: "/account"},
		"few codes, none":    fewCodesPage{Next: "/account"},
		"few codes, two":     fewCodesPage{Left: 2, Next: "/account"},
		"sign in, own again": signInPage{stepFrame: stepFrame{Form: viewtest.Form(), Interaction: viewtest.Interaction, Email: "alice@example.com"}},
		"barred":             barredPage{stepFrame: known, Missing: []flow.Membership{{ID: "support"}, {Group: true, ID: "desk"}}},
		"barred, help":       barredPage{stepFrame: knownBad, Help: Help{Text: "Call 4711.", URL: "https://help.example.com"}, Missing: []flow.Membership{{ID: "support"}}},
		"locked":             lockedPage{stepFrame: known, Home: "https://grafana.example.com/"},
		"locked, help":       lockedPage{stepFrame: stepFrame{Form: viewtest.Form(), Interaction: viewtest.Interaction, Email: "alice@example.com"}, Help: Help{Text: "Call 4711.", URL: "https://help.example.com"}},
		"consent, private":   consentPage{stepFrame: known, Scopes: []string{"profile", "address", "phone"}},
		"consent, access":    consentPage{stepFrame: known, Scopes: []string{"openid", "https://api.example.com/auth/" + strings.Repeat("long", 30)}},
		"consent":            consentPage{stepFrame: known, Scopes: []string{"openid", "email", "orders:read", "offline_access"}, Host: "grafana.example.com", Told: true},
	}
}

func TestSignInPagesAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples(t))
}

func TestSignInFormsMayTravelWithTheApplication(t *testing.T) {
	t.Parallel()
	viewtest.FormActions(t, samples(t), map[string]string{
		"sign in": "", "sign in, wrong": "", "select": "", "factor": "", "recovery": "", "enrol": "", "barred": "", "consent": "", "sign in, own": "'self'",
	})
}

// Who must sign in or enrol finds no way round it; who came by themselves may leave,
// to a page of ours and nowhere else.
func TestOnlyWhoCameByThemselvesMayCancel(t *testing.T) {
	t.Parallel()
	fresh := time.Minute
	for _, c := range []struct {
		ask  flow.Ask
		want string
	}{
		{flow.Ask{ReturnTo: "/account/security?done=enrol", MaxAge: &fresh}, "/account/security"},
		{flow.Ask{ReturnTo: "/account/security/remove", MaxAge: &fresh}, "/account/security"},
		{flow.Ask{ReturnTo: "/account/security/recovery", MaxAge: &fresh}, "/account/security"},
		{flow.Ask{ReturnTo: "/account/security/recovery"}, ""},
		{flow.Ask{ReturnTo: "/account/security"}, ""},
		{flow.Ask{ReturnTo: "/account/securityx", MaxAge: &fresh}, ""},
		{flow.Ask{ReturnTo: "https://evil.example/account/security/", MaxAge: &fresh}, ""},
		{flow.Ask{Client: "web", MaxAge: &fresh}, ""},
		{flow.Ask{ReturnTo: "/account"}, ""},
		{flow.Ask{Client: "web", ReturnTo: "/account/security"}, ""},
		{flow.Ask{}, ""},
	} {
		if got := backOf(c.ask); got != c.want {
			t.Errorf("%+v may leave to %q, want %q", c.ask, got, c.want)
		}
	}
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

// byID returns the elements of the page by their ids.
func byID(t *testing.T, p view.Page) map[string]*html.Node {
	t.Helper()
	all := map[string]*html.Node{}
	for _, n := range viewtest.Nodes(t, viewtest.Shown(t, p).Body.Bytes()) {
		if id := viewtest.Attr(n, "id"); id != "" {
			all[id] = n
		}
	}
	return all
}

// The name is right most often, and the password must be typed again: so that is
// where the cursor and the sentence are.
func TestWrongPasswordIsSaidAtThePasswordAndNowhereElse(t *testing.T) {
	t.Parallel()
	p := signInPage{stepFrame: stepFrame{Form: viewtest.Wrong(), Interaction: "int_a"}, Login: `alice"@example.com`}
	page := byID(t, p)
	email, password := page["email"], page["password"]
	if viewtest.Attr(email, "value") != p.Login || viewtest.Attr(email, "autocomplete") != "username" {
		t.Errorf("email: %v", email.Attr)
	}
	for _, name := range []string{"aria-invalid", "aria-describedby", "autofocus"} {
		if viewtest.Has(email, name) {
			t.Errorf("the email has %s", name)
		}
	}
	if viewtest.Attr(password, "value") != "" || viewtest.Attr(password, "aria-invalid") != "true" || viewtest.Attr(password, "aria-describedby") != "password-problem" || !viewtest.Has(password, "autofocus") {
		t.Errorf("password: %v", password.Attr)
	}
	if page["alert"] != nil || viewtest.Text(page["password-problem"]) != "Email or password is wrong." {
		t.Errorf("said above the form: %v, at the password: %q", page["alert"], viewtest.Text(page["password-problem"]))
	}
	if got := string(p.Head(&english).Title); !strings.HasPrefix(got, "Error: ") {
		t.Errorf("title %q", got)
	}
}

// A mistake is said once, and once only: at its input where it has one, else above
// the form.
func TestEveryMistakeIsSaidOnce(t *testing.T) {
	t.Parallel()
	later := view.Form{Token: viewtest.FormToken, Wrong: &fault.Error{Kind: fault.TooMany, Code: "signin.throttled", RetryAfter: time.Minute}}
	for name, pages := range map[string]func(view.Form) view.Page{
		"sign in": func(f view.Form) view.Page {
			return signInPage{stepFrame: stepFrame{Form: f, Interaction: "int_a"}, Login: "a@b.test"}
		},
		"factor":   func(f view.Form) view.Page { return factorPage{stepFrame{Form: f, Interaction: "int_a"}} },
		"recovery": func(f view.Form) view.Page { return recoveryPage{stepFrame{Form: f, Interaction: "int_a"}} },
		"enrol": func(f view.Form) view.Page {
			return enrolPage{stepFrame: stepFrame{Form: f, Interaction: "int_a"}, Secret: "ABCD"}
		},
	} {
		for what, tt := range map[string]struct {
			form   view.Form
			atForm bool
		}{"wrong": {viewtest.Wrong(), false}, "later": {later, true}} {
			alerts, problems, focused := 0, 0, 0
			for _, n := range viewtest.Nodes(t, viewtest.Shown(t, pages(tt.form)).Body.Bytes()) {
				if viewtest.Attr(n, "role") == "alert" {
					alerts++
				}
				if viewtest.Attr(n, "class") == "problem" {
					problems++
				}
				if viewtest.Has(n, "autofocus") {
					focused++
				}
			}
			if alerts+problems != 1 || (alerts == 1) != tt.atForm || focused > 1 || focused == 0 && !tt.atForm {
				t.Errorf("%s, %s: %d above the form, %d at inputs, focus at %d", name, what, alerts, problems, focused)
			}
		}
	}
}

// The button stands behind the input, so that the way from the password leads to
// it and not past it.
func TestTheButtonThatShowsThePasswordComesAfterIt(t *testing.T) {
	t.Parallel()
	var order []string
	for _, n := range viewtest.Nodes(t, viewtest.Shown(t, signInPage{stepFrame: stepFrame{Form: viewtest.Form(), Interaction: "int_a", App: "A"}}).Body.Bytes()) {
		switch {
		case n.Data == "input" && viewtest.Attr(n, "type") != "hidden", n.Data == "a":
			order = append(order, viewtest.Attr(n, "id"))
		case n.Data == "button":
			order = append(order, viewtest.Text(n))
		}
	}
	if diff := cmp.Diff([]string{"", "email", "password", "Show", "Sign in", "forgot", "Deutsch"}, order); diff != "" {
		t.Error(diff)
	}
}

// Loading the answer again, or coming back to it, shows the sign-in that it is about.
func TestTheAddressKeepsTheSignIn(t *testing.T) {
	t.Parallel()
	for name, p := range samples(t) {
		for _, n := range viewtest.Nodes(t, viewtest.Shown(t, p).Body.Bytes()) {
			if n.Data == "form" && viewtest.Attr(n, "action") != "/language" && !strings.HasSuffix(viewtest.Attr(n, "action"), "?i="+viewtest.Interaction) {
				t.Errorf("%s posts to %q", name, viewtest.Attr(n, "action"))
			}
		}
	}
}

// A browser may carry more than proxies take in an address.
func TestASignInThatIsTooLongForAnAddressIsInItsForms(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", web.MaxLocation)
	page := byID(t, signInPage{stepFrame: stepFrame{Form: viewtest.Form(), Interaction: long}})
	if got := viewtest.Attr(page["signin"], "action"); got != "/signin" {
		t.Errorf("the form is posted to %.80q", got)
	}
}

// The sealed text is what the browser brings, and never a way to another site.
func TestHelpLeadsBackToTheSignInOnly(t *testing.T) {
	t.Parallel()
	for _, i := range []string{"sealed-Text_1", "//evil.example/", "javascript:alert(1)", `"><script>`} {
		back := byID(t, helpPage{stepFrame: stepFrame{Interaction: i}})["back"]
		if got := viewtest.Attr(back, "href"); got != "/signin?i="+url.QueryEscape(i) {
			t.Errorf("%q leads to %q", i, got)
		}
	}
}

func TestWhoForgotThePasswordIsToldWhomToAsk(t *testing.T) {
	t.Parallel()
	page := byID(t, helpPage{stepFrame: stepFrame{Interaction: "int_a"}})
	if page["get-help"] != nil || viewtest.Attr(page["back"], "href") != "/signin?i=int_a" {
		t.Errorf("without settings: %v, %v", page["get-help"], page["back"].Attr)
	}
	p := helpPage{Help: Help{Text: "Call 4711.\n<b>Ask for Ada.</b>", URL: "mailto:help@example.com"}}
	page = byID(t, p)
	if viewtest.Attr(page["get-help"], "href") != "mailto:help@example.com" || page["back"] != nil || viewtest.Attr(page["home"], "href") != "/" {
		t.Errorf("with settings: %v, %v", page["get-help"].Attr, page["back"].Attr)
	}
	body := viewtest.Shown(t, p).Body.String()
	if !strings.Contains(body, "&lt;b&gt;Ask for Ada.") || strings.Contains(body, english.Help.Ask) {
		t.Errorf("the text is not what is said:\n%s", body)
	}
}

// A name of an application's own is shown as it is, not as if it were a word.
func TestConsentSaysWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		scopes         []string
		heading, allow string
	}{
		{[]string{"openid", "email", "offline_access"}, "Sign in to Grafana", "Continue"},
		{[]string{"openid", "orders:read"}, "Grafana wants to use your account", "Allow"},
	} {
		p := consentPage{stepFrame: stepFrame{Form: viewtest.Form(), Interaction: "int_a", App: "Grafana"}, Scopes: tt.scopes}
		said := map[string]string{}
		for _, n := range viewtest.Nodes(t, viewtest.Shown(t, p).Body.Bytes()) {
			for _, name := range []string{n.Data, viewtest.Attr(n, "id"), viewtest.Attr(n, "data-scope")} {
				said[name] = viewtest.Text(n)
			}
		}
		if said["h1"] != tt.heading || said["allow"] != tt.allow {
			t.Errorf("%q: %q, %q", tt.scopes, said["h1"], said["allow"])
		}
		if slices.Contains(tt.scopes, "orders:read") && (said["orders:read"] != "Use orders:read" || said["code"] != "orders:read") {
			t.Errorf("said %q, marked as code %q", said["orders:read"], said["code"])
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
