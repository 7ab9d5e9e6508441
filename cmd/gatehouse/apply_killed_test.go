package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whoever pulls the plug while a set is written finds all of it done, or nothing, and
// can apply it again.
func TestAnApplyThatIsKilledDidAllOrNothing(t *testing.T) {
	t.Parallel()
	const objects = 4000
	var set strings.Builder
	for i := range objects {
		fmt.Fprintf(&set, "apiVersion: gatehouse/v1\nkind: Group\nmetadata: {id: g%d}\nspec: {description: %q}\n---\n", i, strings.Repeat("x", 200))
	}
	// The log of the database grows while the set is written, and behind that while it is
	// folded into the file. Killed is at the first letter, in the middle, and at the end.
	for _, grown := range []int64{1, 1 << 20, 4 << 20} {
		t.Run(fmt.Sprint(grown), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "big.yaml"), set.String())
			gatehouse := func(words ...string) (*exec.Cmd, *bytes.Buffer) {
				command, said := exec.CommandContext(t.Context(), "gatehouse", words...), new(bytes.Buffer)
				command.Dir, command.Env = dir, slices.Concat(os.Environ(), []string{"GATEHOUSE_DATA_DIR=" + filepath.Join(dir, "data")})
				command.Stdout = said
				return command, said
			}
			if command, said := gatehouse("migrate", "up"); command.Run() != nil {
				t.Fatal(said)
			}
			log := filepath.Join(dir, "data", "gatehouse.db-wal")
			command, _ := gatehouse("apply", "-f", "big.yaml", "--yes")
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			died := make(chan error, 1)
			go func() { died <- command.Wait() }()
			for ended := false; !ended; {
				select {
				case <-died:
					ended = true // it was faster
				case <-time.After(time.Millisecond):
					if info, err := os.Stat(log); err == nil && info.Size() > grown {
						if err := command.Process.Kill(); err == nil {
							<-died
						}
						ended = true
					}
				}
			}
			left := func() int {
				command, said := gatehouse("apply", "-f", "big.yaml", "--plan", "--json")
				_ = command.Run() // 2 where something differs
				var plan struct{ Changes []any }
				if err := json.Unmarshal(said.Bytes(), &plan); err != nil {
					t.Fatalf("%v: %s", err, said)
				}
				return len(plan.Changes)
			}
			events, trail := gatehouse("audit", "export")
			if err := events.Run(); err != nil {
				t.Fatal(err)
			}
			switch n, told := left(), strings.Count(trail.String(), "group.create"); {
			case n != 0 && n != objects:
				t.Errorf("%d of %d are left", n, objects)
			case n+told != objects:
				t.Errorf("%d are left, and %d events tell of those that were made", n, told)
			}
			if command, said := gatehouse("apply", "-f", "big.yaml", "--yes"); command.Run() != nil || left() != 0 {
				t.Errorf("it cannot be applied again: %s", said)
			}
		})
	}
}
