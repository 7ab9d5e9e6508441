package e2e

import (
	"cmp"
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
	taken

	login   string // where its application begins; "": /login
	logout  string // where it ends; "": /logout
	out     string // what it says to whom it does not know; "": Signed out
	press   string // what begins the sign-in on the page of login, if it does not by itself
	confirm bool   // the person is asked whether to sign out: the client gives no ID token as a hint
	https   bool   // it takes no other issuer
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
		taken: taken{itself, itself, itself, refused},
	},
	{
		name: "oidc-client-ts", version: npm("oidc-client-ts"), run: node("browser.mjs", "oidc-client-ts.js"),
		taken: taken{itself, itself, itself, lookedAway},
	},
	{
		name: "react-oidc-context", version: npm("react-oidc-context"), run: node("browser.mjs", "react-oidc-context.jsx"),
		taken: taken{itself, itself, itself, lookedAway},
	},
	{
		name: "angular-oauth2-oidc", version: npm("angular-oauth2-oidc"), run: node("browser.mjs", "angular-oauth2-oidc.js"),
		taken: taken{itself, itself, itself, refused},
	},
	{
		name: "express-openid-connect", version: npm("express-openid-connect"), run: node("express-openid-connect.mjs"),
		taken: taken{itself, itself, itself, refused},
	},
	{
		name: "passport-openidconnect", version: npm("passport-openidconnect"), run: node("passport-openidconnect.mjs"),
		taken: taken{itself, byHand, byHand, refused},
	},
	{
		name: "auth.js", version: npm("@auth/express"), run: node("auth.js.mjs"),
		taken: taken{itself, byHand, byHand, refused},
		login: "/auth/signin", press: "form[action*='gatehouse'] button",
	},
	{
		name: "better-auth", version: npm("better-auth"), run: node("better-auth.mjs"),
		taken: taken{itself, itself, itself, refused},
	},
	{
		name: "authlib", version: pip("authlib"), run: python("authlib_app.py"),
		taken: taken{itself, itself, byHand, refused},
	},
	{
		name: "flask-pyoidc", version: pip("flask-pyoidc"), run: python("flask_pyoidc_app.py"),
		taken: taken{itself, itself, itself, refused},
	},
	{
		name: "mozilla-django-oidc", version: pip("mozilla-django-oidc"), run: python("django_app.py", "mozilla-django-oidc"),
		taken: taken{itself, byRedirect, itself, lookedAway}, logout: "/oidc/logout/",
	},
	{
		name: "social-auth", version: pip("social-auth-core"), run: python("django_app.py", "social-auth"),
		taken: taken{itself, itself, byHand, refused}, press: "button",
	},
	{
		name: "zitadel/oidc", version: module("github.com/zitadel/oidc/v3"), run: golang("./zitadel"),
		taken: taken{itself, itself, itself, refused},
	},
	{
		name: "spring-login", version: spring, run: springApp("login"),
		taken: taken{itself, itself, itself, refused}, login: "/oauth2/authorization/gatehouse",
	},
	{
		name: "pac4j", version: artifact("pac4j-oidc"), run: java("pac4j"),
		taken: taken{itself, itself, itself, refused},
	},
	{
		name: "msal-browser", version: npm("@azure/msal-browser"), run: node("browser.mjs", "msal-browser.js"),
		taken: taken{byHand, itself, itself, lookedAway}, https: true,
	},
	{
		name: "oauth2-proxy", version: module("github.com/oauth2-proxy/oauth2-proxy/v7"), run: oauth2Proxy,
		taken: taken{itself, itself, byHand, refused},
		login: "/oauth2/start", out: "Sign in with", confirm: true,
		logout: "/oauth2/sign_out?rd={issuer}/oauth2/logout?client_id={id}%26post_logout_redirect_uri={app}/",
	},
	{
		name: "mod_auth_openidc", version: packaged("2.4.12.3, the package of Debian 12"), run: modAuthOpenIDC,
		taken: taken{itself, itself, itself, refused}, logout: "/redirect_uri?logout={escaped app}%2F",
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
	w.answers(true, false)
	c.signIn(w, b, at.url)
	b.says("body", "Signed in as "+bob.Email)
	w.answers(false, false)
	w.wants(t, "token authorization_code", 1)
	w.wants(t, "userinfo", 1)
	c.refreshes(t, w, b, at.url)
	c.signsOut(t, w, b, at)
	c.refuses(t, w, b, at.url)
}

// refreshes opens the application's page until the client sees that the second of the
// access token is over.
func (c realClient) refreshes(t *testing.T, w *watched, b *tab, appURL string) {
	t.Helper()
	what, n := "token refresh_token", 1
	if c.refresh == byRedirect {
		what, n = "token authorization_code", 2
	}
	for deadline := time.Now().Add(hangs); w.saw(what) < n && time.Now().Before(deadline); {
		b.open(appURL + "/")
		b.says("body", "Signed in as "+w.person("bob").Email)
	}
	w.wants(t, what, n)
}

// signsOut ends both sessions, and comes back to the application.
func (c realClient) signsOut(t *testing.T, w *watched, b *tab, at place) {
	t.Helper()
	path := cmp.Or(c.logout, "/logout")
	b.open(at.url + strings.NewReplacer("{issuer}", at.issuer, "{id}", at.id, "{app}", at.url, "{escaped app}", url.QueryEscape(at.url)).Replace(path))
	if c.confirm {
		b.follow("#signout #submit")
	}
	b.until("the browser is back at the application", "location.origin === '"+at.url+"'")
	b.says("body", c.stranger())
	w.wants(t, "logout", 1)
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
	w.answers(false, true)
	c.signIn(w, b, appURL)
	b.until("the answer of the second sign-in is shown", "location.origin === '"+appURL+"' && document.body.innerText.trim() !== '' && !/^Wait/.test(document.body.innerText)")
	if c.audience == lookedAway {
		b.says("body", "Signed in")
		return
	}
	b.open(appURL + "/")
	b.says("body", c.stranger())
	w.wants(t, "token authorization_code", 2)
}

// stranger is what the application says to whom it does not know.
func (c realClient) stranger() string {
	return cmp.Or(c.out, "Signed out")
}

func (c realClient) signIn(w *watched, b *tab, appURL string) {
	b.open(appURL + cmp.Or(c.login, "/login"))
	if c.press != "" {
		b.follow(c.press)
	}
	b.signIn(w.person("bob")) // it is asked again after a sign-out: the session of the house is over
	b.until("consent is asked or not needed", "document.querySelector('#allow') !== null || location.origin === '"+appURL+"'")
	if !strings.HasPrefix(b.location(), appURL) {
		b.follow("#allow")
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
		return strings.Join(versions, ", ")
	}
}

// java runs the one program of them all as the profile says.
func java(profile string) func(*testing.T, place) *exec.Cmd {
	return func(t *testing.T, at place) *exec.Cmd {
		jar := absolute(t, "java", "target", "clients.jar")
		if _, err := os.Stat(jar); err != nil {
			t.Skip("Java or Maven is not installed")
		}
		return exec.Command("java", "-XX:TieredStopAtLevel=1", "-jar", jar,
			"--spring.profiles.active="+profile, "--server.address=127.0.0.1", "--server.port="+at.port)
	}
}

// springApp has the settings that were printed as its configuration.
func springApp(profile string) func(*testing.T, place) *exec.Cmd {
	return func(t *testing.T, at place) *exec.Cmd {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "application.yaml"), at.settings)
		cmd := java(profile)(t, at)
		cmd.Args = append(cmd.Args, "--spring.config.additional-location=file:"+dir+"/")
		return cmd
	}
}

// spring is the version of what chooses all of its versions.
func spring(t *testing.T) string {
	return "Spring Boot " + pinned("java/pom.xml", "<version>", "</version>")(t)
}

// artifact returns the version of one that pom.xml names itself.
func artifact(name string) func(*testing.T) string {
	return func(t *testing.T) string {
		content, err := os.ReadFile(absolute(t, "java", "pom.xml"))
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(`<artifactId>` + name + `</artifactId>\s*<version>(.+)</version>`).FindSubmatch(content)
		if m == nil {
			t.Fatalf("pom.xml has no %s", name)
		}
		return string(m[1])
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
