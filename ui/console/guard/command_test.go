package guard

import (
	"net/url"
	"testing"
	"time"
)

// Whatever somebody typed or called a thing is no flag of the command that is printed.
func TestNoValueOfACommandIsAFlag(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for want, line := range map[string]*Line{
		"gatehouse scope update --description=-x --yes -- -rf other": Run("scope", "update").With("description", "-x").Tick("yes", true).Tick("json", false).On("-rf", "other"),
		"gatehouse a --until 2026-03-01T20:00:00Z":                   Run("a").Ends("until", "", now),
		"gatehouse a --until 2026-03-03T12:00:00Z":                   Run("a").Ends("until", "2d", now),
		"gatehouse a --until=-soon":                                  Run("a").Ends("until", "-soon", now),
		"gatehouse role show editor":                                 Run("role", "show").On("editor"),
		"gatehouse a --b ''":                                         Run("a").With("b", "").If("c", "").With("d"),
		"gatehouse a --b NAME --c 1 --c 2":                           Run("a").Typed("b", "", "NAME").With("c", "1", "2"),
	} {
		if got := line.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// A list that is narrowed has no command that lists all.
func TestAPartOfAListHasNoCommandOfTheWhole(t *testing.T) {
	t.Parallel()
	for want, asked := range map[string]url.Values{"gatehouse role list": {"cursor": {"x"}}, "": {"search": {"a"}}} {
		if got := Whole(asked, "role", "list"); got != want {
			t.Errorf("of %v: %q, want %q", asked, got, want)
		}
	}
}
