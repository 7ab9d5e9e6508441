package setup

import (
	"testing"

	"gatehouse/fault"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

func TestSetUpPageIsWellMade(t *testing.T) {
	t.Parallel()
	pages := map[string]view.Page{
		"setup":        setupPage{Form: viewtest.Form(), MinLength: 12},
		"setup, any":   setupPage{Form: viewtest.Form()},
		"setup, spent": setupPage{Form: view.Form{Token: viewtest.FormToken, Wrong: fault.New(fault.Forbidden, codeLink, "Spent.")}, Link: "link-token"},
		"next":         newNext("https://id.example.com"),
		"setup, wrong": setupPage{Form: viewtest.Broken(), MinLength: 12},
	}
	viewtest.Crawl(t, pages)
	viewtest.FormActions(t, pages, map[string]string{"setup": "'self'"})
}

// Without a link the token must be typed first; with one nobody sees its input, and
// the script moves on (setup.js).
func TestSetUpBeginsAtWhatIsMissing(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{"": "token", "link-token": "email"} {
		for _, n := range viewtest.Nodes(t, viewtest.Shown(t, setupPage{Form: viewtest.Form(), Link: link}).Body.Bytes()) {
			if viewtest.Has(n, "autofocus") && viewtest.Attr(n, "id") != want {
				t.Errorf("with the link %q the focus is on %s, want %s", link, viewtest.Attr(n, "id"), want)
			}
		}
	}
}
