package housetest

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

// consolePath is a path of the console as source says it.
var consolePath = regexp.MustCompile("[\"`](/console/[^\"`\\s?{]*)")

// Each path of the console that stands in the source of a page is that of a page, or what things of
// an area stand below: an area that is called otherwise is not linked to by its old name.
func TestEveryPathOfTheConsoleLeadsSomewhere(t *testing.T) {
	t.Parallel()
	found := map[string]string{}
	err := filepath.WalkDir(filepath.Join("..", "..", "ui"), func(name string, e fs.DirEntry, err error) error {
		source := strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_templ.go") && !strings.HasSuffix(name, "_test.go")
		if err != nil || e.IsDir() || !source || strings.Contains(name, "parttest") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, one := range consolePath.FindAllStringSubmatch(string(text), -1) {
			found[strings.TrimSuffix(one[1], "/")] = name
		}
		return err
	})
	must(t, err)
	if len(found) < 10 {
		t.Fatalf("only %d paths were found: %v", len(found), found)
	}
	s := newSteering(t)
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	for path, source := range found {
		if path == "/console/signin" || path == "/console/signout" {
			continue
		}
		page := b.Get(path)
		if page.Status == http.StatusNotFound && strings.Contains(page.Body, "page.not_found") {
			// Only things stand below it.
			page = b.Get(path + "/" + url.PathEscape("nothing"))
		}
		if strings.Contains(page.Body, "page.not_found") {
			t.Errorf("%s, in %s, is no page: %d", path, source, page.Status)
		}
	}
}
