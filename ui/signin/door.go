// Package signin holds the pages of a sign-in: name and password, choice of
// account, second step, enrolment, who is not taken in, consent, and signing out. It takes what the
// person typed to flow and shows the step that flow says comes next; no page
// decides that itself. A post that comes late, twice or from the back button
// therefore only leads to where the sign-in stands.
package signin

import (
	"context"
	"net/http"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/session"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Flow is the sign-in as flow.Service runs it; its faults are named there.
type Flow interface {
	Begin(ctx context.Context, browser string, ask flow.Ask) (flow.Interaction, error)
	Decide(ctx context.Context, ask flow.Ask, session, ip string) (flow.Entry, error)
	Look(ctx context.Context, ref flow.Ref, ip string) (flow.Entry, error)
	Password(ctx context.Context, from audit.Actor, ref flow.Ref, login, password string) (flow.Outcome, error)
	TOTP(ctx context.Context, from audit.Actor, ref flow.Ref, code string) (flow.Outcome, error)
	Recovery(ctx context.Context, from audit.Actor, ref flow.Ref, code string) (flow.Outcome, error)
	StartEnrol(ctx context.Context, from audit.Actor, ref flow.Ref) (secret, url string, err error)
	ConfirmEnrol(ctx context.Context, from audit.Actor, ref flow.Ref, code string) (flow.Outcome, error)
	Choose(ctx context.Context, from audit.Actor, ref flow.Ref, other bool) (flow.Outcome, error)
	Consent(ctx context.Context, from audit.Actor, ref flow.Ref, allow bool) (flow.Outcome, error)
	Leave(ctx context.Context, from audit.Actor, ref flow.Ref) (flow.Outcome, error)
	Keep(ctx context.Context, e flow.Entry) (flow.Entry, error)
}

// Sessions finds and ends the browser's session; *session.Manager does.
type Sessions interface {
	// Known answers Unauthenticated when there is no live session. One that is
	// suspended is known too.
	Known(ctx context.Context, token string) (session.Session, error)
	End(ctx context.Context, by audit.Actor, session id.Session, reason audit.Reason) error
}

// People names the person of a session, and says whether there is any; *identity.Service does.
type People interface {
	User(ctx context.Context, user id.User) (identity.User, error)
	// Nobody reports whether there is not a single person.
	Nobody(ctx context.Context) (bool, error)
}

// Door serves the pages. All fields but Help must be set.
type Door struct {
	Flow     Flow
	Sessions Sessions
	People   People
	Cookies  *web.Cookies
	Pages    *view.Pages
	// Next returns the path where the sign-in of e goes on, and Again the one where it
	// begins anew, as the functions of these names do.
	Next, Again func(e flow.Entry) string
	Help        func() Help // nil: nothing
	// Console is the client of our own console, which says by web.ParamFor what a sign-in is for.
	Console id.Client
}

// Mount registers the pages.
func (d *Door) Mount(m *web.Mux) {
	m.Route("GET "+pathSignIn, d.signIn)
	m.Route("POST "+pathSignIn, d.shown(flow.StepSignIn, d.drawSignIn, d.post(d.proveByPassword, d.drawSignIn)))
	m.Route("GET "+pathHelp, d.help)
	m.Route("POST "+pathHelp, d.help)
	m.Route("GET "+pathSelect, d.get(flow.StepSelect, d.drawSelect))
	m.Route("POST "+pathSelect, d.post(d.choose, d.drawSelect))
	m.Route("GET "+pathFactor, d.get(flow.StepFactor, d.drawFactor))
	m.Route("POST "+pathFactor, d.shown(flow.StepFactor, d.drawFactor, d.post(d.proveByCode, d.drawFactor)))
	m.Route("GET "+pathRecovery, d.get(flow.StepFactor, d.drawRecovery))
	m.Route("POST "+pathRecovery, d.shown(flow.StepFactor, d.drawRecovery, d.post(d.proveByRecovery, d.drawRecovery)))
	m.Route("GET "+pathEnrol, d.get(flow.StepEnrol, d.drawEnrol))
	m.Route("POST "+pathEnrol, d.post(d.confirmEnrol, d.drawEnrol))
	m.Route("GET "+pathBarred, d.get(flow.StepBarred, d.drawBarred))
	m.Route("POST "+pathBarred, d.post(d.leave, d.drawBarred))
	m.Route("GET "+pathConsent, d.get(flow.StepConsent, d.drawConsent))
	m.Route("POST "+pathConsent, d.post(d.consent, d.drawConsent))
	m.Route("GET "+pathSignOut, d.askSignOut)
	m.Route("POST "+pathSignOut, d.signOut)
}

// draw makes the page of a step. s holds what all steps share, and what was
// wrong when the form comes back.
type draw func(r *http.Request, e flow.Entry, s stepFrame) (view.Page, error)

// act takes what was posted to the flow.
type act func(r *http.Request, ref flow.Ref) (flow.Outcome, error)

// get shows the page of step if the sign-in stands there, and leads to where it
// stands otherwise.
func (d *Door) get(step flow.Step, page draw) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		e, err := d.Flow.Look(r.Context(), d.ref(r, handleOf(r)), ip(r))
		speak(r, e)
		if err != nil {
			return d.lost(w, r, e, err)
		}
		if !e.Interaction.Finished.IsZero() {
			return d.comeBack(w, r, e)
		}
		if e.Decision.Step != step {
			return d.lead(w, r, e)
		}
		return d.show(w, r, http.StatusOK, e, d.step(r, e), page)
	}
}

// shown shows the page of step to who asks for it by a form, because the sign-in is
// too long for a link, and gives all else to post.
func (d *Door) shown(step flow.Step, page draw, post web.Handler) web.Handler {
	show := d.get(step, page)
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return fault.Wrap(err, fault.Malformed, "form.malformed", "The form could not be read.")
		}
		if r.PostForm.Has("show") {
			return show(w, r)
		}
		return post(w, r)
	}
}

// handleOf is the sign-in that the browser names.
func handleOf(r *http.Request) string {
	if r.Method == http.MethodPost {
		return r.PostForm.Get("i")
	}
	return r.URL.Query().Get("i")
}

// codeTaken is the code of a refusal for a form that names somebody else than who
// is signed in.
const codeTaken = "signin.another_session"

// post takes a form to the flow. What the person can mend comes back on the same
// page; anything else goes on to the next step.
func (d *Door) post(do act, page draw) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return fault.Wrap(err, fault.Malformed, "form.malformed", "The form could not be read.")
		}
		out, err := do(r, d.ref(r, r.PostForm.Get("i")))
		speak(r, out.Entry)
		if err == nil {
			return d.goOn(w, r, out)
		}
		s := d.step(r, out.Entry)
		if fault.CodeOf(err) == codeTaken && out.Person != nil {
			note(r, out.Entry, err)
			s.Wrong = web.AsFault(err)
			return d.show(w, r, http.StatusConflict, out.Entry, s, d.drawSelect)
		}
		if fault.CodeOf(err) == codeLocked && out.Interaction.ID != "" {
			note(r, out.Entry, err)
			return d.show(w, r, http.StatusForbidden, out.Entry, s, d.drawLocked)
		}
		if status, ok := s.Reject(w, err); ok && out.Interaction.ID != "" {
			note(r, out.Entry, err)
			return d.show(w, r, status, out.Entry, s, page)
		}
		return d.lost(w, r, out.Entry, err)
	}
}

func (d *Door) show(w http.ResponseWriter, r *http.Request, status int, e flow.Entry, s stepFrame, page draw) error {
	p, err := page(r, e, s)
	if err != nil {
		return d.lost(w, r, e, err)
	}
	return d.Pages.Show(w, r, status, p)
}

// goOn leads to the next step. Recovery codes are shown in the answer to the
// post itself: they exist nowhere else in clear, so no other page could.
func (d *Door) goOn(w http.ResponseWriter, r *http.Request, out flow.Outcome) error {
	if out.SessionToken != "" {
		if err := d.Cookies.SetSession(w, r, out.SessionToken); err != nil {
			return err
		}
	}
	if len(out.RecoveryCodes) > 0 {
		return d.Pages.Show(w, r, http.StatusOK, codesPage{codes: out.RecoveryCodes, next: d.Next(out.Entry)})
	}
	if usedRecovery(r, out) && out.RecoveryLeft <= fewCodes {
		return d.Pages.Show(w, r, http.StatusOK, fewCodesPage{Left: out.RecoveryLeft, Next: d.Next(out.Entry)})
	}
	return d.lead(w, r, out.Entry)
}

// lead sends the browser to where e goes on. What the browser carries of a sign-in
// may be too long for an address: then the page is shown right here, and its forms
// carry it on.
func (d *Door) lead(w http.ResponseWriter, r *http.Request, e flow.Entry) error {
	to := d.Next(e)
	if len(to) <= web.MaxLocation {
		return view.SeeOther(w, r, to)
	}
	if d.pageOf(e.Decision.Step) != nil {
		return d.Show(w, r, e)
	}
	kept, err := d.Flow.Keep(r.Context(), e)
	if err != nil {
		return d.lost(w, r, e, err)
	}
	return view.SeeOther(w, r, d.Next(kept))
}

// Show answers with the page of e's step, whatever the address.
func (d *Door) Show(w http.ResponseWriter, r *http.Request, e flow.Entry) error {
	page := d.pageOf(e.Decision.Step)
	if page == nil {
		return fault.New(fault.NotFound, "flow.gone", "This sign-in is over.")
	}
	return d.show(w, r, http.StatusOK, e, d.step(r, e), page)
}

func (d *Door) pageOf(step flow.Step) draw {
	return map[flow.Step]draw{
		flow.StepSignIn: d.drawSignIn, flow.StepSelect: d.drawSelect, flow.StepFactor: d.drawFactor,
		flow.StepEnrol: d.drawEnrol, flow.StepBarred: d.drawBarred, flow.StepConsent: d.drawConsent,
	}[step]
}

// comeBack answers who looks at a page of a sign-in that was answered, most often
// by the back button. The application has used up its request by now, so that
// another answer to it helps less than a fresh start there.
func (d *Door) comeBack(w http.ResponseWriter, r *http.Request, e flow.Entry) error {
	if e.Decision.Step != flow.StepIssue || e.App == nil {
		return d.lost(w, r, e, fault.New(fault.NotFound, "flow.gone", "This sign-in is over."))
	}
	p := finishedPage{Email: e.Person.Email}
	if p.App, p.Next = e.App.Shown(); p.Next == "" {
		p.Next = d.Next(e)
	}
	return d.Pages.Show(w, r, http.StatusOK, p)
}

// lost answers when there is no step to show. A sign-in that took too long or is
// over says whose it was, and leads back there and to its beginning.
func (d *Door) lost(w http.ResponseWriter, r *http.Request, e flow.Entry, err error) error {
	code := fault.CodeOf(err)
	if e.Interaction.ID == "" || code != "flow.expired" && code != "flow.gone" {
		return err
	}
	note(r, e, err)
	name, home := e.App.Shown()
	d.Pages.Error(w, r, web.LostPage(err, name, home, d.Again(e)))
	return nil
}

func (d *Door) ref(r *http.Request, handle string) flow.Ref {
	ref := flow.RefOf(handle)
	ref.Browser, ref.Session, ref.Person = d.Cookies.Browser(r), d.Cookies.Session(r), id.UserOf(r.PostForm.Get("person"))
	return ref
}

// step returns what the pages of e share.
func (d *Door) step(r *http.Request, e flow.Entry) stepFrame {
	s := stepFrame{Interaction: e.Interaction.Handle(), Travels: e.Interaction.Ask.Client != "" || e.Interaction.Ask.Host != "", Host: e.Interaction.Ask.Host, Back: backOf(e.Interaction.Ask)}
	s.Token = d.Cookies.FormToken(d.Cookies.Browser(r))
	if age := e.Interaction.Ask.MaxAge; age != nil && *age > 0 {
		s.Within = *age
	}
	if d.Console != "" && e.Interaction.Ask.Client == d.Console {
		s.For = e.Interaction.Ask.Params.Get(web.ParamFor)
	}
	if e.App != nil {
		s.App, _ = e.App.Shown()
		s.Logo = e.App.Logo
	}
	if e.Person != nil {
		s.Email, s.Person = e.Person.Email, string(e.Person.ID)
	}
	return s
}

// speak has the pages of this answer speak as the application of e asked.
func speak(r *http.Request, e flow.Entry) {
	web.InfoOf(r.Context()).Locales = e.Interaction.Ask.Locales
}

// note tells the log why a step was refused, for which application, and of whom
// where that is known.
func note(r *http.Request, e flow.Entry, err error) {
	why := web.Rejected{Err: err, Client: e.Interaction.Ask.Client}
	if e.Person != nil {
		why.User = e.Person.ID
	}
	web.InfoOf(r.Context()).Rejected = why
}

func ip(r *http.Request) string { return web.InfoOf(r.Context()).IP }
