package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/docs"
	"gatehouse/shell"
)

// created is what client create printed, without what differs each time.
func (b *beside) created(args ...string) map[string]any {
	b.t.Helper()
	var c map[string]any
	b.run(&c, append([]string{"client", "create"}, args...)...)
	for _, name := range []string{"client_id", "client_secret", "created", "updated", "secrets"} {
		delete(c, name)
	}
	return c
}

// printed is what the command wrote for people.
func (b *beside) printed(args ...string) string {
	b.t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(b.t.Context(), args, b.env, strings.NewReader(""), &stdout, &stderr); code != exitDone {
		b.t.Fatalf("gatehouse %s: exit %d: %s", strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String()
}

var createLine = regexp.MustCompile(`(?m)^(?:bin/)?gatehouse client create (?:.*\\\n)*.*$`)

// Whatever a page tells people to type is accepted as it is printed.
func TestEveryClientCreateLineOfTheDocumentsIsAccepted(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, page := range append(pages, "../../README.md") {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range createLine.FindAllString(string(content), -1) {
			lines++
			words, err := shell.Words(line)
			if err != nil {
				t.Errorf("%s: %v: %s", page, err, line)
				continue
			}
			b.printed(append(words[1:], "--id", fmt.Sprintf("line-%d", lines))...) // the last --id counts: pages use the same one
		}
	}
	if lines < len(docs.Clients()) {
		t.Errorf("only %d lines were found", lines)
	}
}

// The page and the flag are one: --for makes the client that the line makes.
func TestForMakesWhatThePagesLineMakes(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	for _, c := range docs.Clients() {
		line := append([]string{}, c.Create...)
		for i, word := range line {
			if word == "my-app" {
				line[i] = "line-" + strings.ReplaceAll(c.Name, "/", "-")
			}
		}
		want := b.created(line...)
		args := []string{"--for", c.Name, "--audience", docs.ExampleAPI}
		if strings.Contains(strings.Join(c.Create, " "), docs.ExampleApp) {
			args = append(args, "--home-url", docs.ExampleApp)
		}
		if !strings.Contains(strings.Join(c.Create, " "), docs.ExampleAPI) {
			args = append(args[:2], args[4:]...)
		}
		if d := cmp.Diff(want, b.created(args...)); d != "" {
			t.Errorf("--for %s is not what the page says (-page +command):\n%s", c.Name, d)
		}
	}
}

func TestForPrintsTheSettingsWithOnesOwnValues(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	issuer := b.house.Config.Issuer
	for _, c := range docs.Clients() {
		id := "own-" + strings.ReplaceAll(c.Name, "/", "-")
		args := []string{"client", "create", "--for", c.Name, "--id", id, "--audience", "https://orders.corp.test"}
		if strings.Contains(strings.Join(c.Create, " "), docs.ExampleApp) {
			args = append(args, "--home-url", "https://apps.corp.test/one/")
		}
		out := b.printed(args...)
		for _, placeholder := range []string{"example.com", "my-app", "](", "```"} {
			if strings.Contains(out, placeholder) {
				t.Errorf("--for %s still says %q:\n%s", c.Name, placeholder, out)
			}
		}
		if !strings.Contains(out, issuer) && !strings.Contains(out, strings.TrimPrefix(issuer, "http://")) {
			t.Errorf("--for %s does not name the issuer:\n%s", c.Name, out)
		}
		if n := strings.Count(out, "gatehouse_cs_"); n > 1 {
			t.Errorf("--for %s repeats the secret %d times", c.Name, n)
		}
	}
}

// What is given by hand wins, and takes what contradicts it with it.
func TestForLeavesWhatWasGiven(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	for _, test := range []struct {
		args  []string
		field string
		want  any
	}{
		{[]string{"--for", "grafana", "--redirect-uri", "https://g.corp.test/cb"}, "redirect_uris", []any{"https://g.corp.test/cb"}},
		{[]string{"--for", "grafana", "--redirect-uri", "https://g.corp.test/cb"}, "client_uri", "https://g.corp.test"},
		{[]string{"--for", "Grafana", "--home-url", "https://g.corp.test", "--name", "Ours"}, "client_name", "Ours"},
		{[]string{"--for", "oidc-client-ts", "--home-url", "https://g.corp.test", "--auth-method", "client_secret_post"}, "token_endpoint_auth_method", "client_secret_post"},
		{[]string{"--for", "kubelogin", "--redirect-uri", "http://localhost:1"}, "redirect_uris", []any{"http://localhost:1"}},
		{[]string{"--for", "auth.js", "--home-url", "https://g.corp.test", "--id-token-claims=false"}, "id_token_claims", false},
	} {
		if got := b.created(test.args...)[test.field]; !cmp.Equal(got, test.want) {
			t.Errorf("%q makes %s %v, want %v", test.args, test.field, got, test.want)
		}
	}
}

func TestForSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"--for", "grafna"}, "it knows openid-client, "},
		{[]string{"--for", "grafana"}, "--home-url"},
		{[]string{"--for", "spring-resource-server"}, "--audience"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append([]string{"client", "create"}, test.args...), b.env, strings.NewReader(""), &stdout, &stderr)
		if code != exitUsage || !strings.Contains(stderr.String(), test.says) {
			t.Errorf("%q: exit %d, says %q, want %q", test.args, code, stderr.String(), test.says)
		}
	}
}
