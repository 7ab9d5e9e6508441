package account

import (
	"net/http"

	"gatehouse/fault"
	"gatehouse/proof"
)

func (d *Door) password(w http.ResponseWriter, r *http.Request, v visitor) error {
	return d.Pages.Show(w, r, http.StatusOK, passwordPage{frame: v.frame, MinLength: d.MinPassword})
}

// changePassword needs no fresh proof besides: the current password is one.
func (d *Door) changePassword(w http.ResponseWriter, r *http.Request, v visitor) error {
	fresh, err := d.Identity.ChangePassword(r.Context(), v.by, v.user.ID, r.PostForm.Get("password"), r.PostForm.Get("new_password"), v.session.ID)
	if err == nil {
		return d.renew(w, r, v, fresh)
	}
	status, ok := v.frame.Reject(w, err)
	if !ok {
		return err
	}
	v.frame.Fields = asOnThePage(v.frame.Fields)
	return d.Pages.Show(w, r, status, passwordPage{frame: v.frame, MinLength: d.MinPassword})
}

// renew gives the browser's session a new token after the password was proved
// and changed: whoever has a copy of the old cookie is out with it.
func (d *Door) renew(w http.ResponseWriter, r *http.Request, v visitor, fresh proof.Proof) error {
	person, err := d.Identity.Standing(r.Context(), v.user.ID)
	if err != nil {
		return err
	}
	_, token, err := d.Sessions.Raise(r.Context(), v.by, v.session, person.Living(v.session.Proofs).Merge(fresh))
	if err != nil {
		return err
	}
	if err := d.Cookies.SetSession(w, r, token); err != nil {
		return err
	}
	return done(w, r, pathPassword, "password")
}

// inputs maps what identity calls the two passwords to the inputs of the page.
var inputs = map[string]string{"current": "password", "password": "new_password"}

func asOnThePage(fields []fault.Field) []fault.Field {
	renamed := make([]fault.Field, len(fields))
	for i, f := range fields {
		if name, ok := inputs[f.Name]; ok {
			f.Name = name
		}
		renamed[i] = f
	}
	return renamed
}
