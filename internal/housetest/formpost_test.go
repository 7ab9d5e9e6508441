package housetest

import "testing"

// The Form Post profile has the modules of the Basic profile, answered by a page
// that posts itself (OAuth 2.0 Form Post Response Mode).
func TestFormPostProfile(t *testing.T) {
	t.Parallel()
	runModules(t, "form_post")
}
