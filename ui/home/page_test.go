package home

import (
	"testing"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

func TestHomePageIsWellMade(t *testing.T) {
	t.Parallel()
	pages := map[string]view.Page{
		"home":            homePage{Issuer: "https://id.example.com"},
		"home, set-up":    homePage{Issuer: "https://id.example.com", NeedsSetup: true},
		"home, signed in": homePage{Issuer: "https://id.example.com", Email: "alice@example.com"},
	}
	viewtest.Crawl(t, pages)
	viewtest.FormActions(t, pages, map[string]string{"home": "'self'"})
}
