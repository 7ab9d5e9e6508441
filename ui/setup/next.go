package setup

import (
	"context"
	"net/http"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// signIn signs the administrator in who was just made, by what they just typed and
// through the sign-in that everybody takes; so what the policy asks for besides
// comes next. Where that fails they are still made, and sign in by the form.
func (d *Door) signIn(w http.ResponseWriter, r *http.Request) error {
	out, err := d.prove(w, r)
	if err != nil {
		return view.SeeOther(w, r, signInThen)
	}
	if out.SessionToken != "" {
		if err := d.Cookies.SetSession(w, r, out.SessionToken); err != nil {
			return err
		}
	}
	return view.SeeOther(w, r, d.Next(out.Entry))
}

func (d *Door) prove(w http.ResponseWriter, r *http.Request) (flow.Outcome, error) {
	browser, err := d.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return flow.Outcome{}, err
	}
	// The administrator is there: a browser that hangs up now changes nothing.
	ctx := context.WithoutCancel(r.Context())
	i, err := d.Flow.Begin(ctx, browser, flow.Ask{ReturnTo: pathNext})
	if err != nil {
		return flow.Outcome{}, err
	}
	ref := flow.RefOf(i.Handle())
	ref.Browser, ref.Session = browser, d.Cookies.Session(r)
	return d.Flow.Password(ctx, web.Actor(r), ref, r.PostForm.Get("email"), r.PostForm.Get("password"))
}

// next tells administrators how to go on; it is no page for others.
func (d *Door) next(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Sessions.Authenticate(r.Context(), d.Cookies.Session(r), web.InfoOf(r.Context()).IP)
	if fault.Is(err, fault.Unauthenticated) {
		return view.SeeOther(w, r, signInThen)
	}
	if err != nil {
		return err
	}
	administers, err := d.Administrators.Administers(r.Context(), s.User)
	if err != nil {
		return err
	}
	if !administers {
		return fault.New(fault.NotFound, "page.not_found", "There is no such page.")
	}
	return d.Pages.Show(w, r, http.StatusOK, newNext(d.Issuer))
}
