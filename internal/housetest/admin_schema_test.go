package housetest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/internal/freeport"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
)

// schemathesis is a program of other people that asks whatever a document allows, and
// much that it does not, and holds the answers to it; make test/api asks it for three times
// as much. It begins from the same seed each time.
const schemathesis = "../../tools/api/.venv/bin/schemathesis"

// listening is newSteering at an address that other programs reach.
func listening(t *testing.T, change ...func(*config.Config)) (s *steering, issuer string) {
	t.Helper()
	port, err := freeport.Next()
	must(t, err)
	issuer = "http://127.0.0.1:" + port
	s = newSteering(t, append(change, func(c *config.Config) { c.Issuer = issuer })...)
	s.issuer = issuer
	front := httptest.NewUnstartedServer(s.Server.Handler())
	_ = front.Listener.Close() // it came with one
	front.Listener, err = net.Listen("tcp", "127.0.0.1:"+port)
	must(t, err)
	front.Start()
	t.Cleanup(front.Close)
	return s, issuer
}

// Whoever may do everything, and whoever may only look, get no answer that the document
// does not describe, and no request that it forbids is taken.
func TestTheAPIAnswersAsItsDocumentSays(t *testing.T) {
	t.Parallel()
	program, err := filepath.Abs(schemathesis)
	must(t, err)
	if _, err := os.Stat(program); err != nil || os.Getenv("GATEHOUSE_TEST_API") == "skip" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("schemathesis is not installed: make test/api does it: %v", err)
		}
		t.Skip("make test/api runs schemathesis")
	}
	var all []*schemaRun
	for _, who := range []struct {
		name, database string
		key            func(s *steering) string
	}{
		{"administrator", "postgres", func(s *steering) string { return s.boss }},
		{"auditor", "sqlite", func(s *steering) string {
			made, err := s.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{
				ServiceAccountRecord: access.ServiceAccountRecord{ID: "watcher"}, Role: access.Auditor,
			})
			must(t, err)
			return made.Text
		}},
	} {
		var change []func(*config.Config)
		if who.database == "postgres" && os.Getenv(testpg.Variable) != "" {
			change = append(change, gatetest.OnPostgres(testpg.URL(t)))
		}
		all = append(all, beginSchema(t, program, who.name, who.key, change...))
	}
	for _, r := range all {
		r.ends(t)
	}
}

// schemaRun is one run of schemathesis. Two go at a time, and take one turn among the tests between them.
type schemaRun struct {
	who string
	key string
	s   *steering
	cmd *exec.Cmd
	out bytes.Buffer
}

func beginSchema(t *testing.T, program, who string, key func(s *steering) string, change ...func(*config.Config)) *schemaRun {
	t.Helper()
	s, issuer := listening(t, change...)
	r := &schemaRun{who: who, key: key(s), s: s}
	hooks, err := filepath.Abs("../../tools/api/hooks.py")
	must(t, err)
	settings := filepath.Join(t.TempDir(), "schemathesis.toml")
	must(t, os.WriteFile(settings, []byte(fmt.Sprintf("hooks = %q\n", hooks)+schemathesisSettings(s.targets())), 0o600))
	s.Settle()
	r.cmd = exec.CommandContext(t.Context(), program, "--config-file", settings, "run", issuer+"/api/openapi.json")
	r.cmd.Dir, r.cmd.Env = t.TempDir(), append(os.Environ(), "GATEHOUSE_KEY="+r.key, "GATEHOUSE_OWN="+strings.Join(s.own(t), " "), "NO_COLOR=1")
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.out
	must(t, r.cmd.Start())
	return r
}

func (r *schemaRun) ends(t *testing.T) {
	t.Helper()
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("schemathesis with the key of an %s: %v\n%s", r.who, err, &r.out)
	}
	if a := r.s.call(r.key, http.MethodGet, "/api/v1/users", nil); a.Status != http.StatusOK {
		t.Errorf("the run of an %s locked itself out, and proves little: %d %s", r.who, a.Status, a.Body)
	}
	if log := r.s.Log.String(); strings.Contains(log, "panic") {
		t.Errorf("the log of the run of an %s tells of a panic", r.who)
	}
}

// own are the ids of what whoever asks has their rights by.
func (s *steering) own(t *testing.T) (ids []string) {
	t.Helper()
	for _, name := range []string{"boss", "watcher"} {
		ids = append(ids, name)
		keys, err := s.House.Access.ServiceKeys(t.Context(), name)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		must(t, err)
		for _, k := range keys {
			ids = append(ids, string(k.ID))
		}
	}
	all := s.call(s.boss, http.MethodGet, "/api/v1/grants", nil)
	for _, name := range []string{"boss", "watcher"} {
		for _, one := range all.JSON["items"].([]any) {
			g := one.(map[string]any)
			if g["subject"].(map[string]any)["id"] == name {
				ids = append(ids, g["id"].(string))
			}
		}
	}
	return ids
}

// schemathesisSettings tells of things that there are, so that not all requests are about
// what there is not. The account that asks is none of them: a run that takes its own key
// away proves nothing more.
func schemathesisSettings(there map[string]string) string {
	var b strings.Builder
	fuzzed, walked := 2, 2
	if os.Getenv("GATEHOUSE_TEST_API") == "long" {
		fuzzed, walked = 12, 10
	}
	b.WriteString(`seed = 9457
workers = 1
continue-on-failure = true
request-timeout = 30
warnings = false
max-redirects = 0

[auth.openapi.bearer]
bearer = "${GATEHOUSE_KEY}"

[generation]
mode = "all"
database = "none"
deterministic = false
no-shrink = true

[phases.examples]
enabled = false

[checks.missing_required_header]
expected-statuses = [428, 403]

# If-Match is compared before the rest is read.
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 412, 422, 428]

# There are rules that no schema tells: an end lies in the future, a name is free, nobody
# hands on what they do not hold. Their refusals are held to the document like all others.
[checks.positive_data_acceptance]
enabled = false

`)
	fmt.Fprintf(&b, "[phases.fuzzing.generation]\nmax-examples = %d\n\n[phases.stateful.generation]\nmax-examples = %d\n\n", fuzzed, walked)
	for part, name := range there {
		value := strconv.Quote(name)
		if _, err := strconv.Atoi(name); err == nil {
			value = name // the document has a number there
		}
		fmt.Fprintf(&b, "[dictionaries.%s]\nvalues = [%s]\n\n", part, value)
	}
	b.WriteString("[parameters]\n")
	for part := range there {
		if part != "kind" { // the document lists them
			fmt.Fprintf(&b, "\"path.%s\" = {dictionary = %q, probability = 0.7}\n", part, part)
		}
	}
	return b.String()
}
