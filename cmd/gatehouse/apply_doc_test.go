package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gatehouse/shell"
)

var (
	applyBlock = regexp.MustCompile("(?ms)^```(sh|sh !|text|yaml [\\w./-]+)\n(.*?)^```$")
	anyPerson  = regexp.MustCompile(`usr_[a-z2-7]+`)
	anySecret  = regexp.MustCompile(`gatehouse_cs_\S+`)
)

// The page is what an operator types, over the files that it shows.
func TestCommandsOfTheApplyPageAreRunAsTheyArePrinted(t *testing.T) {
	page, err := os.ReadFile("../../docs/apply.md")
	if err != nil {
		t.Fatal(err)
	}
	b := newBeside(t)
	t.Chdir(t.TempDir())
	printed, commands, outputs := "", 0, 0
	for _, m := range applyBlock.FindAllStringSubmatch(string(page), -1) {
		if name, ok := strings.CutPrefix(m[1], "yaml "); ok {
			if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(m[2]), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if m[1] == "text" {
			outputs++
			if want := unspaced(m[2]); printed != want {
				t.Errorf("the page says\n%s\nand the command\n%s", want, printed)
			}
			continue
		}
		for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(m[2]), "\\\n", " "), "\n") {
			commands++
			if name, ok := strings.CutPrefix(line, "rm "); ok {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
				continue
			}
			words, err := shell.Words(line)
			if err != nil || words[0] != "gatehouse" {
				t.Fatalf("%s: %v", line, err)
			}
			want := exitDone
			switch code, stdout, stderr := b.try(words[1:]...); {
			case m[1] == "sh !":
				if want = exitFailed; code != want {
					t.Fatalf("%s: exit %d, want %d", line, code, want)
				}
				printed = unspaced(stderr)
			case code != want && !(strings.HasSuffix(line, "--plan") && code == exitDrift && stderr == ""):
				t.Fatalf("%s: exit %d, %s", line, code, stderr)
			default:
				printed = unspaced(anyPerson.ReplaceAllString(anyGrant.ReplaceAllString(anySecret.ReplaceAllString(stdout, "SECRET"), "GRANT"), "PERSON"))
			}
		}
	}
	if commands < 9 || outputs < 4 {
		t.Errorf("%d commands and %d outputs were found: they are looked for in the wrong way", commands, outputs)
	}
}
