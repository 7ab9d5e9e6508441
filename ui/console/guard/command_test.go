package guard

import "testing"

// Whatever somebody typed or called a thing is no flag of the command that is printed.
func TestNoValueOfACommandIsAFlag(t *testing.T) {
	t.Parallel()
	for want, line := range map[string]*Line{
		"gatehouse scope update --description=-x --yes -- -rf other": Run("scope", "update").With("description", "-x").Tick("yes", true).Tick("json", false).On("-rf", "other"),
		"gatehouse role show editor":                                 Run("role", "show").On("editor"),
		"gatehouse a --b ''":                                         Run("a").With("b", "").If("c", "").With("d"),
		"gatehouse a --b NAME --c 1 --c 2":                           Run("a").Typed("b", "", "NAME").With("c", "1", "2"),
	} {
		if got := line.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
