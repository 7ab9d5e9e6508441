package docstest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	namedTest = regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	gateRow   = regexp.MustCompile(`(?m)^\| ((?:(?:MC|[PHFITMCX])\d+ ?)+)\| [^|]+ \| ([^|]+) \|$`)
)

// gateRows is how many there are of each letter of what goes wrong at proxies.
var gateRows = map[string]int{"P": 18, "H": 8, "F": 11, "I": 11, "T": 11, "M": 12, "C": 8, "X": 10, "MC": 10}

// Each test that the page names is there, so that one that is renamed or removed takes its
// promise with it.
func TestThreatsNameTestsThatAreThere(t *testing.T) {
	t.Parallel()
	tests := testsOf(t)
	for _, m := range namedTest.FindAllStringSubmatch(read(t, "docs/threats.md"), -1) {
		if !tests[m[1]] {
			t.Errorf("there is no %s", m[1])
		}
	}
}

// Each row of what goes wrong at proxies is said to be held by something, once.
func TestThreatsSayWhatHoldsEachRowOfTheGate(t *testing.T) {
	t.Parallel()
	held := map[string]int{}
	for _, m := range gateRow.FindAllStringSubmatch(read(t, "docs/threats.md"), -1) {
		for _, row := range strings.Fields(m[1]) {
			held[row]++
		}
	}
	var wrong []string
	for letter, n := range gateRows {
		for i := 1; i <= n; i++ {
			if row := fmt.Sprint(letter, i); held[row] != 1 {
				wrong = append(wrong, fmt.Sprintf("%s %d times", row, held[row]))
			}
			delete(held, fmt.Sprint(letter, i))
		}
	}
	if slices.Sort(wrong); len(wrong) > 0 || len(held) > 0 {
		t.Errorf("listed otherwise than once: %v, and nobody knows %v", wrong, held)
	}
}
