package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"gatehouse/demo/shopapi"
	"gatehouse/identity/password/worker"
	"gatehouse/internal/freeport"
)

func TestMain(m *testing.M) {
	shopapi.Main() // the API of the demo's shop, in a process of its own
	worker.Main()
	testscript.Main(m, map[string]func(){
		"gatehouse": func() { os.Exit(gatehouse()) },
	})
}

// TestScripts runs the commands as an operator does: each script has a directory
// of its own, in which the commands make ./gatehouse-data.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: scriptPorts,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await":  await,
			"bearer": bearer,
			"call":   call,
			"grab":   grab,
			"take":   take,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// scriptPorts gives a script addresses of its own.
func scriptPorts(e *testscript.Env) error {
	ports, err := freePorts(4)
	if err != nil {
		return err
	}
	e.Setenv("PUBLIC", "127.0.0.1:"+ports[0])
	e.Setenv("PORT", ports[0])
	e.Setenv("INTERNAL", "127.0.0.1:"+ports[1])
	e.Setenv("APP", "127.0.0.1:"+ports[2])
	e.Setenv("GATE", "127.0.0.1:"+ports[3])
	return nil
}

// freePorts returns ports that nobody listens on at the moment.
func freePorts(n int) ([]string, error) {
	ports := make([]string, n)
	for i := range ports {
		var err error
		if ports[i], err = freeport.Next(); err != nil {
			return nil, err
		}
	}
	return ports, nil
}

// Whatever prints a thing can print it as JSON, and nothing takes a secret as
// an argument.
func TestEveryCommandIsDocumentedAndPrintsJSON(t *testing.T) {
	t.Parallel()
	quiet := map[string]bool{"gatehouse serve": true}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" {
			t.Errorf("%s does not say what it is for", c.CommandPath())
		}
		for _, s := range c.Commands() {
			walk(s)
		}
		if c.HasSubCommands() {
			return
		}
		if c.Flags().Lookup("json") == nil && !quiet[c.CommandPath()] {
			t.Errorf("%s has no --json", c.CommandPath())
		}
		for _, name := range []string{"password", "secret", "client-secret", "token"} {
			if c.Flags().Lookup(name) != nil {
				t.Errorf("%s takes --%s on the command line", c.CommandPath(), name)
			}
		}
	}
	walk((&app{}).root())
}

func TestUsageErrorsHaveAnExitCodeOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{
		{"bogus", `there is no command "gatehouse bogus"`},
		{"user creat", `did you mean "gatehouse user create"?`},
		{"user list extra", `"gatehouse user list" takes no argument, but got "extra"`},
		{"user show", `"gatehouse user show" needs a USER: an id (usr_…) or an email address`},
		{"who-can", `"gatehouse who-can" needs an API/RESOURCE:ACTION: a permission;`},
		{"user show Ada Example", `"gatehouse user show" takes one USER, but got 2 arguments`},
		{"keys rotate --alg none", `--alg "none" is none of ES256, RS256, EdDSA`},
		{"user list --bogus", "there is no flag --bogus"},
		{"user create --email a@example.test --password hunter2", "secrets are not taken from the command line"},
		{"user create", "a person needs --email"},
		{"user create --email a@example.test --password-file - --claims-file -", "cannot both be standard input"},
		{"user create --email a@example.test", "there is no terminal to ask for the password on"},
		{"user create --email a@example.test --password-file -", "there is no password in standard input"},
		{"user create --email a@example.test --password-file /nowhere/at/all", "no such file"},
		{"user list --limit -1", "--limit must be at least 1; --all lists everything"},
		{"user list --cursor ada@example.test", "--cursor \"ada@example.test\" is none"},
		{"client list --all --limit 3", "--all and --limit exclude one another"},
		{"client create --name x --access-token-ttl soon", `is not a duration; write a number and a unit`},
		{"client create --name x --public --auth-method client_secret_basic", "contradict each other"},
		{"client create --name x --refresh never", "--refresh must be rotate or static"},
		{"session revoke", "name sessions (ses_…), or a person with --user"},
		{"session revoke ses_x --user a@example.test", "one of these alone"},
		{"session list --limit 0", "--limit must be at least 1; --all lists everything"},
		{"session list --cursor 7", "--cursor \"7\" is none"},
		{"config explain session.idel", "did you mean session.idle?"},
		{"serve --listen nowhere", "--listen: listen.public is not an address"},
		{"serve --set session.idle=1", "--set session.idle: session.idle is not a duration"},
		{"serve --config /nowhere/at/all.yaml", "cannot read the file"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), strings.Fields(c.line), []string{"GATEHOUSE_DATA_DIR=/nowhere/at/all"}, strings.NewReader(""), &stdout, &stderr)
		if code != exitUsage || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("gatehouse %s: exit %d, %s; want exit 64 and %q", c.line, code, stderr.String(), c.want)
		}
		if stdout.Len() > 0 {
			t.Errorf("gatehouse %s wrote to standard output: %s", c.line, stdout.String())
		}
	}
}

// A name may come from anybody, and must not move the operator's cursor.
func TestTablesHoldNoControlCharacters(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	row(&b, "a\x1b[31m\tb\nc\u202e", "")
	if got, want := b.String(), "a?[31m?b?c?\t-\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
