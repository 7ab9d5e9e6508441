package pdp_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/pdp"
	"gatehouse/web"
)

// What an evaluation costs behind the connection: from the request's body to the
// answer's.
func BenchmarkEvaluation(b *testing.B) {
	d := newPoint(b, shop())
	one := ask("user", ada, "read", "shop/orders", "42")
	many := strings.TrimSuffix(one, "}") + `,"evaluations":[` + strings.TrimSuffix(strings.Repeat(`{"resource":{"type":"shop/orders","id":"42"}},`, 20), ",") + `]}`
	for name, c := range map[string]struct{ path, body string }{
		"one": {pdp.PathEvaluation, one}, "twenty at once": {pdp.PathEvaluations, many}, "actions": {pdp.PathSearchAction, one},
	} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodPost, issuer+c.path, nil)
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer decider")
			r = r.WithContext(web.WithInfo(r.Context(), &web.Info{ID: "req_test", IP: "192.0.2.1"}))
			b.ReportAllocs()
			for b.Loop() {
				r.Body, r.ContentLength = io.NopCloser(strings.NewReader(c.body)), int64(len(c.body))
				w := httptest.NewRecorder()
				d.mux.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
