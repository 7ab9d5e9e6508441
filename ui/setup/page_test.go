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
