package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gatehouse/shell"
)

var (
	shellOrPython = regexp.MustCompile("(?ms)^```(sh|python)\n(.*?)^```$")
	kept          = regexp.MustCompile(`^([A-Z]+)=\$\(gatehouse (.*) \| jq -r \.(\w+)\)$`)
	intoFile      = regexp.MustCompile(`^gatehouse (.*) > (\S+)$`)
)

// auditor is somebody at a shell, in a directory of their own.
type auditor struct {
	*beside
	t    *testing.T
	dir  string
	vars map[string]string
}

// The page is what an auditor types. What it gives to a stranger to check a proof is
// what checks it here: Python and OpenSSL, which know nothing of us.
func TestCommandsOfTheAuditPageAreRun(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"python3", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is not there: scripts/install-test-servers installs it", tool)
			}
			t.Skipf("%s is not there", tool)
		}
	}
	page, err := os.ReadFile("../../docs/audit.md")
	if err != nil {
		t.Fatal(err)
	}
	a := &auditor{newBeside(t), t, t.TempDir(), map[string]string{}}
	a.gatehouse("user", "create", "--email", "eve@example.test", "--name", "=1+1", "--no-password")
	blocks := shellOrPython.FindAllStringSubmatch(string(page), -1)
	for _, m := range blocks {
		if m[1] == "python" {
			a.write("check.py", m[2])
		}
	}
	commands := 0
	for _, m := range blocks {
		if m[1] != "sh" {
			continue
		}
		for line := range strings.SplitSeq(strings.TrimSpace(m[2]), "\n") {
			a.run(variable.ReplaceAllStringFunc(line, func(name string) string {
				if value, ok := a.vars[name[1:]]; ok {
					return value
				}
				return name
			}))
			commands++
		}
	}
	if commands < 9 {
		t.Errorf("%d commands were found: they are looked for in the wrong way", commands)
	}
	if !strings.Contains(a.read("events.ndjson"), `"action":"user.create"`) {
		t.Errorf("the export holds %s", a.read("events.ndjson"))
	}

	// What is not as it was does not pass.
	proof := a.read("proof.json")
	for name, change := range map[string][2]string{
		"another entry": {`user.create`, `user.delete`}, "another place": {`"index": `, `"index": 1`}, "another root": {`\n\n`, `x\n\n`},
		"a document that was not": {`eve@example`, `ada@example`},
	} {
		if changed := strings.Replace(proof, change[0], change[1], 1); changed == proof {
			t.Errorf("%s: %q is not in the proof", name, change[0])
		} else if a.write("bad.json", changed); a.check("bad.json", a.vars["KEY"]) == nil {
			t.Errorf("%s passes", name)
		}
	}
	if err := a.check("proof.json", strings.Replace(a.vars["KEY"], "A", "B", 1)); err == nil {
		t.Error("another key passes")
	}
}

func (a *auditor) write(name, text string) {
	a.t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, name), []byte(text), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *auditor) read(name string) string {
	a.t.Helper()
	text, err := os.ReadFile(filepath.Join(a.dir, name))
	if err != nil {
		a.t.Fatal(err)
	}
	return string(text)
}

func (a *auditor) gatehouse(words ...string) string {
	a.t.Helper()
	code, stdout, stderr := a.try(words...)
	if code != exitDone {
		a.t.Fatalf("%s: exit %d, %s", strings.Join(words, " "), code, stderr)
	}
	return stdout
}

func (a *auditor) words(line string) []string {
	a.t.Helper()
	words, err := shell.Words(line)
	if err != nil {
		a.t.Fatalf("%s: %v", line, err)
	}
	return words
}

func (a *auditor) run(line string) {
	a.t.Helper()
	if m := kept.FindStringSubmatch(line); m != nil {
		out := a.gatehouse(a.words(m[2])...)
		found := regexp.MustCompile(`"` + m[3] + `": ?"([^"]+)"`).FindStringSubmatch(out)
		if found == nil {
			a.t.Fatalf("%s: no %s in %s", line, m[3], out)
		}
		a.vars[m[1]] = found[1]
		return
	}
	if m := intoFile.FindStringSubmatch(line); m != nil {
		a.write(m[2], a.gatehouse(a.words(m[1])...))
		return
	}
	words := a.words(line)
	if words[0] == "gatehouse" {
		a.gatehouse(words[1:]...)
		return
	}
	if words[0] != "python3" || words[1] != "check.py" {
		a.t.Fatalf("nobody knows how to run %s", line)
	}
	if err := a.check(words[2], words[3]); err != nil {
		a.t.Errorf("%s: %v", line, err)
	}
}

// check runs the page's program on a proof.
func (a *auditor) check(file, key string) error {
	cmd := exec.CommandContext(a.t.Context(), "python3", "check.py", file, key)
	cmd.Dir = a.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		a.t.Logf("%s", out)
	}
	return err
}
