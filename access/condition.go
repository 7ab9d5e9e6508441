package access

import (
	"runtime"
	"strings"
	"sync"
	"weak"

	"cel.dev/cel-go/cel"
)

// condition is a CEL expression, one for each source that a snapshot has. It is compiled
// when it is first asked: a house may have thousands that nobody asks.
type condition struct {
	source string

	once    sync.Once
	program cel.Program // nil when it does not compile
	clock   bool        // whether it reads the local time
	reads   readings

	filtered apartOnce
}

// programs are the conditions of the snapshots that there are. To compile one takes a
// hundred times as long as to ask it, and each change of what somebody has makes all of
// theirs anew.
var programs sync.Map // source → weak.Pointer[condition]

// conditionOf returns the condition of a source.
func conditionOf(source string) *condition {
	fresh := &condition{source: source}
	for {
		kept, there := programs.LoadOrStore(source, weak.Make(fresh))
		if !there {
			runtime.AddCleanup(fresh, forget, source)
			return fresh
		}
		if c := kept.(weak.Pointer[condition]).Value(); c != nil {
			return c
		}
		programs.CompareAndDelete(source, kept)
	}
}

// forget drops a condition that no snapshot has any more.
func forget(source string) {
	if kept, there := programs.Load(source); there && kept.(weak.Pointer[condition]).Value() == nil {
		programs.CompareAndDelete(source, kept)
	}
}

func (c *condition) compiled() cel.Program {
	c.once.Do(func() {
		if checked, err := check(c.source); err == nil {
			c.clock = strings.Contains(c.source, "local") // a text that says so too: that costs a second look, no wrong answer
			c.program, _ = checked.program()              // nil with the error
			c.reads = readingsOf(checked.tree.NativeRep().Expr())
		}
	})
	return c.program
}

// readsClock reports whether the answer depends on the local time.
func (c *condition) readsClock() bool {
	c.compiled()
	return c.clock
}

// readings is what it asks.
func (c *condition) readings() *readings {
	c.compiled()
	return &c.reads
}

const noSuchKey = "no such key: "

// attributeOf names the attribute that an expression asked for and was not given.
func attributeOf(err error) string {
	_, name, _ := strings.Cut(err.Error(), noSuchKey)
	return short(name)
}
