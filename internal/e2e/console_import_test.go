package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Five thousand people are taken in by a file: looked at first, with a bar that moves while the
// page is left and come back to.
func TestFiveThousandPeopleAreImportedInTheConsole(t *testing.T) {
	file := filepath.Join(t.TempDir(), "people.csv")
	var text strings.Builder
	text.WriteString("email;name;attributes.department\n") // as spreadsheets of many countries write it
	for i := range 5000 {
		fmt.Fprintf(&text, "person-%d@import.test;Person %d;sales\n", i, i)
	}
	text.WriteString("nonsense;N;\nada@example.test;Ada;\n")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	inEveryWay(t, func(t *testing.T, b *tab) {
		r := startDemo(t)
		b.administers(r, "/console/users")
		b.follow("#import")
		b.says("h1", "Import people")
		b.says("[data-testid=command]", "gatehouse user import people.csv --dry-run")
		if !b.keys {
			b.accessible("the form of an import", "#import")
		}
		b.attach("file", file)
		b.follow("#submit")
		b.says("h1", "Import of people.csv")
		b.says("#rows tbody tr:first-child", "is not an email address")
		b.says(".sure", "Import 5,000 people?")
		if !b.keys {
			b.accessible("what a file comes to", ".sure")
		}
		b.follow("#submit")
		there := b.location()
		b.until("the bar moves, or all is done", "document.querySelector('.known') !== null && (document.querySelector('#job progress') === null || document.querySelector('#job progress').value > 0)")
		b.open(r.issuer + "/console/users") // they leave it alone
		b.open(there)
		b.until("it is done", "document.readyState === 'complete' && document.querySelector('.known') !== null && document.getElementById('job') === null")
		b.says(".known", "Done")
		b.says(".tiles", "5,000")
		b.open(r.issuer + "/console/users?search=person-4999")
		b.says("#people", "Person 4999")
	})
}

// attach gives a field a file. Its window is not of the page: whoever has no mouse comes as far as the
// button that opens it.
func (b *tab) attach(id, file string) {
	b.t.Helper()
	b.done++
	if b.keys {
		b.reach("#" + id)
	}
	b.do("choose the file", chromedp.SetUploadFiles(chromedp.CSS("#"+id), []string{file}))
}
