package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whoever pulls the plug while people are taken in finds each of them once when it goes on.
func TestAnImportThatIsKilledGoesOnWithoutMakingAnybodyTwice(t *testing.T) {
	t.Parallel()
	const people = 3000
	var file strings.Builder
	file.WriteString("email,name\n")
	for i := range people {
		fmt.Fprintf(&file, "person-%d@import.test,Person %d\n", i, i)
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "people.csv"), file.String())
	writeFile(t, filepath.Join(dir, "one.csv"), "email\none@import.test\n")
	gatehouse := func(words ...string) (*exec.Cmd, *bytes.Buffer) {
		command, said := exec.CommandContext(t.Context(), "gatehouse", words...), new(bytes.Buffer)
		command.Dir, command.Env = dir, slices.Concat(os.Environ(), []string{"GATEHOUSE_DATA_DIR=" + filepath.Join(dir, "data")})
		command.Stdout = said
		return command, said
	}
	made := func() int {
		export, trail := gatehouse("audit", "export")
		if err := export.Run(); err != nil {
			t.Fatal(err)
		}
		return strings.Count(trail.String(), "user.create")
	}
	if command, said := gatehouse("migrate", "up"); command.Run() != nil {
		t.Fatal(said)
	}
	command, _ := gatehouse("user", "import", "people.csv")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for range 600 { // some have been made, and more are to be
		if made() > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	if n := made(); n == 0 || n >= people || n%25 != 0 {
		t.Errorf("%d people were made when it was killed: want some whole batches", n)
	}
	// The next process goes on with it before it does what it was started for.
	if command, said := gatehouse("user", "import", "one.csv"); command.Run() != nil || !strings.Contains(said.String(), "1 were created") {
		t.Fatalf("said %q", said)
	}
	list, all := gatehouse("user", "list", "--all")
	if err := list.Run(); err != nil {
		t.Fatal(err)
	}
	if n, told := strings.Count(all.String(), "@import.test"), made(); n != people+1 || told != n {
		t.Errorf("%d people are there and %d events tell of them, want %d", n, told, people+1)
	}
}
