package guard

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
	"gatehouse/web"
)

func failure(status int, code string, fields ...fault.Field) view.Failure {
	r := httptest.NewRequest(http.MethodGet, "/console/nothing", nil)
	return view.NewPages("https://id.example.com").Failure(r, web.ErrorPage{Status: status, Code: code, Fields: fields})
}

func TestPagesOfTheGuardAreWellMade(t *testing.T) {
	t.Parallel()
	section := Section{Path: "/console/users", Label: func(say *words.Catalogue) string { return say.Console.Directory }}
	f := Frame{Form: viewtest.Form(), nav: []Group{{Sections: []Section{section}}, {Label: section.Label, Sections: []Section{section}}}}
	viewtest.Crawl(t, map[string]view.Page{
		"onwards":           onwardsPage{To: "/console"},
		"again":             againPage{To: "/console/signin", Known: true},
		"again, dangerous":  againPage{To: "/console/signin", Known: true, For: "deleteUser", Within: 10 * time.Minute},
		"again, signed out": againPage{To: "/console/signin"},
		"lacking":           lackingPage{Frame: f, Permission: "gatehouse/users:read"},
		"error, 404":        failedPage{Frame: f, failure: failure(404, "page.not_found")},
		"error, 422":        failedPage{Frame: f, failure: failure(422, "request.invalid", fault.Field{Name: "state", Problem: "is needed"})},
	})
}
