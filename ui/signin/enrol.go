package signin

import (
	"net/http"
	"strings"

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
	return enrolPage{stepFrame: s, Secret: secret, URL: url, QR: code, Back: backOf(e.Interaction.Ask)}, nil
}

// backOf is where a person who came by themselves may go instead. One who must
// enrol has no other way.
func backOf(ask flow.Ask) string {
	back, _, _ := strings.Cut(ask.ReturnTo, "?")
	if ask.Client != "" || back != "/account/security" {
		return ""
	}
	return back
}

func (d *Door) confirmEnrol(r *http.Request, ref flow.Ref) (flow.Outcome, error) {
	return d.Flow.ConfirmEnrol(r.Context(), web.Actor(r), ref, r.PostForm.Get("code"))
}
