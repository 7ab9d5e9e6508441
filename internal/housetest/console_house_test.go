package housetest

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/keys"
)

// keyNow is the key of ES256 in a state.
func keyNow(t *testing.T, g *gatetest.Gate, state keys.State) string {
	t.Helper()
	all, err := g.House.Keys.List(t.Context(), false)
	must(t, err)
	for _, k := range all {
		if k.Algorithm == keys.ES256 && k.State == state {
			return k.ID
		}
	}
	return ""
}

// A key is announced, takes over at once, and one that a stranger knows is ended: each form does a
// thing once, however often it is sent.
func TestKeysAreRotatedAndRevokedInTheConsole(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	first := keyNow(t, g, keys.Signing)
	b.Get("/console/keys").Is(http.StatusOK).Says(first).Says("rotate-ES256").Says("gatehouse keys list")

	form := b.Get("/console/keys/rotate/ES256").Is(http.StatusOK).Says("gatehouse keys rotate --alg ES256")
	form.Submit("how", "announce").Is(http.StatusOK).At("/console/keys").Says("The next key is announced.")
	next := keyNow(t, g, keys.Announced)
	form.Submit("how", "announce").Is(http.StatusConflict)
	if now := keyNow(t, g, keys.Announced); next == "" || now != next || keyNow(t, g, keys.Signing) != first {
		t.Errorf("%q is announced, then %q", next, now)
	}

	form = b.Get("/console/keys/rotate/ES256").Is(http.StatusOK).Says("is announced already")
	form.Submit("how", "immediate").Is(http.StatusOK).At("/console/keys").Says("The next key signs.")
	form.Submit("how", "immediate").Is(http.StatusConflict)
	if now := keyNow(t, g, keys.Signing); now != next || keyNow(t, g, keys.Announced) != "" {
		t.Errorf("%q signs, and not %q", now, next)
	}
	b.Get("/console/keys/rotate/HS256").Is(http.StatusNotFound)

	ask := b.Get("/console/keys/revoke/" + next).Is(http.StatusOK).Says("gatehouse keys revoke").Says("A new key signs from now on.")
	ask.Submit("confirm", "another").Is(http.StatusUnprocessableEntity).Says("This is not the key.")
	if now := keyNow(t, g, keys.Signing); now != next {
		t.Fatal("a key is revoked without its name")
	}
	ask.Submit("confirm", next).Is(http.StatusOK).At("/console/keys").Says("The key is revoked")
	ask.Submit("confirm", next).Is(http.StatusNotFound)
	if now := keyNow(t, g, keys.Signing); now == next || now == "" {
		t.Errorf("%q signs", now)
	}
	b.Get("/console/keys?all=yes").Is(http.StatusOK).Says(next)
	b.Get("/console/keys/revoke/none").Is(http.StatusNotFound)
}

// checked presses the button of a form that says what it would come to.
func checked(b *gatetest.Browser, page *gatetest.Page, id string, fields ...string) *gatetest.Page {
	for _, f := range page.Forms() {
		if f.Values.Has("key") && strings.HasSuffix(f.Action, id) {
			for i := 0; i < len(fields); i += 2 {
				f.Values.Set(fields[i], fields[i+1])
			}
			f.Values.Set("do", "check")
			return b.Post(f.Action, f.Values)
		}
	}
	return page
}

// A setting is changed, refused where it is no value, not overwritten where somebody else changed
// it, and goes back to its default; what the configuration sets is locked and says by what.
func TestSettingsAreChangedInTheConsole(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t, func(c *config.Config) { c.Brand.Accent = "#3156b8" })
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	list := b.Get("/console/settings").Is(http.StatusOK).Says("gatehouse setting list")
	for _, key := range config.Changeable() {
		list.Says("/console/settings/" + key)
		page := b.Get("/console/settings/" + key).Is(http.StatusOK)
		if strings.Contains(page.Body, "<h1>"+key) {
			t.Errorf("%s has no words", key)
		}
	}
	idle := func() time.Duration { return g.House.Now().Session.Idle }
	page := "/console/settings/session.idle"
	form := b.Get(page).Is(http.StatusOK).Says("gatehouse setting set session.idle")
	form.Submit("value", "a while").Is(http.StatusUnprocessableEntity).Says("value-problem")
	form.Submit("value", "90d").Is(http.StatusUnprocessableEntity) // longer than session.absolute
	form.Submit("value", "12h").Is(http.StatusOK).At("/console/settings").Says("It is changed.")
	if idle() != 12*time.Hour {
		t.Errorf("session.idle is %s", idle())
	}
	form.Submit("value", "6h").Is(http.StatusPreconditionFailed)
	if idle() != 12*time.Hour {
		t.Errorf("what somebody else changed is overwritten: %s", idle())
	}
	stale := b.Get(page + "/unset").Is(http.StatusOK)
	b.Get(page).Submit("value", "11h").Is(http.StatusOK)
	stale.Press("", "submit").Is(http.StatusPreconditionFailed)
	if idle() != 11*time.Hour {
		t.Errorf("what somebody else changed is unset: %s", idle())
	}
	ask := b.Get(page + "/unset").Is(http.StatusOK).Says("gatehouse setting unset session.idle").Says("7d")
	ask.Press("", "submit").Is(http.StatusOK).At("/console/settings").Says("The default counts again.")
	if idle() != 7*24*time.Hour {
		t.Errorf("session.idle is %s", idle())
	}
	b.Get("/console/settings/brand.accent").Is(http.StatusOK).Says("It is set by")
	b.Get("/console/settings/store.url").Is(http.StatusNotFound)
	b.Get("/console/settings/none").Is(http.StatusNotFound)

	look := b.Get("/console/settings/brand").Is(http.StatusOK).Says("preview")
	checked(b, look, "brand", "name", "Acme").Is(http.StatusOK).Says(">Acme<")
	if g.House.Now().Brand.Name == "Acme" {
		t.Error("a preview changes the name")
	}
	look.Submit("name", "Ac:me").Is(http.StatusUnprocessableEntity).Says("name-problem")
	look.Submit("name", "Acme").Is(http.StatusOK).Says("It is changed.")
	if got := g.House.Now().Brand.Name; got != "Acme" {
		t.Errorf("the house is called %q", got)
	}
	b.Get("/console/settings/brand").Submit("name", "").Is(http.StatusOK)
	if got := g.House.Now().Brand.Name; got != "Gatehouse" {
		t.Errorf("the house is called %q", got)
	}
}

// longWord is what may be secret in a row of the database, or an id; ofOurs are names of actions
// and the like.
var (
	longWord = regexp.MustCompile(`[A-Za-z0-9+/_.=-]{16,}`)
	ofOurs   = regexp.MustCompile(`^[a-z._:-]+$`)
)

// What is handed to who helps has no secret of the configuration, the database or the keys in it,
// and nobody's name or address.
func TestTheSupportBundleHasNoSecret(t *testing.T) {
	t.Parallel()
	const canary = "canary-of-a-person"
	g := gatetest.New(t, func(c *config.Config) {
		c.SignIn.HelpText, c.SignIn.HelpURL, c.Bootstrap.Email = "Ask "+canary+".", "mailto:"+canary+"@example.test", canary+"@example.test"
	})
	ada := g.Person("ada", gatetest.TOTP, gatetest.Administrator)
	app := g.App("shop")
	_ = app.Tokens(g.Browser(), g.Person("bob"))
	g.Browser().Get("/signin?return_to=/account").Submit("email", canary+"@example.test", "password", canary)
	b := atConsole(t, g, ada)
	b.Get("/console/health").Is(http.StatusOK).Says("gatehouse doctor").Says("SQLite").Says("bundle")
	b.Get("/console/health/configuration?set=yes").Is(http.StatusOK)
	page := b.Get("/console/health/bundle").Is(http.StatusOK)
	if got := page.Header.Get("Content-Disposition"); !strings.HasPrefix(got, `attachment; filename="gatehouse-support-`) {
		t.Errorf("it is sent as %q", got)
	}
	var sent struct {
		Health   map[string]any
		Settings []map[string]any
		Days     []any `json:"statistics"`
		Keys     []any `json:"signing_keys"`
	}
	must(t, json.Unmarshal([]byte(page.Body), &sent))
	if len(sent.Settings) < 50 || len(sent.Keys) == 0 || sent.Health["status"] == nil {
		t.Errorf("%d settings, %d keys, health %v", len(sent.Settings), len(sent.Keys), sent.Health)
	}
	secrets := []string{canary, ada.Email, ada.Password, g.House.ConsoleSecret()}
	for _, row := range rowsOf(t, underneath(t, g)) {
		for _, word := range longWord.FindAllString(row, -1) {
			if !ofOurs.MatchString(word) && !strings.Contains(gatetest.Issuer, word) {
				secrets = append(secrets, word)
			}
		}
	}
	if len(secrets) < 50 {
		t.Fatalf("%d secrets are looked for", len(secrets))
	}
	for _, one := range secrets {
		if strings.Contains(page.Body, one) {
			t.Errorf("the bundle has %q", one[:min(len(one), 12)]+"…")
		}
	}
}

// The overview tells what fails, what happened last and goes on from there, and the first steps until
// somebody hides them.
func TestTheOverviewTellsWhatHappensAndWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	ada := g.Person("ada", gatetest.TOTP, gatetest.Administrator)
	bob := g.Person("bob", gatetest.Administrator)
	b := atConsole(t, g, ada)
	g.Browser().Get("/signin?return_to=/account").Submit("email", bob.Email, "password", "a wrong one")
	counted(t, g)
	page := b.Get("/console").Is(http.StatusOK).Says("First steps").Says(bob.Email + " administers and has no second step.").Says("Accounts that fail most").Says("signin.refuse")
	live := regexp.MustCompile(`data-live="([^"]+)"`).FindStringSubmatch(page.Body)
	if live == nil {
		t.Fatalf("nothing asks for new events:\n%s", page.Body)
	}
	if !strings.HasPrefix(live[1], "/console/audit/tail?after=evt_") {
		t.Errorf("new events are asked for at %s", live[1])
	}
	b.Get("/console").Press("", "hide-steps").Is(http.StatusOK).At("/console")
	if page := b.Get("/console").Is(http.StatusOK); strings.Contains(page.Body, "First steps") {
		t.Error("hidden steps are shown")
	}
}

// Who may see the state of the house and nothing else takes along no settings, figures or keys.
func TestTheSupportBundleHasWhatItsVisitorMaySee(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	parts := map[string]string{"settings": "settings:read", "statistics": "statistics:read", "signing_keys": "keys:read"}
	for _, has := range []string{"", "settings", "statistics", "signing_keys"} {
		name := "sees-" + strings.ReplaceAll(has, "_", "-")
		p := s.Person(name, gatetest.TOTP)
		s.role(p, name, func(one string) bool { return one == "health:read" || has != "" && one == parts[has] })
		page := atConsole(t, s.Gate, p).Get("/console/health/bundle").Is(http.StatusOK)
		var sent map[string]any
		must(t, json.Unmarshal([]byte(page.Body), &sent))
		for part := range parts {
			if is := sent[part] != nil; is != (part == has) {
				t.Errorf("who may see %q besides health takes along %s: %t", has, part, is)
			}
		}
		if sent["health"] == nil {
			t.Errorf("who may see %q besides health takes along none", has)
		}
	}
}
