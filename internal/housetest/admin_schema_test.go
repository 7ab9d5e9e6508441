package housetest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/internal/freeport"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
)

// schemathesis is a program of other people that asks whatever a document allows, and
// much that it does not, and holds the answers to it (make test/api). It begins from the
// same seed each time.
const schemathesis = "../../tools/api/.venv/bin/schemathesis"

// listening is newSteering at an address that other programs reach.
func listening(t *testing.T, change ...func(*config.Config)) (s *steering, issuer string) {
	t.Helper()
	port, err := freeport.Next()
	must(t, err)
	issuer = "http://127.0.0.1:" + port
	s = newSteering(t, append(change, func(c *config.Config) { c.Issuer = issuer })...)
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
		t.Run(who.name, func(t *testing.T) {
			t.Parallel()
			var change []func(*config.Config)
			if who.database == "postgres" && os.Getenv(testpg.Variable) != "" {
				change = append(change, gatetest.OnPostgres(testpg.URL(t)))
			}
			s, issuer := listening(t, change...)
			key := who.key(s)
			settings := filepath.Join(t.TempDir(), "schemathesis.toml")
			must(t, os.WriteFile(settings, []byte(schemathesisSettings(s.targets())), 0o600))
			s.Settle()
			cmd := exec.CommandContext(t.Context(), program, "--config-file", settings, "run", issuer+"/api/openapi.json")
			cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "GATEHOUSE_KEY="+key, "NO_COLOR=1")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("schemathesis with the key of an %s: %v\n%s", who.name, err, out)
			}
			t.Logf("%s", out)
			if a := s.at(issuer).call(key, http.MethodGet, "/api/v1/users", nil); a.Status != http.StatusOK {
				t.Errorf("the run locked itself out, and proves little: %d %s", a.Status, a.Body)
			}
			if log := s.Log.String(); strings.Contains(log, "panic") {
				t.Errorf("the log tells of a panic")
			}
		})
	}
}

// at is the house as it is reached at another issuer.
func (s *steering) at(issuer string) *steering {
	c := *s
	c.issuer = issuer
	return &c
}

// schemathesisSettings tells of things that there are, so that not all requests are about
// what there is not. The account that asks is none of them: a run that takes its own key
// away proves nothing more.
func schemathesisSettings(there map[string]string) string {
	var b strings.Builder
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

[phases.fuzzing.generation]
max-examples = 12

[phases.stateful.generation]
max-examples = 10

[checks.missing_required_header]
expected-statuses = [428, 403]

`)
	for part, name := range there {
		fmt.Fprintf(&b, "[dictionaries.%s]\nvalues = [%q]\n\n", part, name)
	}
	b.WriteString("[parameters]\n")
	for part := range there {
		if part != "kind" { // the document lists them
			fmt.Fprintf(&b, "\"path.%s\" = {dictionary = %q, probability = 0.7}\n", part, part)
		}
	}
	return b.String()
}
