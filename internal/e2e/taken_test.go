package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/docs"
)

// taken says who does each step that a client is taken through after the sign-in in
// Chromium: it is what the test looks for, and a row of the page.
type taken struct{ userinfo, refresh, signOut, audience string }

const (
	itself     = "by itself"
	byHand     = "by the application" // which calls the endpoint, or leads to it, for the client
	byRedirect = "by a redirect"      // without a refresh token, while the session lives
	byRevoking = "by revoking"        // it has no browser to sign out
	refused    = "refused"
	lookedAway = "not looked at"
)

// elsewhere are run by tests of their own: TestGuidesExamplesRunAsPrinted and
// TestRealClientOIDCAgent.
var elsewhere = map[string]taken{
	"go-oidc":    {itself, itself, byHand, refused},
	"oidc-agent": {byHand, itself, byRevoking, lookedAway},
}

// What the page says was run is what is run, in that version.
func TestClientsPageSaysWhatWasRun(t *testing.T) {
	t.Parallel()
	ran := map[string]string{
		"go-oidc":    strings.TrimPrefix(required.FindStringSubmatch(block(t, guide(t), "sh", "go get "))[2], "v"),
		"oidc-agent": packaged("4.2.6, the package of Debian 12")(t),
	}
	for _, c := range realClients {
		ran[c.name] = c.version(t)
	}
	for _, api := range realAPIs {
		ran[api.name] = api.version(t)
	}
	for _, c := range docs.Clients() {
		if c.Run != ran[c.Name] {
			t.Errorf("docs/clients.md says of %s that %q was run; it is %q", c.Title, c.Run, ran[c.Name])
		}
	}
}

// The page's tables are what the tests look for.
func TestClientsPageSaysWhatEachWasTakenThrough(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(content), "\n## What each was taken through\n")
	var printed strings.Builder
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "|") {
			printed.WriteString(line)
		}
	}
	want := takenTable() + apiTable()
	if d := cmp.Diff(want, printed.String()); d != "" {
		t.Errorf("the page's tables are not these (-want +page):\n%s\n%s", want, d)
	}
}

// takenTable has a row for each client that is run, in the page's order.
func takenTable() string {
	rows := map[string]taken{}
	for name, through := range elsewhere {
		rows[name] = through
	}
	for _, c := range realClients {
		rows[c.name] = c.taken
	}
	table := &strings.Builder{}
	fmt.Fprintln(table, "| client | userinfo | refresh | sign-out | ID token of another client |")
	fmt.Fprintln(table, "|---|---|---|---|---|")
	for _, c := range docs.Clients() {
		if row, ran := rows[c.Name]; ran {
			fmt.Fprintf(table, "| %s | %s | %s | %s | %s |\n", c.Title, row.userinfo, row.refresh, row.signOut, row.audience)
		}
	}
	return table.String()
}

// apiTable has a row for each library of APIs that is run, and a column for each token
// that it is shown.
func apiTable() string {
	head, line, row := "| API |", "|---|", ""
	for _, p := range presentations {
		head, line = head+" "+p.title+" |", line+"---|"
		row += fmt.Sprintf(" %d |", p.want)
	}
	table := &strings.Builder{}
	fmt.Fprintf(table, "%s\n%s\n", head, line)
	for _, c := range docs.Clients() {
		for _, api := range realAPIs {
			if api.name == c.Name {
				fmt.Fprintf(table, "| %s |%s\n", c.Title, row)
			}
		}
	}
	return table.String()
}
