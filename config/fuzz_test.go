package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLoad looks for files that break the reader, or that are taken although
// what they say is out of bounds.
func FuzzLoad(f *testing.F) {
	example, err := os.ReadFile("gatehouse.example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add(strings.ReplaceAll(string(example), "\n#", "\n"))
	f.Add("session:\n  idle: 12h\nlog: {level: debug}\n")
	f.Add("trusted_proxies: [10.0.0.0/8, ::1]\nstore: {url: 'postgres://a:b@c/d'}")
	f.Add("store:\n  url: |\n    sqlite:x\n")
	f.Add(gateFile)
	f.Add("upstreams: [{issuer: x, scopes: [a]}, {rules: [{path: /}], claims: {email: e}}]\nopen: true\n")
	f.Add("a: &a [*a]\n---\n? x\n: !!str y\n<<: *a")
	f.Add("log:\n\tlevel: \"\\x00\xff\"\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), "g.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		fuzzGate(t, file)
		c, s, err := Load(Options{File: file})
		if err != nil {
			mustSayProblems(t, err)
			return
		}
		if bad := c.Validate(); len(bad) > 0 {
			t.Fatalf("taken although %v", bad)
		}
		Settings(c, s)
	})
}

// fuzzGate reads the file with lists of sections and booleans.
func fuzzGate(t *testing.T, file string) {
	c := defaultGate()
	l := newLoader(gateKeys, &c)
	l.read(Options{File: file})
	l.check(validateBelow(l.root, ""))
	if err := l.failure(); err != nil {
		mustSayProblems(t, err)
		return
	}
	gateKeys.settings(l.root, l.sources, "")
}

func mustSayProblems(t *testing.T, err error) {
	t.Helper()
	e, ok := err.(*Error)
	if !ok || len(e.Problems) == 0 || e.Error() == "" {
		t.Fatalf("not a list of problems: %v", err)
	}
}
