package signin

import (
	"net/http"

	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// drawEnrol shows the key of the new authenticator. Asking for it again gives the
// same pending key, so loading the page twice changes nothing.
func (d *Door) drawEnrol(r *http.Request, e flow.Entry, s stepFrame) (view.Page, error) {
	secret, url, err := d.Flow.StartEnrol(r.Context(), web.Actor(r), d.ref(r, e.Interaction.Handle()))
	if err != nil {
		return nil, err
	}
	code, err := newQR(url)
	if err != nil {
		return nil, err
	}
	return enrolPage{stepFrame: s, Secret: secret, URL: url, QR: code}, nil
}

func (d *Door) confirmEnrol(r *http.Request, ref flow.Ref) (flow.Outcome, error) {
	return d.Flow.ConfirmEnrol(r.Context(), web.Actor(r), ref, r.PostForm.Get("code"))
}
