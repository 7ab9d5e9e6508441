package signin

import (
	"net/http"

	"gatehouse/flow"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// signIn shows the page for name and password. Without an interaction it begins
// one that ends at a page of our own.
func (d *Door) signIn(w http.ResponseWriter, r *http.Request) error {
	if !r.URL.Query().Has("i") {
		return d.begin(w, r)
	}
	return d.get(flow.StepSignIn, d.drawSignIn)(w, r)
}

// begin starts a sign-in that no application asked for, unless the browser is
// signed in already. Where nobody is there yet nobody can pass it, and the page that says
// where the set-up link is comes instead.
func (d *Door) begin(w http.ResponseWriter, r *http.Request) error {
	ask := flow.Ask{ReturnTo: ReturnPath(r.URL.Query().Get("return_to"))}
	e, err := d.Flow.Decide(r.Context(), ask, d.Cookies.Session(r), ip(r))
	if err != nil {
		return err
	}
	if e.Decision.Step == flow.StepIssue {
		return view.SeeOther(w, r, ask.ReturnTo)
	}
	if nobody, err := d.People.Nobody(r.Context()); err != nil {
		return err
	} else if nobody {
		return view.SeeOther(w, r, "/")
	}
	browser, err := d.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return err
	}
	i, err := d.Flow.Begin(r.Context(), browser, ask)
	if err != nil {
		return err
	}
	return d.lead(w, r, flow.Entry{Interaction: i, Decision: flow.Decision{Step: flow.StepSignIn}})
}

// drawSignIn keeps the name that was typed, never the password.
func (d *Door) drawSignIn(r *http.Request, e flow.Entry, s stepFrame) (view.Page, error) {
	login := e.Interaction.Ask.LoginHint
	if r.PostForm.Has("email") {
		login = r.PostForm.Get("email")
	}
	return signInPage{stepFrame: s, Login: login}, nil
}

func (d *Door) proveByPassword(r *http.Request, ref flow.Ref) (flow.Outcome, error) {
	return d.Flow.Password(r.Context(), web.Actor(r), ref, r.PostForm.Get("email"), r.PostForm.Get("password"))
}
