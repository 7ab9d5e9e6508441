package view_test

import (
	"testing"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

func TestSharedPagesAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, view.Samples(t))
}

func TestSharedFormsLeadWhereTheySay(t *testing.T) {
	t.Parallel()
	viewtest.FormActions(t, view.Samples(t), map[string]string{
		"sign out, app": "", "sign out": "'self'", "error": "'self'", "form post": "https://grafana.example.com",
	})
}
