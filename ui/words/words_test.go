package words_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"gatehouse/docs"
	"gatehouse/ui/words"
	"gatehouse/ui/words/wordstest"
)

func TestEveryPageHasATitleOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, c := range words.Shipped().Catalogues() {
		seen := map[string]string{}
		for _, e := range wordstest.Entries(c) {
			if e.Type != reflect.TypeFor[words.Title]() {
				continue
			}
			if other, ok := seen[e.Text]; ok {
				t.Errorf("%s: %s and %s are both %q", c.Tag(), other, e.Path, e.Text)
			}
			seen[e.Text] = e.Path
		}
		if len(seen) < 15 {
			t.Errorf("only %d titles: is Title not the type of titles any more?", len(seen))
		}
	}
}

// An entry is text: templ escapes it, so that a tag in it would be read aloud.
func TestEntriesAreText(t *testing.T) {
	t.Parallel()
	for _, c := range words.Shipped().Catalogues() {
		for _, e := range wordstest.Entries(c) {
			if strings.ContainsAny(e.Text, "<>&") || strings.TrimSpace(e.Text) != e.Text {
				t.Errorf("%s: %s is %q", c.Tag(), e.Path, e.Text)
			}
			if plain := e.Type == reflect.TypeFor[string](); plain && wordstest.Gaps(e.Text) != nil {
				t.Errorf("%s: %s has gaps, and is no Phrase: %q", c.Tag(), e.Path, e.Text)
			}
		}
	}
}

func TestEnglishHasEveryEntry(t *testing.T) {
	t.Parallel()
	have := map[string]bool{}
	for _, e := range wordstest.Entries(wordstest.English()) {
		have[e.Path] = true
	}
	var missing func(path string, v reflect.Value)
	missing = func(path string, v reflect.Value) {
		for i := range v.NumField() {
			name := strings.TrimPrefix(path+"."+v.Type().Field(i).Name, ".")
			switch f := v.Field(i); {
			case f.Type() == reflect.TypeFor[words.Plural]():
				if !have[name+".Other"] {
					t.Errorf("%s has no form for other numbers", name)
				}
			case f.Kind() == reflect.Struct && f.Type() != reflect.TypeFor[language.Tag]():
				missing(name, f)
			case f.Kind() == reflect.String && !have[name]:
				t.Errorf("%s is empty", name)
			}
		}
	}
	missing("", reflect.ValueOf(wordstest.English()))
}

func TestFaultsHaveCodesThatAreExplained(t *testing.T) {
	t.Parallel()
	for code := range wordstest.English().Faults {
		if _, ok := docs.ProblemOf(code); !ok {
			t.Errorf("%s has words, and no section in docs/problems.md", code)
		}
	}
}

var advice = regexp.MustCompile(`(?i)\b(go back|try again|tell|open the page|load the page|please|run|sign in|wait|gehen Sie|versuchen Sie|laden Sie|bitte|melden Sie|warten Sie)\b`)

// form is the end of a path within an entry: of a plural, or a month.
var form = regexp.MustCompile(`\.(None|One|Two|Few|Many|Other|\d+)$`)

// Two pieces of advice are one too many: people follow the wrong one.
func TestAPageGivesItsAdviceOnce(t *testing.T) {
	t.Parallel()
	for _, say := range words.Shipped().Catalogues() {
		for code, fault := range say.Faults {
			for _, status := range []int{400, 403, 404, 409, 422, 500} {
				said := say.Said(code, status)
				if said.Todo != "" && advice.MatchString(fault.Detail) {
					t.Errorf("%s (%d): %q, and then %q", code, status, fault.Detail, said.Todo)
				}
			}
		}
	}
}

// A sentence that is the title is left out; one that only begins with it would be read
// twice.
func TestAPageDoesNotBeginWithItsTitleAgain(t *testing.T) {
	t.Parallel()
	for _, say := range words.Shipped().Catalogues() {
		for code, fault := range say.Faults {
			if title := say.Said(code, 403).Title; strings.HasPrefix(fault.Detail, title) && fault.Detail != title+"." {
				t.Errorf("%s: %q, and then %q", code, title, fault.Detail)
			}
		}
	}
}

// gapsThatDiffer compares the gaps of each entry that a language has with those
// of English. A form of a plural may leave out the number, as in "one code is left".
func gapsThatDiffer(c words.Catalogue) []string {
	english := map[string]string{}
	for _, e := range wordstest.Entries(wordstest.English()) {
		english[e.Path] = e.Text
	}
	var all []string
	for _, e := range wordstest.Entries(c) {
		original, ok := english[e.Path]
		if !ok { // a form that English does not need, a fault that it leaves to the house
			original = english[e.Path[:strings.LastIndex(e.Path, ".")]+".Other"]
		}
		want, got := wordstest.Gaps(original), wordstest.Gaps(e.Text)
		if form := e.Path[strings.LastIndex(e.Path, ".")+1:]; form == "One" || form == "None" {
			want, got = slices.DeleteFunc(want, isNumber), slices.DeleteFunc(got, isNumber)
		}
		if !slices.Equal(want, got) {
			all = append(all, e.Path)
		}
	}
	return all
}

func isNumber(gap string) bool { return gap == "{n}" }

func TestLanguagesHaveTheGapsOfEnglish(t *testing.T) {
	t.Parallel()
	for _, c := range append(words.Shipped().Catalogues(), wordstest.Pseudo()) {
		if bad := gapsThatDiffer(c); bad != nil {
			t.Errorf("%s: %q", c.Tag(), bad)
		}
	}
	broken := wordstest.Pseudo()
	broken.Select.Continue, broken.Consent.GoingOn = "Weiter", "Weiter zu {hots}."
	broken.Account.Browsers.Other = "Browser"
	want := []string{"Select.Continue", "Consent.GoingOn", "Account.Browsers.Other"}
	if got := gapsThatDiffer(broken); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestAnEntryThatIsMissingIsEnglish(t *testing.T) {
	t.Parallel()
	half := words.Catalogue{
		Language: language.German,
		SignIn:   words.SignIn{Title: "Anmelden"},
		Account:  words.Account{Browsers: words.Plural{One: "{n} Browser", Other: "{n} Browser"}},
		Faults:   map[string]words.Fault{"flow.gone": {Title: "Diese Anmeldung ist vorbei"}, "totp.wrong": {Detail: "Der Code passt nicht."}},
	}
	say := words.NewLanguages(wordstest.English(), half).Choose(nil, "de")
	for what, pair := range map[string][2]string{
		"own title":         {string(say.SignIn.Title), "Anmelden"},
		"missing text":      {say.SignIn.Submit, "Sign in"},
		"own plural":        {say.Count(say.Account.Browsers, 0), "0 Browser"},
		"missing plural":    {say.Count(say.Account.AppsLeft, 1), "1 application"},
		"missing month":     {say.Moment(time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)), "1 March 2026, 12:04 UTC"},
		"own fault":         {say.Said("flow.gone", 404).Title, "Diese Anmeldung ist vorbei"},
		"rest of the fault": {say.Detail("flow.gone", ""), "It was finished, or it was never begun."},
		"missing fault":     {say.Said("flow.expired", 409).Title, "This sign-in took too long"},
		"missing status":    {say.Said("x", 502).Title, "Something went wrong on our side"},
		"house's sentence":  {say.Detail("totp.wrong", "That code does not fit."), "Der Code passt nicht."},
		"nobody's sentence": {say.Detail("password.weak", "This one is too short."), "This one is too short."},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
	if half.SignIn.Submit != "" || len(half.Faults) != 2 || wordstest.English().SignIn.Title != "Sign in" {
		t.Error("completing one catalogue changed another")
	}
}

func TestTheLanguageIsWhatTheApplicationElseTheBrowserAsksFor(t *testing.T) {
	t.Parallel()
	in := func(tag string) words.Catalogue { return words.Catalogue{Language: language.MustParse(tag)} }
	l := words.NewLanguages(wordstest.English(), in("de"), in("pt-BR"))
	for _, tt := range []struct{ locales, accept, want string }{
		{"", "", "en"},
		{"", "de", "de"},
		{"", "de-AT,de;q=0.9,en;q=0.8", "de"},
		{"", "en-GB,de;q=0.5", "en"},
		{"", "ja,de;q=0.3", "de"},
		{"", "pt", "pt-BR"},
		{"", "ja", "en"},
		{"", "de;q=x", "en"},
		{"", strings.Repeat("a-", 5000), "en"},
		{"de", "en", "de"},
		{"en", "de", "en"},
		{"de-CH en", "en", "de"},
		{"ja de", "en", "de"},
		{"ja", "de", "de"},
		{"? 1", "de", "de"},
	} {
		if got := l.Choose(strings.Fields(tt.locales), tt.accept).Tag(); got != tt.want {
			t.Errorf("ui_locales %q, Accept-Language %.40q: %s, want %s", tt.locales, tt.accept, got, tt.want)
		}
	}
	if got := words.NewLanguages(wordstest.English()).Choose([]string{"de"}, "de").Tag(); got != "en" {
		t.Errorf("with one language: %s", got)
	}
	if got := words.Shipped().Choose(nil, "de-AT").Tag(); got != "de" {
		t.Errorf("what ships speaks %s to an Austrian", got)
	}
}

func TestNumbersAreSaidInTheFormOfTheLanguage(t *testing.T) {
	t.Parallel()
	polish := words.Catalogue{Language: language.Polish}
	p := words.Plural{None: "żadnego kodu", One: "{n} kod", Few: "{n} kody", Many: "{n} kodów", Other: "{n} kodu"}
	for n, want := range map[int]string{0: "żadnego kodu", 1: "1 kod", 2: "2 kody", 5: "5 kodów", 22: "22 kody", 112: "112 kodów"} {
		if got := polish.Count(p, n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	english := wordstest.English()
	for seconds, want := range map[int]string{1: "1 second", 2: "2 seconds", 119: "119 seconds", 120: "2 minutes", 121: "3 minutes", 7199: "120 minutes", 86400: "24 hours"} {
		if got := english.Wait(seconds); got != want {
			t.Errorf("%d seconds: %q, want %q", seconds, got, want)
		}
	}
}

func TestAValueIsNeverTakenForAGap(t *testing.T) {
	t.Parallel()
	p := words.Phrase("{browser} on {system}, {} {open")
	got := p.Fill(words.Browser.Is("{system}"), words.System.Is("Linux"))
	if got != "{system} on Linux,  {open" {
		t.Errorf("filled: %q", got)
	}
}
