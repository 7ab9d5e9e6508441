package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/shell"
)

// guide is docs/connect.md.
func guide(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../docs/connect.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// block returns the first block of the language that holds words.
func block(t *testing.T, page, language, words string) string {
	t.Helper()
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[1], words) {
			return m[1]
		}
	}
	t.Fatalf("the page has no block of %s with %q", language, words)
	return ""
}

// TestReadmeRegistersTheClientOfTheGuide keeps the two pages together: who follows
// one and then the other has the client already.
func TestReadmeRegistersTheClientOfTheGuide(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	const words = "client create --id web"
	if diff := cmp.Diff(block(t, guide(t), "sh", words), block(t, string(readme), "sh", words)); diff != "" {
		t.Errorf("the README registers another client than docs/connect.md (-guide +readme):\n%s", diff)
	}
}

var envLine = regexp.MustCompile(`(?m)^\s*(OIDC_\w+=.*)$`)

// register types the page's own line, with the port that the test has, and
// returns the environment that was printed, which is the page's.
func (w *watched) register(t *testing.T, page, appURL string) []string {
	t.Helper()
	ours := strings.NewReplacer("http://localhost:8080", w.issuer, "http://127.0.0.1:9000", appURL)
	words, err := shell.Words(ours.Replace(block(t, page, "sh", "client create --id web")))
	if err != nil || len(words) == 0 || words[0] != "gatehouse" {
		t.Fatalf("the page types %q, not gatehouse: %v", words, err)
	}
	var lines, env []string
	for _, m := range envLine.FindAllStringSubmatch(w.operator(t, words[1:]...), -1) {
		lines = append(lines, m[1])
		env = append(env, strings.ReplaceAll(m[1], `"`, ""))
	}
	printed := strings.Join(lines, "\n") + "\n"
	want := ours.Replace(block(t, page, "ini", "OIDC_CLIENT_SECRET="))
	if d := cmp.Diff(want, secretLine.ReplaceAllString(printed, "OIDC_CLIENT_SECRET=the secret that was printed")); d != "" {
		t.Errorf("the page's .env is not what is printed (-page +command):\n%s", d)
	}
	return env
}

var secretLine = regexp.MustCompile(`OIDC_CLIENT_SECRET=\S+`)

// The examples are run as they are printed, and do what the page says of them.
func TestGuidesExamplesRunAsPrinted(t *testing.T) {
	t.Parallel()
	page := guide(t)
	for _, example := range []struct {
		name string
		make func(t *testing.T, page, dir string) *exec.Cmd
	}{
		{"Go", goExample},
		{"Node", nodeExample},
	} {
		t.Run(example.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd := example.make(t, page, dir)
			w := startWatched(t)
			number := freePort(t)
			appURL := "http://127.0.0.1:" + number
			cmd.Dir, cmd.Env = dir, append(os.Environ(), w.register(t, page, appURL)...)
			runApp(t, number, cmd)
			w.tryGuide(t, appURL)
		})
	}
}

func (w *watched) tryGuide(t *testing.T, appURL string) {
	t.Helper()
	bob := w.person("bob")
	b := newTab(t)
	b.open(appURL)
	b.says("body", "Signed out")
	w.answers(true, false)
	b.follow("a[href='/login']")
	b.signIn(bob)
	b.follow("#allow")
	b.says("body", "Signed in as "+bob.Email)
	w.wants(t, "token authorization_code", 1)
	w.wants(t, "userinfo", 1)

	w.answers(false, false)
	b.open(appURL) // the second is over
	b.says("body", "Signed in as "+bob.Email)
	w.wants(t, "token refresh_token", 1)

	b.follow("form[action='/logout'] button")
	b.says("body", "Signed out")
	w.wants(t, "logout", 1)

	w.answers(false, true)
	b.follow("a[href='/login']")
	b.signIn(bob) // the session of the house is over, too; what was allowed stays allowed
	b.until("the ID token of somebody else is refused", `/not good|Not signed in/.test(document.body.innerText)`)
	b.open(appURL)
	b.says("body", "Signed out")
}

var required = regexp.MustCompile(`(\S+)@(v\S+)`)

// goExample builds the page's program with the versions that the page names,
// which are those of this module: nothing is downloaded.
func goExample(t *testing.T, page, dir string) *exec.Cmd {
	t.Helper()
	program := block(t, page, "go", "package main")
	write(t, filepath.Join(dir, "main.go"), program)
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	named := required.FindAllStringSubmatch(block(t, page, "sh", "go get "), -1)
	if len(named) != 2 {
		t.Fatalf("the page names %q", named)
	}
	for _, m := range named {
		// A module alone brings nothing of what its packages import.
		if !strings.Contains(program, `"`+m[1]+`"`) {
			t.Errorf("the page gets %s, which is no package that the example imports", m[1])
		}
		if !requires(string(mod), m[1], m[2]) {
			t.Errorf("the page names %s, which is not what go.mod has", m[0])
		}
	}
	here, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(mod), "module gatehouse\n", "module web\n", 1)
	write(t, filepath.Join(dir, "go.mod"), strings.ReplaceAll(text, "=> ./", "=> "+here+"/"))
	sums, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.sum"), string(sums))
	build := exec.Command("go", "build", "-o", "web", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the example: %v\n%s", err, out)
	}
	return exec.Command(filepath.Join(dir, "web"))
}

// requires reports whether a go.mod names the module of a package in that version.
func requires(mod, pkg, version string) bool {
	for module := pkg; module != "."; module = path.Dir(module) {
		if strings.Contains(mod, "\t"+module+" "+version+"\n") {
			return true
		}
	}
	return false
}

// nodeExample takes the library from tools/package-lock.json, whose version the
// page names.
func nodeExample(t *testing.T, page, dir string) *exec.Cmd {
	t.Helper()
	write(t, filepath.Join(dir, "app.mjs"), block(t, page, "js", "openid-client"))
	node, err := exec.LookPath("node")
	modules, _ := filepath.Abs("../../tools/node_modules")
	var installed struct{ Version string }
	content, readErr := os.ReadFile(filepath.Join(modules, "openid-client", "package.json"))
	if err != nil || readErr != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Node or openid-client is not installed: scripts/install-test-servers does it")
		}
		t.Skip("Node or openid-client is not installed")
	}
	if err := exec.Command(node, "-e", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)").Run(); err != nil {
		t.Skip("the example needs Node 20")
	}
	if err := json.Unmarshal(content, &installed); err != nil {
		t.Fatal(err)
	}
	block(t, page, "sh", "npm install openid-client@"+installed.Version+"\n")
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return exec.Command(node, "app.mjs")
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
