package words_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/ui/words"
	"gatehouse/ui/words/wordstest"
)

// same are the entries that a language may have in common with English.
var same = map[string][]string{
	"de": {
		"ConsoleUsers.Name", "ConsoleSessions.Browser", "ConsoleSessions.One",
		"ConsoleApplications.Name", "ConsoleApplications.Logo", "ConsoleApplications.Scopes", "ConsoleApplications.Audiences", "ConsoleApplications.Discovery", "ConsoleApplications.TokenAt", "ConsoleApplications.UserinfoAt", "ConsoleApplications.PKCE", "ConsoleApplications.Grants", "ConsoleApplications.FormatString", "ConsoleApplications.Person", "ConsoleApplications.Userinfo",
		"ConsoleAPIs.Title", "ConsoleAPIs.Which", "ConsoleRoles.API", "ConsoleRoutes.API",
		"Console.Kinds.user", "Console.Kinds.organisation",
		"Time.Months.3", "Time.Months.7", "Time.Months.8", "Time.Months.10", // April, August, September, November
		"Setup.Name",
		"Part.Version", "Part.In", "Part.Live",
		"Console.Example", "ConsoleGrants.Kinds.user", "ConsoleGrants.Kinds.organisation", "ConsoleAudit.Kinds.person", "ConsoleLocks.Kinds.user",
		"ConsoleUsers.Known", "ConsoleSessions.Known", "ConsoleGrants.Known", "ConsoleAudit.Known", "ConsoleLocks.Known", "ConsoleApplications.Known", "ConsoleAPIs.Known", "ConsoleRoles.Known", "ConsoleMembers.Known", "ConsoleServices.Known", "ConsoleRoutes.Says", "ConsoleGateParts.Says", "ConsoleKeys.Known", "ConsoleSettings.Known", // Details, Definition
		"Form.Optional", "ConsoleApplications.Issuer", "ConsoleApplications.Tokens", "ConsoleSettings.Tokens", "ConsoleSettings.Logo", "ConsoleRoles.Matrix", "ConsoleRoutes.Route", "ConsoleRoutes.Upstream", "ConsoleUpstreams.Title", "ConsoleGateParts.Audience", "ConsoleHealth.Redis", "ConsoleHealth.Version",
	},
}

// lacking returns the entries of English that c has not, and those that it says in
// English still.
func lacking(c words.Catalogue) (missing, untranslated []string) {
	have := map[string]string{}
	for _, e := range wordstest.Entries(c) {
		have[e.Path] = e.Text
	}
	for _, e := range wordstest.Entries(wordstest.English()) {
		switch said := have[e.Path]; {
		case said == "":
			missing = append(missing, e.Path)
		case said == e.Text && !slices.Contains(same[c.Tag()], e.Path):
			untranslated = append(untranslated, e.Path)
		}
	}
	return missing, untranslated
}

func TestEveryLanguageHasEveryEntryInItsOwnWords(t *testing.T) {
	t.Parallel()
	for _, c := range words.Written() {
		missing, untranslated := lacking(c)
		if missing != nil || untranslated != nil {
			t.Errorf("%s lacks %q, and is English at %q", c.Tag(), missing, untranslated)
		}
	}
	if len(words.Written())+1 != len(words.Shipped().Tags()) {
		t.Errorf("%q ship, and %d are looked at", words.Shipped().Tags(), len(words.Written())+1)
	}
	broken := words.Written()[0]
	broken.SignIn.Title, broken.Others.Lead.One, broken.Home.Lead = "", "", wordstest.English().Home.Lead
	missing, untranslated := lacking(broken)
	if !slices.Equal(missing, []string{"SignIn.Title", "Others.Lead.One"}) || !slices.Equal(untranslated, []string{"Home.Lead"}) {
		t.Errorf("found %q missing and %q English", missing, untranslated)
	}
}

// What is only in the other language would be said of what nobody knows in English.
func TestNoLanguageSpeaksOfWhatEnglishDoesNotKnow(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, e := range wordstest.Entries(wordstest.English()) {
		known[e.Path] = true
	}
	for _, c := range words.Written() {
		for _, e := range wordstest.Entries(c) {
			if !known[e.Path] && !form.MatchString(e.Path) {
				t.Errorf("%s has %s, which English has not", c.Tag(), e.Path)
			}
		}
	}
}

// A line that ends between a number and what it counts is read twice.
func TestGermanKeepsNumbersWithWhatTheyCount(t *testing.T) {
	t.Parallel()
	for _, e := range wordstest.Entries(words.Written()[0]) {
		for _, apart := range []string{"{n} ", "{day}. ", "{clock} "} {
			if strings.Contains(e.Text, apart) {
				t.Errorf("%s breaks after %q: %q", e.Path, apart, e.Text)
			}
		}
		if strings.ContainsAny(e.Text, `"'`) {
			t.Errorf("%s has quotation marks that are not „…“: %q", e.Path, e.Text)
		}
	}
}
