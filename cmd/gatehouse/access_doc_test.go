package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/shell"
)

var (
	docBlock  = regexp.MustCompile("(?ms)^```(sh|text)\n(.*?)^```$")
	anyGrant  = regexp.MustCompile(`gra_[a-z2-7]+`)
	anyMoment = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
	spaces    = regexp.MustCompile(` +`)
)

// The page is what an operator types: each of its commands is run, one after the
// other, and prints what the page says that it prints.
func TestCommandsOfTheAccessPageAreRunAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/access.md")
	if err != nil {
		t.Fatal(err)
	}
	b := newBeside(t)
	printed, commands, outputs := "", 0, 0
	for _, m := range docBlock.FindAllStringSubmatch(string(page), -1) {
		if m[1] == "text" {
			outputs++
			if want := unspaced(m[2]); printed != want {
				t.Errorf("the page says\n%s\nand the command\n%s", want, printed)
			}
			continue
		}
		for line := range strings.SplitSeq(strings.ReplaceAll(strings.TrimSpace(m[2]), "\\\n", " "), "\n") {
			words, err := shell.Words(line)
			if err != nil || words[0] != "gatehouse" {
				t.Fatalf("%s: %v", line, err)
			}
			code, stdout, stderr := b.try(words[1:]...)
			if code != exitDone {
				t.Fatalf("%s: exit %d, %s", line, code, stderr)
			}
			printed = unspaced(anyMoment.ReplaceAllString(anyGrant.ReplaceAllString(stdout, "GRANT"), "TIME"))
			commands++
		}
	}
	if commands < 12 || outputs < 3 {
		t.Errorf("%d commands and %d outputs were found: they are looked for in the wrong way", commands, outputs)
	}
}

// unspaced is text with one space for each run of them: columns are as wide as an id.
func unspaced(text string) string { return spaces.ReplaceAllString(text, " ") }
