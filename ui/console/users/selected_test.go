package users

import (
	"slices"
	"testing"
)

// Several at once are offered what is of use to them: who is disabled is not disabled again.
func TestAListOffersWhatFitsItsState(t *testing.T) {
	t.Parallel()
	for state, want := range map[string][]string{
		"":         {"disable", "enable", "sign-out", "password-link", "group"},
		"active":   {"disable", "sign-out", "password-link", "group"},
		"disabled": {"enable", "sign-out", "password-link", "group"},
	} {
		var got []string
		for _, b := range bulks {
			if b.fits(state) {
				got = append(got, b.name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("of the state %q: %v, want %v", state, got, want)
		}
	}
}
