package housetest

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/gate"
	"gatehouse/wire"
)

// jsonNames adds the names that the fields of t have in JSON.
func jsonNames(t reflect.Type, names map[string]bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" && f.Anonymous {
			jsonNames(f.Type, names)
			continue
		}
		names[name] = true
	}
}

// What an event tells of a thing has the names that commands print it by: who
// compares them needs one vocabulary. docs/audit.md explains the few beside it.
func TestEventsCallThingsAsCommandsDo(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile(goldenTrail)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, shape := range []any{wire.UserDetail{}, wire.Client{}, wire.Session{}, wire.Key{}, wire.API{}, wire.Role{}, wire.Grant{}, wire.Group{}, wire.Member{}, wire.Lock{}, wire.Org{}, wire.ServiceAccount{}, wire.ServiceKey{}, wire.Scope{}, gate.RouteSpec{}, gate.UpstreamSpec{}} {
		jsonNames(reflect.TypeOf(shape), names)
	}
	// Of things that no command prints: how many factors, since when one counts, an
	// authorization's strength, a pruning, grants that ended with somebody, how many sessions ended.
	beside := []string{"grants", "memberships", "locks", "served_apis", "jwks_sha256", "logo_sha256", "factors", "confirmed", "acr", "session", "events", "first", "none_before", "ended"}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^ +(?:before|after) +(\{.*\})$`).FindAllStringSubmatch(string(golden), -1) {
		var doc map[string]any
		if err := json.Unmarshal([]byte(m[1]), &doc); err != nil {
			t.Fatal(err)
		}
		for name := range doc {
			seen[name] = true
			if !names[name] && !slices.Contains(beside, name) {
				t.Errorf("an event says %q, which no command calls so: %s", name, m[1])
			}
		}
	}
	if len(seen) < 20 {
		t.Fatalf("only %d names were found: this test looks for them in the wrong way", len(seen))
	}
}
