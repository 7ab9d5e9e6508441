package main

import (
	"strings"
	"sync"
	"testing"

	"gatehouse/wire"
)

// Two operators who type the same at the same moment make one grant, and all but one of
// them are told of it.
func TestCommandsThatGiveTheSameAtOnceGiveItOnce(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	if code, _, stderr := b.try("user", "create", "--email", "ada@example.test", "--no-password"); code != exitDone {
		t.Fatal(stderr)
	}
	const operators = 5
	var all sync.WaitGroup
	var codes [operators]int
	var said [operators]string
	for i := range operators {
		all.Go(func() {
			codes[i], _, said[i] = b.try("grant", "create", "--user", "ada@example.test", "--role", "auditor", "--reason", "test", "--json")
		})
	}
	all.Wait()
	made := 0
	for i, code := range codes {
		if code == exitDone {
			made++
		} else if !strings.Contains(said[i], `"code":"grant.exists"`) {
			t.Errorf("exit %d, %s", code, said[i])
		}
	}
	var list []wire.Grant
	b.run(&list, "grant", "list", "--user", "ada@example.test")
	if made != 1 || len(list) != 1 {
		t.Errorf("%d were made, and there are %d", made, len(list))
	}
}
