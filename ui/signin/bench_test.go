package signin

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
)

func BenchmarkSignInPage(b *testing.B) {
	pages := view.NewPages("https://id.example.com")
	p := signInPage{stepFrame: stepFrame{Form: viewtest.Form(), Interaction: viewtest.Interaction, App: "Grafana", Travels: true}}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		if err := pages.Show(w, r, http.StatusOK, p); err != nil {
			b.Fatal(err)
		}
	}
}
