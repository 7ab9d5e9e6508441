package account

import (
	"context"
	"net/http"

	"gatehouse/fault"
	"gatehouse/proof"
	"gatehouse/web"
)

func (d *Door) password(w http.ResponseWriter, r *http.Request, v visitor) error {
	return d.Pages.Show(w, r, http.StatusOK, passwordPage{frame: v.frame, MinLength: d.MinPassword()})
}

// changePassword needs no fresh proof besides: the current password is one.
// Password and cookie are changed together, or neither is.
func (d *Door) changePassword(w http.ResponseWriter, r *http.Request, v visitor) error {
	var token string
	renew := func(ctx context.Context, fresh proof.Proof) (err error) {
		token, err = d.renew(ctx, v, fresh)
		return err
	}
	_, err := d.Identity.ChangePassword(r.Context(), v.by, v.user.ID, r.PostForm.Get("password"), r.PostForm.Get("new_password"), v.session.ID, renew)
	if err == nil {
		if err := d.Cookies.SetSession(w, r, token); err != nil {
			return err
		}
		return done(w, r, pathSecurity, "password")
	}
	if fault.CodeOf(err) == "session.none" { // not about what was typed
		return err
	}
	status, ok := v.frame.Reject(w, err)
	if !ok {
		return err
	}
	web.InfoOf(r.Context()).Rejected = web.Rejected{Err: err, User: v.user.ID}
	v.frame.Fields = asOnThePage(v.frame.Fields)
	return d.Pages.Show(w, r, status, passwordPage{frame: v.frame, MinLength: d.MinPassword()})
}

// renew gives the browser's session a new token after the password was proved
// and changed: whoever has a copy of the old cookie is out with it.
func (d *Door) renew(ctx context.Context, v visitor, fresh proof.Proof) (token string, err error) {
	err = d.Sessions.Act(ctx, v.session, func(ctx context.Context) error {
		person, err := d.Identity.Standing(ctx, v.user.ID)
		if err != nil {
			return err
		}
		_, token, err = d.Sessions.Raise(ctx, v.by, v.session, person.Living(v.session.Proofs).Merge(fresh))
		return err
	})
	return token, err
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
