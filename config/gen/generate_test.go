package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/config"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedFilesAreFresh(t *testing.T) {
	t.Parallel()
	files, err := generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Errorf("%v: run go run ./config/gen", err)
			continue
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is stale: run go run ./config/gen\n%s", name, diff)
		}
	}
}

// The example must be a file that Gatehouse takes once everything in it counts,
// and it must say nothing but the defaults.
func TestExampleHoldsTheDefaults(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../gatehouse.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(example), "\n\n")
	var b bytes.Buffer
	for line := range strings.Lines(body) {
		b.WriteString(strings.TrimPrefix(line, "#"))
	}
	file := filepath.Join(t.TempDir(), "gatehouse.yaml")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, sources, err := config.Load(config.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := config.Load(config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got.Web.TrustedProxies = nil // an empty list in the file
	got.Sources, want.Sources = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the example differs from the defaults (-want +got):\n%s", diff)
	}
	for _, k := range config.Keys() {
		_, item, ofList := strings.Cut(k.Path, "[].")
		if ofList { // what a list of sections may hold is a comment in the example
			if !strings.Contains(string(example), "#   "+item+": ") {
				t.Errorf("%s is not in the example", k.Path)
			}
			continue
		}
		if sources[k.Path].Layer != config.File {
			t.Errorf("%s is not in the example", k.Path)
		}
	}
}

// Lists of sections, sections in sections and booleans are written so that a
// reader can take the comment signs away, step by step.
func TestSectionsOfListsAreWritten(t *testing.T) {
	t.Parallel()
	keys := []config.Key{
		{Path: "open", Env: "GATEHOUSE_OPEN", Kind: config.Boolean, Default: "true", Doc: "Whether."},
		{Path: "gate.routes", Kind: config.Sections, Doc: "The routes."},
		{Path: "gate.routes[].host", Kind: config.Text, Doc: "The host."},
		{Path: "gate.routes[].rules", Kind: config.Sections, Doc: "The rules."},
		{Path: "gate.routes[].rules[].path", Kind: config.Text, Default: "/", Doc: "The path."},
		{Path: "gate.routes[].rules[].public", Kind: config.Boolean, Default: "false", Doc: "For all."},
		{Path: "gate.routes[].claims.email", Kind: config.Text, Default: "email", Doc: "The claim."},
		{Path: "gate.wait", Env: "GATEHOUSE_GATE_WAIT", Kind: config.Duration, Default: "5s", Doc: "How long."},
		{Path: "gate.tls.token", Env: "GATEHOUSE_GATE_TLS_TOKEN", Kind: config.Text, Secret: true, Doc: "A secret."},
	}
	want := `
## Whether.
#open: true

#gate:
#  # The routes.
#  routes: []
#    # - # The host.
#    #   host: ""
#    #   # The rules.
#    #   rules: []
#    #     - # The path.
#    #       path: /
#    #       # For all.
#    #       public: false
#    #   claims:
#    #     # The claim.
#    #     email: email
#  # How long.
#  wait: 5s
#  tls:
#    # A secret.
#    token: ""
`
	_, got, _ := strings.Cut(string(example(keys)), "code.\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("example (-want +got):\n%s", diff)
	}
	text := string(reference(keys))
	for _, want := range []string{
		"\nA list of sections, whose keys are written with `[]` below,",
		"\n## gate.routes[].rules[]\n\n### `gate.routes[].rules[].path`\n\nThe path.\n\n- Default: `/`\n- Environment: none, it stands in the file\n- Kind: text\n",
		"\n### `gate.tls.token`\n\nA secret.\n\n- Default: not set\n- Environment: `GATEHOUSE_GATE_TLS_TOKEN` or `GATEHOUSE_GATE_TLS_TOKEN_FILE`\n- Kind: secret\n",
		"\n### `open`\n\nWhether.\n\n- Default: `true`\n- Environment: `GATEHOUSE_OPEN`\n- Kind: boolean\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the reference lacks %q:\n%s", want, text)
		}
	}
}

func TestKindsAreWhatTheFieldsAre(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../../docs/config.md")
	if err != nil {
		t.Fatal(err)
	}
	for key, kind := range map[string]string{
		"passwords.slots": "number", // 0 reads like a duration
		"passwords.wait":  "duration",
		"trusted_proxies": "list",
		"store.url":       "secret",
		"signin.mfa":      "text",
	} {
		_, section, _ := strings.Cut(string(reference), "### `"+key+"`")
		section, _, _ = strings.Cut(section, "\n#")
		if !strings.Contains(section, "- Kind: "+kind+"\n") {
			t.Errorf("%s is not called a %s:\n%s", key, kind, section)
		}
	}
}
