package housetest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/ui/console/guard"
)

func TestAnAdministratorSignsInAtTheConsoleAndDisablesSomebody(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	ada, bob := g.Person("ada", gatetest.TOTP, gatetest.Administrator), g.Person("bob", gatetest.NoPassword)
	b := g.Browser()
	enterConsole(t, b, ada, "/console/users?search=bob").Is(http.StatusOK).At("/console/users").Says(bob.Email)
	if page := b.Get("/console/users?search=nobody"); strings.Contains(page.Body, bob.Email) {
		t.Error("a search for nobody finds somebody")
	}
	user := "/console/users/" + string(bob.ID)
	b.Get(user).Is(http.StatusOK).Says(bob.Email).Says(user + "/disable")
	b.Get(user+"/disable").Says("gatehouse user disable").Press("", "submit").Is(http.StatusOK).At(user).Says("They are disabled.").Says(user + "/enable")
	b.Get("/console/users?state=disabled").Says(bob.Email)
	b.Get(user+"/enable").Press("", "submit").At(user).Says("They are enabled.")
	b.Get("/console").Is(http.StatusOK).Press("", "signout")
	enter := b.Get("/console/users")
	enter.At("/signin")
}

// A cookie that a link of another site does not bring along is asked for again from a page
// of ours, and no sign-in begins.
func TestALinkOfAnotherSiteIsFollowedThroughAPageOfOurs(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	r, err := http.NewRequest(http.MethodGet, gatetest.Issuer+"/console/users?search=a", http.NoBody)
	must(t, err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := g.RoundTrip(r)
	must(t, err)
	resp.Body.Close()
	if got := resp.Header.Get("Refresh"); resp.StatusCode != http.StatusOK || got != "0; url=/console/users?search=a" {
		t.Errorf("status %d, refresh %q", resp.StatusCode, got)
	}
}

func TestTheCookieOfTheConsoleIsStrictAndForOneHost(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	ada := g.Person("ada", gatetest.TOTP, gatetest.Administrator)
	set := ""
	g.Watch = func(s gatetest.Seen) {
		for _, one := range s.Header.Values("Set-Cookie") {
			if strings.Contains(one, "gatehouse_console") {
				set = one
			}
		}
	}
	atConsole(t, g, ada)
	for _, want := range []string{"__Host-gatehouse_console=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"} {
		if !strings.Contains(set, want) {
			t.Errorf("the cookie %q lacks %q", set[:min(30, len(set))], want)
		}
	}
}

// Sign-ins at the console that were begun elsewhere, too long ago, or changed on their way
// bring nobody in.
func TestAForeignSignInBringsNobodyIntoTheConsole(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	ada := g.Person("ada", gatetest.TOTP, gatetest.Administrator)
	state := ""
	g.Watch = func(s gatetest.Seen) {
		if at, err := url.Parse(s.Header.Get("Location")); err == nil && at.Query().Get("state") != "" {
			state = at.Query().Get("state")
		}
	}
	mallory := g.Browser()
	mallory.Get("/console").At("/signin")
	theirs := state
	b := atConsole(t, g, ada)
	b.Get("/console/signin")
	own := state
	for name, query := range map[string]url.Values{
		"no state":         {"code": {"x"}, "iss": {gatetest.Issuer}},
		"another's state":  {"code": {"x"}, "iss": {gatetest.Issuer}, "state": {theirs}},
		"a changed state":  {"code": {"x"}, "iss": {gatetest.Issuer}, "state": {"A" + own}},
		"another issuer":   {"code": {"x"}, "iss": {"https://other.example"}, "state": {own}},
		"a code of nobody": {"code": {"x"}, "iss": {gatetest.Issuer}, "state": {own}},
	} {
		page := b.Get("/console/callback?" + query.Encode())
		if page.Status != http.StatusBadRequest || strings.Contains(strings.Join(page.Header.Values("Set-Cookie"), " "), "console") {
			t.Errorf("%s: status %d, cookies %q", name, page.Status, page.Header.Values("Set-Cookie"))
		}
	}
}

// What is asked after is a path of the console, whatever an address says.
func TestASignInAtTheConsoleLeadsBackToTheConsoleAlone(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	for asked, want := range map[string]string{
		"/console/users?state=active": "/console/users?state=active", "https://evil.example/console": "/console", "//evil.example/console": "/console",
		"/console/../account": "/console", "/console/%2e%2e/account": "/console", "/console/.%2E/account": "/console", "/console/users/..": "/console",
		"/console/./users": "/console", "/console/users?q=../x": "/console/users?q=../x", "/console/..users": "/console/..users", "/consoleevil": "/console", "/console\\evil": "/console", "/console/signout": "/console",
		"": "/console", "/console/" + strings.Repeat("x", 2000): "/console", "/console\r\nSet-Cookie: x=y": "/console",
	} {
		if got := b.Get("/console/signin?return_to=" + url.QueryEscape(asked)).Header.Get("Refresh"); got != "0; url="+want {
			t.Errorf("%q goes on by %q, want %q", asked, got, want)
		}
	}
}

func TestWhoMayDoNothingAtTheConsoleIsToldWhichPermissionItTakes(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	bob := g.Person("bob")
	b := g.Browser()
	enterConsole(t, b, bob, "/console").Is(http.StatusForbidden).Says("gatehouse/statistics:read").Says(`href="/account"`)
	page := b.Get("/console/users").Is(http.StatusForbidden).Says("gatehouse/users:read")
	if strings.Contains(page.Body, `href="/console/users"`) {
		t.Error("the navigation offers what the person may not see")
	}
}

// Whoever leaves their browser open for a while proves who they are before they do what is
// dangerous; a form that comes without it does nothing, and says so.
func TestWhatIsDangerousTakesAFreshProofAtTheConsole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t)
		ada, bob := g.Person("ada", gatetest.TOTP, gatetest.Administrator), g.Person("bob", gatetest.NoPassword)
		b := atConsole(t, g, ada)
		ask := "/console/users/" + string(bob.ID) + "/delete"
		form := b.Get(ask).Is(http.StatusOK)

		time.Sleep(11 * time.Minute)
		form.Submit("confirm", bob.Email).Is(http.StatusUnauthorized).Says("Nothing was changed.").Says("max_age=600").
			Says("Deleting a person takes a sign-in from the last 10 minutes.").Says("not asked again for 10 minutes")
		b.Get("/console/users/" + string(bob.ID)).Is(http.StatusOK).Says(bob.Email)
		b.Get(ask).At("/signin").Says("Deleting a person takes a sign-in from the last 10 minutes.").Says("not asked again for 10 minutes")

		enterConsole(t, b, ada, ask).Is(http.StatusOK).At(ask).Submit("confirm", "somebody else").Is(http.StatusUnprocessableEntity).Says("confirm-problem")
		b.Get(ask).Submit("confirm", bob.Email).Is(http.StatusOK).At("/console/users").Says("The person is deleted.")
	})
}

// What is ended at the issuer is ended at the console at once, and so is what is locked.
func TestWhatIsEndedIsEndedAtTheConsole(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	for name, end := range map[string]func(p *gatetest.Person) error{
		"disabled": func(p *gatetest.Person) error { return g.House.Identity.Disable(t.Context(), gatetest.Console, p.ID) },
		"signed out": func(p *gatetest.Person) error {
			_, err := g.House.Sessions.EndAll(t.Context(), gatetest.Console, p.ID, "", "test")
			return err
		},
	} {
		g.Person("keeper-"+strings.ReplaceAll(name, " ", "-"), gatetest.Administrator)
		p := g.Person("ada-"+strings.ReplaceAll(name, " ", "-"), gatetest.TOTP, gatetest.Administrator)
		b := atConsole(t, g, p)
		b.Get("/console/users").Is(http.StatusOK).At("/console/users")
		must(t, end(p))
		g.Settle()
		if page := b.Get("/console/users"); page.URL.Path != "/signin" {
			t.Errorf("%s: the console answers with %d at %s", name, page.Status, page.URL.Path)
		}
	}
}

func TestAFormThatIsSentTwiceMakesOnePerson(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	form := b.Get("/console/users/new").Is(http.StatusOK)
	first := form.Submit("email", "carol@example.test", "name", "Carol").Is(http.StatusOK).Says(`/password-link" id="next-step">`)
	if again := form.Submit("email", "carol@example.test", "name", "Carol").Is(http.StatusOK); again.URL.Path != first.URL.Path {
		t.Errorf("twice sent, the form leads to %s and %s", first.URL, again.URL)
	}
	if other := form.Submit("email", "dora@example.test", "name", "Dora").Is(http.StatusOK).Says("The person is created."); other.URL.Path == first.URL.Path { // after a step back
		t.Errorf("sent with somebody else, the form leads to %s again", other.URL)
	}
	b.Get("/console/users/new").Submit("email", "carol@example.test", "name", "Carol").Is(http.StatusConflict).Says("email-problem")
	b.Get("/console/users/new").Submit("email", "not an address", "name", "Carol").Is(http.StatusUnprocessableEntity).Says("email-problem")
}

// The console's client is made when it is needed, made again when it was deleted, and stays
// closed when an operator closed it.
func TestTheConsoleIsAClientThatCannotBeLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t)
		ada := g.Person("ada", gatetest.TOTP, gatetest.Administrator)
		atConsole(t, g, ada)
		must(t, g.House.OAuth.DeleteClient(t.Context(), gatetest.Console, "gatehouse-console"))
		g.Settle()
		time.Sleep(time.Minute) // a code of the second step is good once
		atConsole(t, g, ada)

		_, _, err := g.House.OAuth.RotateSecret(t.Context(), gatetest.Console, "gatehouse-console")
		must(t, err)
		g.Settle()
		_, _, err = g.House.OAuth.RotateSecret(t.Context(), gatetest.Console, "gatehouse-console")
		must(t, err)
		g.Settle()
		time.Sleep(time.Minute)
		atConsole(t, g, ada)

		c, err := g.House.OAuth.Client(t.Context(), "gatehouse-console")
		must(t, err)
		c.Disabled = true
		_, err = g.House.OAuth.UpdateClient(t.Context(), gatetest.Console, c)
		must(t, err)
		g.Settle()
		if page := g.Browser().Get("/console"); page.URL.Path == "/signin" {
			t.Error("a console that was closed lets people sign in")
		}
	})
}

// A search finds things of the kinds that the person may list, and of each no more than fit
// below the search field; the overview has the parts that they may see.
func TestTheSearchAndTheOverviewShowWhatThePersonMaySee(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	some, clerk := s.Person("some-0", gatetest.NoPassword), s.Person("clerk", gatetest.TOTP)
	for i := range guard.MaxFound + 3 {
		s.Person("some-"+strconv.Itoa(i+1), gatetest.NoPassword)
	}
	s.role(clerk, "some-role", func(one string) bool { return one == "roles:read" || one == "grants:read" })
	b := atConsole(t, s.Gate, clerk)
	found := b.Get("/console/search?q=some").Is(http.StatusOK).Says("some-role")
	if strings.Contains(found.Body, some.Email) {
		t.Error("who may not list people finds them")
	}
	if page := b.Get("/console").Is(http.StatusOK).Says("ending-head"); strings.Contains(page.Body, `id="attention"`) || strings.Contains(page.Body, `class="tiles"`) {
		t.Error("the overview shows what the person may not see")
	}
	b.Get("/console/search?q=" + strings.Repeat("x", 300)).Is(http.StatusOK).Says("Nothing found")

	boss := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	found = boss.Get("/console/search?q=some").Is(http.StatusOK).Says(some.Email).Says("some-role")
	if n := strings.Count(found.Body, `href="/console/users/usr_`); n != guard.MaxFound {
		t.Errorf("%d people are shown, want %d", n, guard.MaxFound)
	}
	boss.Get("/console/search?q=10").Is(http.StatusOK).Says("some-10@") // a later part
	boss.Get("/console?days=30").Is(http.StatusOK).Says("ending-head").Says(`id="attention"`).Says(`class="tiles"`)
}
