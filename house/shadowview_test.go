package house

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/gate"
	"gatehouse/proxy"
)

// Whatever the gate did not let through is among its refusals: also what was allowed, and could not
// be read, or ended before it began.
func TestRefusalsAreWhateverDidNotGoThrough(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC()
	file := filepath.Join(t.TempDir(), "decisions")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	write := json.NewEncoder(out)
	for _, e := range []proxy.Entry{
		{ID: "passed", Decision: "allow"},
		{ID: "denied", Decision: "deny", Code: "caller.forbidden"},
		{ID: "unread", Decision: "allow", Code: "gate.mcp_json"},
		{ID: "unread of theirs", Decision: "own", Code: "gate.mcp_json"},
		{ID: "broken", Decision: "error", Code: "internal"},
		{ID: "in the shadow", Decision: "deny", Code: "caller.forbidden", Shadow: true},
		{ID: "of another route", Decision: "deny", Code: "caller.forbidden", Route: "other"},
	} {
		if e.At = now; e.Route == "" {
			e.Route = "orders"
		}
		if err := write.Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	h := &House{Decisions: &Decisions{}}
	h.Config.Gate.Decisions = gate.DecisionsConfig{File: file}
	told, err := h.GateRefusals(t.Context(), now.Add(-time.Hour), "orders")
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]int{"deny": 1, "error": 3}; told.Count != 4 || !maps.Equal(told.Outcomes, want) {
		t.Errorf("there are %d, %v; want %v", told.Count, told.Outcomes, want)
	}
	for _, one := range told.Requests {
		if one.ID == "passed" || one.ID == "in the shadow" || one.ID == "of another route" || one.Decision == "allow" || one.Code == "" {
			t.Errorf("%+v", one)
		}
	}
	shadowed, err := h.Shadowed(t.Context(), now.Add(-time.Hour), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(shadowed.Requests) != 1 || shadowed.Outcomes["deny"] != 1 {
		t.Errorf("in the shadow: %+v", shadowed)
	}
}
