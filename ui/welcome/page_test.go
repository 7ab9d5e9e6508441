package welcome

import (
	"testing"

	"gatehouse/fault"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

func TestTheWelcomeIsWellMade(t *testing.T) {
	t.Parallel()
	pages := map[string]view.Page{
		"link":            linkPage{Form: viewtest.Form()},
		"link, spent":     linkPage{Form: view.Form{Token: viewtest.FormToken, Wrong: fault.New(fault.Forbidden, codeLink, "Spent.")}},
		"password":        passwordPage{Form: viewtest.Form(), Link: "usr_a.token", Email: "ada@example.com", MinLength: 12},
		"password, wrong": passwordPage{Form: viewtest.Broken(), Link: "usr_a.token", Email: "ada@example.com", MinLength: 12},
	}
	viewtest.Crawl(t, pages)
	viewtest.FormActions(t, pages, map[string]string{"link": "'self'", "password": "'self'"})
}

func TestTheWholeLinkWillDoForItsToken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"usr_a.abc": "usr_a.abc", " usr_a.abc\n": "usr_a.abc", "https://id.example.com/welcome#token=usr_a.abc": "usr_a.abc", "": "",
	} {
		if got := tokenOf(text); got != want {
			t.Errorf("%q has the token %q, want %q", text, got, want)
		}
	}
}
