package e2e

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/shell"
)

// oauth2Proxy stands before an application that shows who it says comes.
func oauth2Proxy(t *testing.T, at place) *exec.Cmd {
	t.Helper()
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "Signed in as ", r.Header.Get("X-Forwarded-Email"))
	}))
	t.Cleanup(behind.Close)
	cmd := golang("github.com/oauth2-proxy/oauth2-proxy/v7")(t, at)
	cmd.Env = append(strings.Split(at.settings, "\n"),
		"OAUTH2_PROXY_CLIENT_SECRET="+at.secret, "OAUTH2_PROXY_COOKIE_SECRET="+rand.Text()[:16],
		"OAUTH2_PROXY_COOKIE_SECURE=false", "OAUTH2_PROXY_COOKIE_REFRESH=1s", // for a test on plain http that does not wait for minutes
		"OAUTH2_PROXY_HTTP_ADDRESS=127.0.0.1:"+at.port, "OAUTH2_PROXY_UPSTREAMS="+behind.URL)
	return cmd
}

// httpdConf is Apache with mod_auth_openidc: the first page lets everybody pass
// and says who came, the one of login asks for a person.
const httpdConf = `
ServerRoot {dir}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {dir}/pid
ErrorLog /dev/stderr
{modules}
DocumentRoot {dir}/www
TypesConfig /dev/null
DirectoryIndex index.shtml
AddType text/html .shtml
{settings}
<Directory {dir}/www>
	Options +Includes
	SetOutputFilter INCLUDES
	AuthType openid-connect
	Require valid-user
	OIDCUnAuthAction pass
</Directory>
<Location /login>
	OIDCUnAuthAction auth
	Redirect /login /
</Location>
`

const httpdPage = `<!--#if expr="v('OIDC_CLAIM_email') != ''" -->Signed in as <!--#echo var="OIDC_CLAIM_email" --><!--#else -->Signed out<!--#endif -->`

func modAuthOpenIDC(t *testing.T, at place) *exec.Cmd {
	t.Helper()
	const modules = "/usr/lib/apache2/modules/"
	if _, err := os.Stat(modules + "mod_auth_openidc.so"); err != nil {
		t.Skip("Debian's apache2-bin and libapache2-mod-auth-openidc are not installed")
	}
	dir := t.TempDir()
	var load strings.Builder
	for _, name := range strings.Fields("mpm_event authn_core authz_core authz_user mime dir include alias auth_openidc") {
		fmt.Fprintf(&load, "LoadModule %s_module %smod_%s.so\n", name, modules, name)
	}
	if err := os.Mkdir(filepath.Join(dir, "www"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "www", "index.shtml"), httpdPage)
	write(t, filepath.Join(dir, "httpd.conf"), strings.NewReplacer("{dir}", dir, "{port}", at.port, "{modules}", load.String(),
		"{settings}", at.settings).Replace(httpdConf))
	return exec.Command("/usr/sbin/apache2", "-X", "-f", filepath.Join(dir, "httpd.conf"))
}

// The agent at the terminal has its own way: a browser for the first sign-in, and a
// refresh token from then on.
func TestRealClientOIDCAgent(t *testing.T) {
	asked(t)
	t.Parallel()
	if _, err := exec.LookPath("oidc-agent"); err != nil {
		t.Skip("Debian's oidc-agent-cli is not installed")
	}
	w := startWatched(t)
	back := "http://localhost:" + freePort(t)
	printed := w.operator(t, "client", "create", "--for", "oidc-agent", "--id", "real-oidc-agent", "--redirect-uri", back)
	words, err := shell.Words(settings(t, printed, "oidc-agent"))
	if err != nil {
		t.Fatal(err)
	}
	agent := startAgent(t)

	gen := exec.Command(words[0], append(words[1:], "--no-url-call", "--confirm-default", "--prompt=none", "--pw-env=AGENT_PASSWORD")...)
	gen.Env = agent
	out := &lockedBuffer{}
	gen.Stdout, gen.Stderr = out, out
	if err := gen.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- gen.Wait() }()
	t.Cleanup(func() { _ = gen.Process.Kill() })
	at := awaitMatch(t, out, regexp.MustCompile(regexp.QuoteMeta(w.issuer)+`/oauth2/authorize\S+`))

	b := newTab(t)
	b.open(at)
	b.signIn(w.person("bob"))
	b.follow("#allow")
	if err := <-done; err != nil {
		t.Fatalf("oidc-gen: %v\n%s", err, out)
	}
	w.wants(t, "token authorization_code", 1)

	name := words[len(words)-1]
	command := func(args ...string) (string, error) {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = agent
		out, err := cmd.CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	token, err := command("oidc-token", "--time=100000", name)
	if err != nil {
		t.Fatalf("oidc-token printed %q: %v", token, err)
	}
	w.wants(t, "token refresh_token", 1)
	if status := getWith(t, w.issuer+"/oauth2/userinfo", token); status != http.StatusOK {
		t.Errorf("userinfo answered %d", status)
	}
	if out, err := command("oidc-gen", "--delete", "--confirm-yes", "--pw-env=AGENT_PASSWORD", name); err != nil {
		t.Errorf("oidc-gen --delete printed %q: %v", out, err)
	}
	w.wants(t, "revoke", 1)
	if status := getWith(t, w.issuer+"/oauth2/userinfo", token); status != http.StatusUnauthorized {
		t.Errorf("after the end, userinfo answered %d", status)
	}
}

// getWith returns the status that a GET with the token is answered with.
func getWith(t *testing.T, url, token string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// startAgent starts the agent in a home of its own, and returns the environment
// in which its commands find it.
func startAgent(t *testing.T) []string {
	t.Helper()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".oidc-agent"), 0o700); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "HOME="+home, "AGENT_PASSWORD="+rand.Text())
	start := exec.Command("oidc-agent")
	start.Env = env
	out, err := start.Output()
	if err != nil {
		t.Fatalf("start oidc-agent: %v", err)
	}
	for _, m := range regexp.MustCompile(`(OIDC_SOCK|OIDCD_PID)=([^;]+);`).FindAllStringSubmatch(string(out), -1) {
		env = append(env, m[1]+"="+m[2])
	}
	t.Cleanup(func() {
		stop := exec.Command("oidc-agent", "-k")
		stop.Env = env
		_ = stop.Run() // it ends with its home at the latest
	})
	return env
}

// awaitMatch waits until a program has written what matches.
func awaitMatch(t *testing.T, out *lockedBuffer, what *regexp.Regexp) string {
	t.Helper()
	for deadline := time.Now().Add(hangs); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		if found := what.FindString(out.String()); found != "" {
			return found
		}
	}
	t.Fatalf("it never wrote %s:\n%s", what, out)
	return ""
}
