package housetest

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

const applications = "/console/applications"

var shownSecret = regexp.MustCompile(`data-testid="secret">([^<]+)<`)

// An application of one's own is connected in three steps, without scripts, and its first
// sign-in is tried out from there.
func TestTheConsoleConnectsAnApplication(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	b.Get(applications).Is(http.StatusOK).Says(applications + "/-/new")
	b.Get(applications + "/-/new").Is(http.StatusOK).Says("kind=web").Says("for=grafana")
	form := b.Get(applications + "/-/new?kind=web").Is(http.StatusOK)

	wrong := form.Submit("client_name", "My shop", "redirect_uris", "https://shop.test/cb\nhttp://shop.test/cb")
	wrong.Is(http.StatusUnprocessableEntity).Says("redirect_uris-problem").Says("Line 2 of “")
	made := form.Submit("client_name", "My shop", "redirect_uris", "https://shop.test/cb").Is(http.StatusCreated).Says("My shop is connected").Says("OIDC_CLIENT_ID")
	secret := shownSecret.FindStringSubmatch(made.Body)
	if secret == nil {
		t.Fatal("no secret is shown")
	}
	if again := form.Submit("client_name", "My shop", "redirect_uris", "https://shop.test/cb").Is(http.StatusConflict); strings.Contains(again.Body, secret[1]) {
		t.Error("a form that is sent twice shows the secret twice")
	}
	all, err := g.House.OAuth.AllClients(t.Context())
	must(t, err)
	var app *oauth.Client
	for i := range all {
		if all[i].Name == "My shop" {
			if app != nil {
				t.Fatal("a form that was sent twice made two applications")
			}
			app = &all[i]
		}
	}
	page := applications + "/" + string(app.ID)
	b.Get(page).Is(http.StatusOK).Says("https://shop.test/cb").Says("Test sign-in")
	b.Get(page + "/connect?for=go-oidc").Is(http.StatusOK).Says("go-oidc").Says(string(app.ID)).Says("https://shop.test/cb")
	if shown := b.Get(page + "/connect?for=go-oidc"); strings.Contains(shown.Body, secret[1]) {
		t.Error("the settings for the other side have the secret")
	}

	g.Settle()
	tried := b.Get(page+"/trial").Press("", "submit")
	for range 3 {
		if strings.HasPrefix(tried.URL.Path, "/consent") {
			tried = tried.Press("", "allow")
		}
	}
	tried.Is(http.StatusOK).At(page + "/trial/answer").Says("The sign-in at My shop works").Says("&#34;aud&#34;")
	b.Get(tried.URL.RequestURI()).Says("The sign-in did not succeed")
	if families, _, err := g.House.OAuth.Families(t.Context(), oauth.FamilyFilter{Client: app.ID}, 10); err != nil || len(families) > 0 {
		t.Errorf("a trial left %d refresh tokens, %v", len(families), err)
	}
	is, err := g.House.OAuth.Client(t.Context(), app.ID)
	must(t, err)
	if len(is.RedirectURIs) != 1 {
		t.Errorf("a trial left the redirect URIs %q", is.RedirectURIs)
	}
}

// The page of a trial takes the answer of nothing but a trial.
func TestNothingButATrialIsAnsweredAtTheConsole(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	app := g.App("shop")
	b := g.Browser()
	asked := url.Values{
		"response_type": {"code"}, "client_id": {string(app.ID)}, "redirect_uri": {gatetest.Issuer + applications + "/" + string(app.ID) + "/trial/answer"},
		"scope": {"openid"}, "state": {"of-my-own"}, "code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"},
	}
	b.Get("/oauth2/authorize?" + asked.Encode()).Is(http.StatusBadRequest).Says("authorize.redirect_uri")
}

// An address that somebody makes up has a page of the console say nothing in their words.
func TestAnAddressMakesNoTrialFail(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	app := g.App("shop")
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	theirs, err := g.House.OAuth.Trials.Begin(app.ID, g.Person("eve", gatetest.NoPassword).ID, []string{"openid"}, time.Now())
	must(t, err)
	for name, state := range map[string]string{"none": "", "made up": "of-my-own", "of another": theirs.Get("state")} {
		asked := url.Values{"error": {"call_us"}, "error_description": {"Your console is locked. Call 0800 555 0100"}, "state": {state}}
		page := b.Get(applications + "/" + string(app.ID) + "/trial/answer?" + asked.Encode())
		if page.Status != http.StatusBadRequest || strings.Contains(page.Body, "0800") || strings.Contains(page.Body, "call_us") {
			t.Errorf("a state that is %s: %d %s", name, page.Status, page.Body)
		}
	}
}

// What an application was refused stands on its page with what differs, is added from there, and
// works then.
func TestARefusedAddressIsAddedFromTheConsole(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	app := g.App("shop")
	uri := app.RedirectURIs[0]
	ask := func(redirect string) *gatetest.Page {
		asked := url.Values{
			"response_type": {"code"}, "client_id": {string(app.ID)}, "redirect_uri": {redirect}, "scope": {"openid"}, "nonce": {"hush-nonce-123"},
			"code_challenge": {strings.Repeat("A", 43)}, "code_challenge_method": {"S256"},
		}
		return g.Browser().Get("/oauth2/authorize?" + asked.Encode())
	}
	ask(uri + "/?secret=hush").Is(http.StatusBadRequest)
	ask(uri + "/").Is(http.StatusBadRequest)
	ask("https://evil.test/cb").Is(http.StatusBadRequest)
	must(t, g.House.OAuth.Notes.Flush(t.Context(), time.Now()))

	page := applications + "/" + string(app.ID)
	shown := b.Get(page).Is(http.StatusOK).Says("a slash at the end differs").Says("https://evil.test/cb").Says("the host differs")
	if strings.Contains(shown.Body, "hush") {
		t.Error("the query of a refused address is shown")
	}
	if evil := b.Get(page + "/address?uri=" + url.QueryEscape("https://evil.test/cb")).Is(http.StatusOK); !strings.Contains(evil.Body, "A stranger can have sent the request") {
		t.Error("nobody is warned of a host of somebody else's")
	}
	form := b.Get(page + "/address?uri=" + url.QueryEscape(uri+"/")).Is(http.StatusOK)
	form.Press("", "submit").Is(http.StatusOK).At(page).Says("The address is added.")
	form.Press("", "submit").Is(http.StatusUnprocessableEntity).Says("comes twice")
	b.Get(page+"/address?uri="+url.QueryEscape("http://evil.test/cb")).Press("", "submit").Is(http.StatusUnprocessableEntity).Says("redirect_uris-problem")
	g.Settle()
	if again := ask(uri + "/"); again.Status != http.StatusOK {
		t.Errorf("the address that was added answers %d", again.Status)
	}
}

// Each button of an application's pages does what it says, and once; what somebody else changed
// meanwhile is shown first.
func TestTheConsoleLooksAfterAnApplication(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	app := g.App("shop")
	page := applications + "/" + string(app.ID)

	stale := b.Get(page + "/settings").Is(http.StatusOK)
	b.Get(page+"/settings").Submit("client_name", "Renamed").Is(http.StatusOK).Says("It is changed.").Says("Renamed")
	stale.Submit("client_name", "Again").Is(http.StatusPreconditionFailed)
	b.Get(page+"/settings/tokens").Submit("access_token_ttl", "7m").Is(http.StatusOK).Says("It is changed.")
	b.Get(page+"/settings/tokens").Submit("access_token_ttl", "soon").Is(http.StatusUnprocessableEntity).Says("access_token_ttl-problem")
	b.Get(page+"/settings/sign-in").Submit("require_acr", "aal2").Is(http.StatusOK).Says("It is changed.")
	b.Get(page+"/settings/told").Submit("roles.claim", "roles", "claims", "plan=const:pro").Is(http.StatusOK).Says("It is changed.")
	settings := b.Get(page + "/settings").Says("--redirect-uri " + app.RedirectURIs[0])
	fills(t, b, settings, page+"/settings", url.Values{"scope": {"openid", "email"}}).Is(http.StatusOK).Says("It is changed.").Says("--scope openid --scope email")
	fills(t, b, settings, page+"/settings", url.Values{"scope": {"openid"}}).Is(http.StatusPreconditionFailed)
	is, err := g.House.OAuth.Client(t.Context(), app.ID)
	must(t, err)
	if !slices.Equal(is.Scopes, []string{"openid", "email"}) {
		t.Errorf("the scopes are %v", is.Scopes)
	}
	if is.Name != "Renamed" || is.AccessTokenTTL != 7*time.Minute || is.RequireLevel.String() != "aal2" || is.Told.Roles.Claim != "roles" || len(is.RedirectURIs) != len(app.RedirectURIs) {
		t.Errorf("the settings are %+v", is)
	}

	secrets := b.Get(page+"/secrets/new").Press("", "submit").Is(http.StatusCreated)
	if shownSecret.FindString(secrets.Body) == "" {
		t.Error("the new secret is not shown")
	}
	is, err = g.House.OAuth.Client(t.Context(), app.ID)
	must(t, err)
	b.Get(page + "/secrets").Is(http.StatusOK).Says("…" + is.Secrets[0].Hint)
	b.Get(page+"/secrets/"+string(is.Secrets[0].ID)+"/end").Press("", "submit").Is(http.StatusOK).Says("The secret is ended.")

	b.Get(page+"/disable").Press("", "submit").Is(http.StatusOK).At(page).Says("It is disabled.")
	b.Get(applications + "?state=disabled").Says("Renamed")
	b.Get(page+"/enable").Press("", "submit").Is(http.StatusOK).At(page).Says("It is enabled.")
	b.Get(page+"/revoke").Press("", "submit").Is(http.StatusOK).At(page).Says("All its tokens are revoked.")
	b.Get(page+"/delete").Submit("confirm", "another").Is(http.StatusUnprocessableEntity).Says("confirm-problem")
	b.Get(page+"/delete").Submit("confirm", "Renamed").Is(http.StatusOK).At(applications).Says("The application is deleted.")
	b.Get(page).Is(http.StatusNotFound)
}

// The preview of a person's tokens says what is in them and why something is not, and is for whoever
// has its permission alone.
func TestTheConsolePreviewsTokens(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada, eve := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Person("eve", gatetest.NoPassword)
	app := s.App("shop")
	b := atConsole(t, s.Gate, ada)
	page := applications + "/" + string(app.ID) + "/preview"
	b.Get(page).Is(http.StatusOK)
	shown := b.Get(page + "?user=" + url.QueryEscape(eve.Email)).Is(http.StatusOK).Says("ID token")
	if text := html.UnescapeString(shown.Body); !strings.Contains(text, `"sub": "`+string(eve.ID)+`"`) || strings.Contains(text, `"jti"`) {
		t.Error("the preview is of somebody else, or has what each token has of its own")
	}
	b.Get(page + "?user=nobody@example.test").Is(http.StatusOK).Says("Nobody has this address or id.")
	// Of several whose addresses begin alike it is of none, unless one has that very address.
	ann := s.Person("ann", gatetest.NoPassword)
	longer, err := s.House.Identity.Create(t.Context(), gatetest.Console, identity.User{Email: ann.Email + ".test"}, "")
	must(t, err)
	asked := func(who string) string {
		return html.UnescapeString(b.Get(page + "?user=" + url.QueryEscape(who)).Is(http.StatusOK).Body)
	}
	if text := asked("ann"); !strings.Contains(text, "Nobody has this address or id.") || strings.Contains(text, `"sub"`) {
		t.Error("of several the preview is of the first")
	}
	if text := asked(ann.Email); !strings.Contains(text, `"sub": "`+string(ann.ID)+`"`) {
		t.Error("the preview is not of the one who has that address")
	}
	if text := asked(longer.Email); !strings.Contains(text, `"sub": "`+string(longer.ID)+`"`) {
		t.Error("the preview is not of the only one")
	}
	clerk := s.Person("clerk", gatetest.TOTP)
	s.role(clerk, "no-preview", func(one string) bool { return one != "tokens:preview" })
	atConsole(t, s.Gate, clerk).Get(page + "?user=" + string(eve.ID)).Is(http.StatusForbidden).Says("gatehouse/tokens:preview")
}
