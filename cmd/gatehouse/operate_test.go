package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The commands of these sections of docs/operate.md are run as printed, in their
// order.
func TestTheCommandsOfOperateRun(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	script := `
env GATEHOUSE_LISTEN_PUBLIC=$PUBLIC
env GATEHOUSE_LISTEN_INTERNAL=$INTERNAL
exec gatehouse migrate up
exec gatehouse client create --id web --name Web --redirect-uri https://app.example.test/cb
`
	for _, section := range []string{"Backup and restore", "Doctor", "Settings while it runs"} {
		lines := commands(string(page), section)
		if len(lines) == 0 {
			t.Fatalf("docs/operate.md has no commands in %q", section)
		}
		for _, line := range lines {
			if strings.HasPrefix(line, "gatehouse restore ") { // into an empty database
				script += "rm gatehouse-data/gatehouse.db\n"
			}
			if strings.HasPrefix(line, "gatehouse doctor") { // the database is that of before the back-up
				script += "exec gatehouse backup before-doctor.backup\n"
			}
			script += "exec sh -c '" + strings.ReplaceAll(line, "'", "''") + "'\n"
		}
	}
	file := filepath.Join(t.TempDir(), "operate.txtar")
	writeFile(t, file, script)
	testscript.Run(t, testscript.Params{Files: []string{file}, Setup: scriptPorts, RequireExplicitExec: true})
}

// commands returns the lines of a section's shell blocks.
func commands(page, section string) (lines []string) {
	_, rest, _ := strings.Cut(page, "\n## "+section+"\n")
	body, _, _ := strings.Cut(rest, "\n## ")
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(body, -1) {
		for line := range strings.Lines(block[1]) {
			if line, _, _ = strings.Cut(line, "  #"); strings.TrimSpace(line) != "" {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
	}
	return lines
}
