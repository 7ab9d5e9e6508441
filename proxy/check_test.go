package proxy

import (
	"net/http"
	"testing"

	"gatehouse/gate"
)

// A question is answered by the routes by which whoever asks was known: not by those of a moment
// later, of which it may be none.
func TestAQuestionIsAnsweredByTheRoutesByWhichItsProxyWasKnown(t *testing.T) {
	t.Parallel()
	s := newScene(t, nil)
	edge := &Edge{&gate.Edge{ID: "nginx", Dialect: gate.Nginx}, s.Routes()}
	s.Routes = func() *gate.Set { return &gate.Set{} }
	o := Original{Method: "GET", Scheme: "https", Host: "api.test", Target: "/orders/1", IP: "203.0.113.7", Header: http.Header{"Authorization": {"Bearer " + itsKey}}}
	if a := s.Check(t.Context(), edge, o, nil); !a.Allowed() {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
