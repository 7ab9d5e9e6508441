package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gatehouse/ui/words"
	"gatehouse/ui/words/wordstest"
)

// foreign are the texts of the English catalogue that no German page may hold.
func foreign() (all []string) {
	for _, e := range wordstest.Entries(wordstest.English()) {
		if len(e.Text) >= 8 && wordstest.Gaps(e.Text) == nil {
			all = append(all, e.Text)
		}
	}
	return all
}

// german looks at the page as somebody sees it who reads German: no sentence of the
// English catalogue is on it, it fits, and it can be used by everybody.
func (b *tab) german(page, css string) {
	b.t.Helper()
	b.see(css)
	if got := b.value("document.documentElement.lang"); got != "de" {
		b.t.Errorf("%s is in %q", page, got)
	}
	text := b.value("document.title + ' ' + document.body.innerText")
	for _, sentence := range foreign() {
		if containsWords(text, sentence) {
			b.t.Errorf("%s says %q", page, sentence)
		}
	}
	b.fits("de-" + page)
	b.accessible(page, css)
}

// containsWords reports whether text holds the sentence, and not as a piece of longer words.
func containsWords(text, sentence string) bool {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == sentence || strings.Contains(sentence, " ") && strings.Contains(line, sentence) {
			return true
		}
	}
	return false
}

func TestADayInGerman(t *testing.T) {
	t.Parallel()
	if tags := words.Shipped().Tags(); len(tags) != 2 {
		t.Fatalf("%q ship", tags)
	}
	r := startDemo(t)
	ada := r.person("ada")
	b := newTab(t, chromedp.Flag("accept-lang", "de-DE"))

	b.open(r.issuer + "/")
	b.german("home", "#signin")
	b.open(r.issuer + "/nothing")
	b.german("error", "[data-testid=error-title]")
	b.open(r.app + "/login")
	b.german("signin", "#submit")
	b.fill("email", ada.Email)
	b.fill("password", "wrong")
	b.follow("#submit")
	b.german("signin-wrong", "[data-testid=problem]")
	b.fill("password", ada.Password)
	b.follow("#submit")
	b.german("factor", "#code")
	b.fill("code", "12")
	b.follow("#submit")
	b.says("[data-testid=problem]", "Ein Code hat sechs Ziffern.")
	b.follow("#recovery-code")
	b.german("recovery", "#recovery_code")
	b.follow("#app-code")
	b.fill("code", code(t, ada.TOTP))
	b.follow("#submit")
	b.german("consent", "#allow")
	b.follow("#allow")
	for _, path := range accountPages {
		b.open(r.issuer + path)
		b.german(strings.ReplaceAll(strings.Trim(strings.TrimSuffix(path, "?client=demo"), "/"), "/", "-"), "main h1")
	}
	b.open(r.issuer + "/signout")
	b.german("signout", "#submit")
	b.follow("#submit")
	b.german("signedout", "[data-testid=signed-out]")
}

// The choice at the foot of a page leads back to it, and lasts through a sign-in.
func TestWhoChoosesALanguageKeepsItThroughASignIn(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	ada := r.person("ada")
	b := newTab(t, chromedp.Flag("accept-lang", "en-GB"))
	b.open(r.app + "/login")
	b.says("h1", "Sign in")
	b.follow("[data-testid=language-de] button")
	b.says("h1", "Anmelden")
	b.signIn(ada)
	b.says("h1", "Zweiter Faktor")
	b.fill("code", code(t, ada.TOTP))
	b.follow("#submit")
	b.says("#allow", "Weiter")
	b.follow("[data-testid=language-en] button")
	b.says("#allow", "Continue")
	b.open(r.issuer + "/nothing")
	b.says("[data-testid=error-title]", "There is no such page")
	b.follow("[data-testid=language-de] button")
	b.says("[data-testid=error-title]", "Diese Seite gibt es nicht")
}

// speaks chooses the language at the foot of the page.
func (b *tab) speaks(language string) {
	b.t.Helper()
	b.follow("[data-testid=language-" + language + "] button")
}
