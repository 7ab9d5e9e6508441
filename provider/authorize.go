package provider

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/web"
)

// mountAuthorize registers the authorization endpoint.
func (p *Provider) mountAuthorize(api *web.Mux) {
	api.HandleFunc("GET "+PathAuthorize, p.authorize)
	api.HandleFunc("POST "+PathAuthorize, p.authorize)
}

// authorize is the authorization endpoint (RFC 6749 section 3.1, OpenID Connect
// Core 3.1.2). It is the dispatcher of every sign-in for an application: it asks
// flow what is missing, sends the person there, and they come back with ?i=.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	noStore(w.Header())
	params, err := readAuthorize(w, r)
	if err != nil {
		p.showError(w, r, err)
		return
	}
	web.InfoOf(r.Context()).Locales = locales(params.get("ui_locales"))
	if i := params.get("i"); i != "" && !params.has("client_id") && r.Method != http.MethodPost {
		p.resume(w, r, i)
		return
	}
	to, err := p.targetOf(r.Context(), params)
	if err != nil {
		p.showError(w, r, err)
		return
	}
	a, err := p.authorization(r.Context(), to, params, to.client.Scopes, time.Now())
	if err == nil {
		err = p.begin(w, r, a)
	}
	if err != nil {
		p.refuseTo(w, r, to, err)
	}
}

// begin answers a request that has just arrived.
func (p *Provider) begin(w http.ResponseWriter, r *http.Request, a *authorization) error {
	if r.Method == http.MethodPost {
		p.move(w, r, a)
		return nil
	}
	p.logIgnored(r, a)
	entry, err := p.Flow.Decide(r.Context(), a.ask, p.Cookies.Session(r), web.InfoOf(r.Context()).IP)
	if err != nil {
		return err
	}
	switch d := entry.Decision; d.Step {
	case flow.StepIssue:
		return p.issue(w, r, a, entry)
	case flow.StepRefuse:
		return refusalOfSignIn(d)
	default:
		if a.ask.None {
			return refusalFor("interaction_required")
		}
		return p.signIn(w, r, a, entry)
	}
}

// move leads a request that was posted to the same one by GET. From another site it
// comes without our cookies (SameSite=Lax), so nothing is decided on it. Where it is
// too long for a redirect, a page of ours takes it there.
func (p *Provider) move(w http.ResponseWriter, r *http.Request, a *authorization) {
	all := a.params.values
	if moved := PathAuthorize + "?" + all.Encode(); len(moved) <= web.MaxLocation {
		seeOther(w, moved)
		return
	}
	looked := url.Values{}
	for _, name := range append(slices.Clone(keptParams), hintParams...) {
		if all.Has(name) {
			looked[name] = all[name]
		}
	}
	p.Pages.FormPost(w, r, web.FormPostPage{Here: true, Action: p.Issuer + PathAuthorize, Parameters: looked})
}

// logIgnored tells those who run the house why an application got less than it
// asked for.
func (p *Provider) logIgnored(r *http.Request, a *authorization) {
	if a.badHint != nil {
		p.Log.LogAttrs(r.Context(), slog.LevelInfo, "id_token_hint ignored",
			slog.String("request_id", string(web.InfoOf(r.Context()).ID)), slog.String("client", string(a.client.ID)), slog.String("error", a.badHint.Error()))
	}
	if len(a.ignored) == 0 {
		return
	}
	p.Log.LogAttrs(r.Context(), slog.LevelInfo, "scopes ignored that the client may not ask for",
		slog.String("request_id", string(web.InfoOf(r.Context()).ID)), slog.String("client", string(a.client.ID)), slog.Any("scopes", a.ignored))
}

// signIn begins a sign-in for the request, and sends the person to the step where e
// stands. Nothing is stored: the browser carries it.
func (p *Provider) signIn(w http.ResponseWriter, r *http.Request, a *authorization, e flow.Entry) error {
	browser, err := p.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return fmt.Errorf("bind browser: %w", err)
	}
	if e.Interaction, err = p.Flow.Begin(r.Context(), browser, a.ask); err != nil {
		return err
	}
	return p.lead(w, r, e)
}

// lead sends the browser to the page of e's step, or shows it here where what the
// browser carries is too long for an address.
func (p *Provider) lead(w http.ResponseWriter, r *http.Request, e flow.Entry) error {
	next := p.Next(e)
	if len(next) > web.MaxLocation {
		return p.Show(w, r, e)
	}
	seeOther(w, next)
	return nil
}

// looks is how often a sign-in is looked at again because another tab went on
// with it.
const looks = 8

// resume goes on with a sign-in: the person comes back from a page of ours. Of
// several tabs that come at once each gets an answer.
func (p *Provider) resume(w http.ResponseWriter, r *http.Request, handle string) {
	var err error
	for range looks {
		if err = p.goOn(w, r, handle); fault.CodeOf(err) != overtaken {
			break
		}
	}
	if err != nil {
		p.showError(w, r, err)
	}
}

// overtaken is the code of a sign-in that went on since it was looked at.
const overtaken = "interaction.stale"

// goOn is one try of resume. Its errors are pages, or overtaken; nothing was
// written then.
func (p *Provider) goOn(w http.ResponseWriter, r *http.Request, handle string) error {
	ref := flow.RefOf(handle)
	ref.Browser, ref.Session = p.Cookies.Browser(r), p.Cookies.Session(r)
	entry, err := p.Flow.Look(r.Context(), ref, web.InfoOf(r.Context()).IP)
	web.InfoOf(r.Context()).Locales = entry.Interaction.Ask.Locales
	if err != nil {
		return lost(entry, err)
	}
	ask, d := entry.Interaction.Ask, entry.Decision
	if ask.Client == "" || d.Step != flow.StepIssue && d.Step != flow.StepRefuse {
		return p.lead(w, r, entry)
	}
	params := gather(ask.Params)
	to, err := p.targetOf(r.Context(), params)
	if err != nil {
		return err
	}
	err = p.conclude(w, r, to, params, entry)
	switch code := fault.CodeOf(err); {
	case err == nil || code == overtaken:
		return err
	case code == "flow.gone":
		return lost(entry, err)
	}
	p.refuseTo(w, r, to, err)
	return nil
}

// conclude answers a sign-in. A no is an answer too, whoever says it; where
// something failed, it stays for another try.
func (p *Provider) conclude(w http.ResponseWriter, r *http.Request, to *target, params parameters, e flow.Entry) error {
	err := p.fulfil(w, r, to, params, e)
	if err == nil || failed(err) {
		return err
	}
	if open := p.Flow.Finish(r.Context(), e); open != nil {
		return open
	}
	return err
}

// failed reports whether err is no answer, but that there is none.
func failed(err error) bool {
	code := refusalOf(err).code
	return code == "server_error" || code == "temporarily_unavailable"
}

// fulfil does what the sign-in came to. The request is parsed again from what was kept, so
// that nothing is issued for a client that was changed meanwhile; what it asked
// of the sign-in, and when, stays as it was. A scope that the client got since
// then is none that the person was asked about.
func (p *Provider) fulfil(w http.ResponseWriter, r *http.Request, to *target, params parameters, e flow.Entry) error {
	ask := e.Interaction.Ask
	a, err := p.authorization(r.Context(), to, params, both(to.client.Scopes, ask.Scopes), ask.RequestedAt)
	if err != nil {
		return err
	}
	a.ask = ask
	if e.Decision.Step == flow.StepIssue {
		return p.issue(w, r, a, e)
	}
	return refusalOfSignIn(e.Decision)
}

func both(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}
