package e2e

import (
	"crypto/rand"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gatehouse/docs"
)

// realClient is a library or product of other people, in an application of ours
// that shows "Signed in as EMAIL", "Signed out" or "Refused".
type realClient struct {
	name    string // its section in docs/clients.md
	version func(t *testing.T) string
	run     func(t *testing.T, at place) *exec.Cmd

	login, logout     string // where its application begins and ends; "": /login, and no sign-out
	out               string // what it says to whom it does not know; "": Signed out
	press             string // what begins the sign-in on the page of login, if it does not by itself
	userinfo, refresh bool   // it asks for them
	https             bool   // it takes no other issuer
	looksAway         bool   // it does not look at the audience, and its section says so
}

// place is what an application needs to know.
type place struct {
	issuer, id, secret string
	url, port          string // its own
	settings           string // the first block of code that --for printed
}

// env is the place as the applications of tools/clients read it.
func (at place) env() []string {
	return []string{
		"OIDC_ISSUER=" + at.issuer, "OIDC_CLIENT_ID=" + at.id, "OIDC_CLIENT_SECRET=" + at.secret,
		"APP_URL=" + at.url, "PORT=" + at.port, "SETTINGS=" + at.settings, "SESSION_SECRET=" + rand.Text(),
	}
}

// realClients are run by make test/clients.
var realClients = []realClient{
	{
		name: "openid-client", version: npm("openid-client", "openid-client-5"), run: node("openid-client-5.mjs"),
		logout: "/logout", userinfo: true, refresh: true,
	},
	{
		name: "oidc-client-ts", version: npm("oidc-client-ts"), run: node("browser.mjs", "oidc-client-ts.js"),
		logout: "/logout", userinfo: true, refresh: true, looksAway: true,
	},
	{
		name: "react-oidc-context", version: npm("react-oidc-context"), run: node("browser.mjs", "react-oidc-context.jsx"),
		logout: "/logout", userinfo: true, refresh: true, looksAway: true,
	},
	{
		name: "express-openid-connect", version: npm("express-openid-connect"), run: node("express-openid-connect.mjs"),
		logout: "/logout", userinfo: true, refresh: true,
	},
	{name: "passport-openidconnect", version: npm("passport-openidconnect"), run: node("passport-openidconnect.mjs"), userinfo: true},
	{
		name: "auth.js", version: npm("@auth/express"), run: node("auth.js.mjs"),
		login: "/auth/signin", press: "form[action*='gatehouse'] button",
	},
	{name: "better-auth", version: npm("better-auth"), run: node("better-auth.mjs"), userinfo: true, refresh: true},
	{
		name: "authlib", version: pip("authlib"), run: python("authlib_app.py"),
		logout: "/logout", userinfo: true, refresh: true,
	},
	{
		name: "flask-pyoidc", version: pip("flask-pyoidc"), run: python("flask_pyoidc_app.py"),
		logout: "/logout", userinfo: true, refresh: true,
	},
	{name: "mozilla-django-oidc", version: pip("mozilla-django-oidc"), run: python("django_app.py", "mozilla-django-oidc"), userinfo: true, looksAway: true},
	{name: "social-auth", version: pip("social-auth-core"), run: python("django_app.py", "social-auth"), press: "button", userinfo: true},
	{
		name: "zitadel/oidc", version: module("github.com/zitadel/oidc/v3"), run: golang("./zitadel"),
		logout: "/logout", userinfo: true, refresh: true,
	},
	{
		name: "msal-browser", version: npm("@azure/msal-browser"), run: node("browser.mjs", "msal-browser.js"),
		logout: "/logout", refresh: true, https: true, looksAway: true,
	},
	{
		name: "oauth2-proxy", version: module("github.com/oauth2-proxy/oauth2-proxy/v7"), run: oauth2Proxy,
		login: "/oauth2/start", out: "Sign in with", userinfo: true, refresh: true,
	},
	{
		name: "mod_auth_openidc", version: packaged("2.4.12.3, the package of Debian 12"), run: modAuthOpenIDC,
		logout: "/redirect_uri?logout={url}%2F", userinfo: true, refresh: true,
	},
}

// asked skips unless somebody wants real clients: they are installed by
// scripts/test-clients and take minutes.
func asked(t *testing.T) {
	t.Helper()
	if os.Getenv("GATEHOUSE_TEST_CLIENTS") == "" {
		t.Skip("make test/clients runs these")
	}
}

// Each client is made by its own section of the page, signs a person in and out
// again, and takes no ID token that is for another.
func TestRealClients(t *testing.T) {
	asked(t)
	t.Parallel()
	for _, c := range realClients {
		t.Run(strings.ReplaceAll(c.name, "/", "-"), func(t *testing.T) {
			t.Parallel()
			c.try(t)
		})
	}
}

func (c realClient) try(t *testing.T) {
	t.Helper()
	scheme, browser := "http", []chromedp.ExecAllocatorOption(nil)
	if c.https {
		scheme, browser = "https", append(browser, chromedp.Flag("ignore-certificate-errors", true))
	}
	w := startWatchedBy(t, scheme)
	at := place{issuer: w.issuer, id: "real-" + strings.NewReplacer("/", "-", ".", "-").Replace(c.name), port: freePort(t)}
	at.url = "http://127.0.0.1:" + at.port
	printed := w.operator(t, "client", "create", "--for", c.name, "--home-url", at.url, "--id", at.id)
	if m := regexp.MustCompile(`OIDC_CLIENT_SECRET=(\S+)`).FindStringSubmatch(printed); m != nil {
		at.secret = m[1]
	}
	at.settings = settings(t, printed, c.name)
	cmd := c.run(t, at)
	cmd.Env = append(append(os.Environ(), at.env()...), cmd.Env...)
	runApp(t, at.port, cmd)

	bob := w.person("bob")
	w.operator(t, "user", "update", bob.Email, "--email-verified")
	b := newTab(t, browser...)
	w.answers(c.refresh, false)
	c.signIn(w, b, at.url)
	b.says("body", "Signed in as "+bob.Email)
	w.answers(false, false)
	w.wants(t, "token authorization_code", 1)
	if c.userinfo {
		w.wants(t, "userinfo", 1)
	}
	if c.refresh {
		for deadline := time.Now().Add(10 * time.Second); w.saw("token refresh_token") == 0 && time.Now().Before(deadline); {
			b.open(at.url + "/") // the second of the access token is over soon
			b.says("body", "Signed in as "+bob.Email)
		}
		w.wants(t, "token refresh_token", 1)
	}
	if c.logout != "" {
		b.open(at.url + strings.ReplaceAll(c.logout, "{url}", url.QueryEscape(at.url)))
		b.says("body", c.stranger())
		w.wants(t, "logout", 1)
	}
	c.refuses(t, w, b, at.url)
}

// settings returns the first block of code that --for printed. Its lines are as many
// as the page's, with other values in them.
func settings(t *testing.T, printed, name string) string {
	t.Helper()
	client, _ := docs.ClientOf(name)
	_, rest, found := strings.Cut(printed, "\nFor "+client.Title+":\n")
	if !found {
		t.Fatalf("--for %s printed no settings:\n%s", name, printed)
	}
	lines := strings.Split(rest, "\n")
	for _, part := range client.Settings {
		n := 1 + strings.Count(strings.TrimRight(part.Text, "\n"), "\n")
		if part.Code {
			return strings.Join(lines[1:1+n], "\n")
		}
		lines = lines[1+n:]
	}
	t.Fatalf("the section of %s has no code", name)
	return ""
}

// refuses signs in once more, and gets an ID token that is for another client.
func (c realClient) refuses(t *testing.T, w *watched, b *tab, appURL string) {
	t.Helper()
	if c.logout == "" {
		b = newTab(t) // it knows no end but a new browser
	}
	w.answers(false, true)
	c.signIn(w, b, appURL)
	b.until("the answer of the second sign-in is shown", "location.origin === '"+appURL+"' && document.body.innerText.trim() !== '' && !/^Wait/.test(document.body.innerText)")
	if c.looksAway {
		b.says("body", "Signed in")
		return
	}
	b.open(appURL + "/")
	b.says("body", c.stranger())
	w.wants(t, "token authorization_code", 2)
}

// stranger is what the application says to whom it does not know.
func (c realClient) stranger() string {
	if c.out != "" {
		return c.out
	}
	return "Signed out"
}

func (c realClient) signIn(w *watched, b *tab, appURL string) {
	login := c.login
	if login == "" {
		login = "/login"
	}
	b.open(appURL + login)
	if c.press != "" {
		b.follow(c.press)
	}
	b.signIn(w.person("bob")) // it is asked again after a sign-out: the session of the house is over
	b.until("consent is asked or not needed", "document.querySelector('#allow') !== null || location.origin === '"+appURL+"'")
	if !strings.HasPrefix(b.location(), appURL) {
		b.follow("#allow")
	}
}

// What the page says was run is what is run, in that version.
func TestClientsPageSaysWhatWasRun(t *testing.T) {
	t.Parallel()
	ran := map[string]string{
		"openid-client": npm("openid-client", "openid-client-5")(t),
		"go-oidc":       strings.TrimPrefix(required.FindStringSubmatch(block(t, guide(t), "sh", "go get "))[2], "v"),
	}
	ran["oidc-agent"] = packaged("4.2.6, the package of Debian 12")(t)
	for _, c := range realClients {
		ran[c.name] = c.version(t)
	}
	for _, c := range docs.Clients() {
		if c.Run != ran[c.Name] {
			t.Errorf("docs/clients.md says of %s that %q was run; it is %q", c.Title, c.Run, ran[c.Name])
		}
	}
}

const clientsDir = "../../tools/clients"

func absolute(t *testing.T, path ...string) string {
	t.Helper()
	p, err := filepath.Abs(filepath.Join(append([]string{clientsDir}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func node(args ...string) func(*testing.T, place) *exec.Cmd {
	return func(t *testing.T, _ place) *exec.Cmd {
		cmd := exec.Command("node", args...)
		cmd.Dir = absolute(t, "node")
		return cmd
	}
}

func python(args ...string) func(*testing.T, place) *exec.Cmd {
	return func(t *testing.T, _ place) *exec.Cmd {
		cmd := exec.Command(absolute(t, "python", ".venv", "bin", "python"), args...)
		cmd.Dir = absolute(t, "python")
		return cmd
	}
}

// golang builds a program of the module of clients.
func golang(pkg string) func(*testing.T, place) *exec.Cmd {
	return func(t *testing.T, _ place) *exec.Cmd {
		path := filepath.Join(t.TempDir(), "client")
		build := exec.Command("go", "build", "-o", path, pkg)
		build.Dir = absolute(t, "go")
		build.Env = append(os.Environ(), "GOWORK=off")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", pkg, err, out)
		}
		return exec.Command(path)
	}
}

// npm returns the versions of packages in the lock file.
func npm(names ...string) func(*testing.T) string {
	return func(t *testing.T) string {
		var lock struct {
			Packages map[string]struct{ Version string }
		}
		content, err := os.ReadFile(absolute(t, "node", "package-lock.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(content, &lock); err != nil {
			t.Fatal(err)
		}
		var versions []string
		for _, name := range names {
			versions = append(versions, lock.Packages["node_modules/"+name].Version)
		}
		if len(names) == 1 && strings.HasPrefix(names[0], "@") {
			return names[0] + " " + versions[0] // the section is called otherwise
		}
		return strings.Join(versions, " and ")
	}
}

// packaged is a version that the distribution pins.
func packaged(version string) func(*testing.T) string {
	return func(*testing.T) string { return version }
}

func pip(name string) func(*testing.T) string {
	return pinned("python/requirements.txt", name+"==", " \\")
}

func module(path string) func(*testing.T) string {
	return pinned("go/go.mod", path+" v", "")
}

// pinned returns what stands behind prefix in a line of a file of pins.
func pinned(file, prefix, suffix string) func(*testing.T) string {
	return func(t *testing.T) string {
		content, err := os.ReadFile(absolute(t, file))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			if version, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(line), "require "), prefix); ok {
				version, _, _ = strings.Cut(version, " //")
				return strings.TrimSuffix(strings.TrimSpace(version), suffix)
			}
		}
		t.Fatalf("%s has no %s", file, prefix)
		return ""
	}
}
