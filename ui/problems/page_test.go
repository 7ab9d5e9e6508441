package problems

import (
	"testing"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

func TestProblemPageIsWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, map[string]view.Page{
		"problem": problemPage{"flow.gone", "Signing in", []string{"It was finished.", "Run `gatehouse setup-link` again."}},
	})
}
