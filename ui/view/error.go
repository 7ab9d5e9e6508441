package view

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/docs"
	"gatehouse/fault"
	"gatehouse/shell"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Error shows what went wrong and a way on. Who asks for JSON and not for a
// page gets a problem document (RFC 9457).
func (v *Pages) Error(w http.ResponseWriter, r *http.Request, p web.ErrorPage) {
	if p.Status < 400 || p.Status > 599 {
		p.Status = http.StatusInternalServerError
	}
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(web.Seconds(p.RetryAfter)))
	}
	page := v.errorPage(r, p)
	if ForPrograms(r) {
		v.problem(w, page, v.speak(w, r))
		return
	}
	v.must(w, r, p.Status, page)
}

func (v *Pages) errorPage(r *http.Request, p web.ErrorPage) errorPage {
	page := errorPage{ErrorPage: p, request: string(web.InfoOf(r.Context()).ID), at: time.Now().UTC(), why: v.diagnose(r, p.Code)}
	if v.oneMachine(r) {
		page.mend = shell.Line(p.Mend...)
	}
	return page
}

// Failure is what went wrong, for a page that has a frame of its own.
type Failure struct{ page errorPage }

// Failure returns what there is to say of an error that r met.
func (v *Pages) Failure(r *http.Request, p web.ErrorPage) Failure { return Failure{v.errorPage(r, p)} }

// Says is what it says, in the words of say.
func (f Failure) Says(say *words.Catalogue) words.Fault { return f.page.said(say) }

// Text shows what happened and what to do, below the title.
func (f Failure) Text() templ.Component { return errorText(f.page) }

// Details shows what an administrator asks for.
func (f Failure) Details() templ.Component { return errorDetails(f.page) }

// ForPrograms reports whether r is answered for a program: its Accept names JSON and no page.
func ForPrograms(r *http.Request) bool { return wantsJSON(r.Header.Get("Accept")) }

func (v *Pages) problem(w http.ResponseWriter, p errorPage, say *words.Catalogue) {
	said := p.said(say)
	doc := web.Problem{Title: said.Title, Status: p.Status, Detail: said.Detail, Instance: p.request}
	doc.Type = v.Issuer + "/problems/" + p.Code
	for _, f := range p.Fields {
		doc.Errors = append(doc.Errors, web.ProblemField{Name: f.Name, Problem: say.Say(f.Problem)})
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(doc) // the visitor has gone if this fails
}

// wantsJSON reports whether Accept names JSON and no page.
func wantsJSON(accept string) bool {
	named := false
	for part := range strings.SplitSeq(accept, ",") {
		kind, _, _ := strings.Cut(part, ";")
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "text/html", "application/xhtml+xml", "text/*":
			return false
		case "application/json", "application/problem+json":
			named = true
		}
	}
	return named
}

type errorPage struct {
	web.ErrorPage
	request string
	at      time.Time
	why     unknown
	mend    string // the command that would put it right, where the visitor could run it
}

func (p errorPage) Head(say *words.Catalogue) Head {
	return Head{Title: words.Title(p.said(say).Title), Scripts: []string{"app.js"}}
}
func (p errorPage) Body() templ.Component { return errorBody(p) }

func (p errorPage) fields() []fault.Field { return p.Fields }

// restart reports whether the account is the way on: nobody knows what the sign-in
// was for.
func (p errorPage) restart() bool {
	return strings.HasPrefix(p.Code, "flow.") && p.AppURL == "" && p.Again == ""
}

// again is the class of the button that begins anew: it is the way on where no
// application is known to go back to.
func (p errorPage) again() string {
	if p.AppURL == "" {
		return "button main"
	}
	return "button"
}

// signsIn reports whether to sign in is the way on.
func (p errorPage) signsIn() bool { return p.Code == "setup.done" || p.Code == "session.none" }

// said is what the page says: the words for the code or the status, else the
// fault's own.
func (p errorPage) said(say *words.Catalogue) words.Fault {
	said := say.Said(p.Code, p.Status)
	said.Detail = say.Detail(p.Code, p.Detail)
	p.why.say(say, &said)
	if p.mend != "" {
		said.Todo = "" // the command says it
	}
	if p.Code == "internal" {
		said.Detail = "" // the title and what to do say it all
	}
	switch {
	case p.RetryAfter > 0:
		said.Todo = say.Form.TryAgain.With(words.Wait, say.Wait(web.Seconds(p.RetryAfter)))
	case p.Again != "" && p.AppURL == "":
		said.Todo = say.Error.AgainTodo
	case said.Return != "" && p.AppName != "":
		said.Todo = said.Return.With(words.App, p.AppName)
	}
	return said
}

// explained reports whether there is a page about code.
func explained(code string) bool {
	_, ok := docs.ProblemOf(code)
	return ok
}

// backTo is what the way back to an application says; name may be empty.
func backTo(say *words.Catalogue, name string) string {
	if name == "" {
		return say.Error.BackUnnamed
	}
	return say.Error.Back.With(words.App, name)
}
