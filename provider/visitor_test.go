package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"

	"gatehouse/audit"
	"gatehouse/flow"
)

// sent returns the interaction that the answer leads to by path.
func (d *door) sent(w *httptest.ResponseRecorder, path string) string {
	d.t.Helper()
	rest, ok := strings.CutPrefix(w.Header().Get("Location"), path)
	if w.Code != http.StatusSeeOther || !ok {
		d.t.Fatalf("the answer is %d to %q, want a 303 to %s", w.Code, w.Header().Get("Location"), path)
	}
	return rest
}

func (d *door) get(path string) *httptest.ResponseRecorder {
	return d.browse(httptest.NewRequest(http.MethodGet, path, nil))
}

func (d *door) refOf(i string) flow.Ref {
	ref := flow.RefOf(i)
	ref.Browser, ref.Session = d.cookies[browserName], d.cookies[sessionName]
	return ref
}

// begun is the sign-in that the browser names by i.
func (d *door) begun(i string) flow.Interaction {
	d.t.Helper()
	e, err := d.Flow.Look(d.t.Context(), d.refOf(i), "")
	if err != nil {
		d.t.Fatal(err)
	}
	return e.Interaction
}

// password signs ada in within the interaction.
func (d *door) password(i string) {
	d.t.Helper()
	ref := d.refOf(i)
	out, err := d.Flow.(*flow.Service).Password(d.t.Context(), audit.Actor{IP: "192.0.2.1"}, ref, "ada@example.test", "password")
	if err != nil {
		d.t.Fatal(err)
	}
	d.cookies[sessionName] = out.SessionToken
}

// consent says yes or no on the consent page.
func (d *door) consent(i string, allow bool) {
	d.t.Helper()
	ref := d.refOf(i)
	if _, err := d.Flow.(*flow.Service).Consent(d.t.Context(), audit.Actor{IP: "192.0.2.1"}, ref, allow); err != nil {
		d.t.Fatal(err)
	}
}
