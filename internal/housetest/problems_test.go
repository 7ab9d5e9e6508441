package housetest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

// The type of a problem document leads to a page that explains it (RFC 9457
// section 3.1.1), and so does the code on an error page.
func TestTheTypeOfAProblemLeadsToItsPage(t *testing.T) {
	t.Parallel()
	g := watched(t)
	for _, path := range []string{"/nothing/here", "/signin?i=int_nothing", "/consent?i=int_nothing"} {
		a := g.Get(path, "Accept", "application/json")
		var doc struct {
			Type  string
			Title string
		}
		if err := json.Unmarshal([]byte(a.Body), &doc); err != nil {
			t.Fatalf("%s: %v: %s", path, err, a.Body)
		}
		page, ours := strings.CutPrefix(doc.Type, gatetest.Issuer)
		if !ours {
			t.Errorf("%s: the type is %s", path, doc.Type)
			continue
		}
		if a := g.Get(page); a.Status != http.StatusOK || !strings.Contains(string(a.Body), "<h1><code>") {
			t.Errorf("%s leads to %s, which answers %d", path, page, a.Status)
		}
		if a := g.Get(path); !strings.Contains(string(a.Body), `href="`+page+`"`) {
			t.Errorf("the page of %s does not lead to %s", path, page)
		}
	}
}
