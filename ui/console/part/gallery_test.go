package part_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/ui/console/part/parttest"
	"gatehouse/ui/view/viewtest"
)

func TestThePartsAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, parttest.Pages())
}

// The pages of the gallery are kept where GATEHOUSE_TEST_GALLERY names a directory, to look at.
func TestTheGalleryHoldsEveryPart(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("GATEHOUSE_TEST_GALLERY")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, p := range parttest.Pages() {
		file := filepath.Join(dir, strings.ReplaceAll(strings.ReplaceAll(name, ",", ""), " ", "-")+".html")
		if err := os.WriteFile(file, viewtest.Shown(t, p).Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
