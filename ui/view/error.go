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
	page := newErrorPage(p, string(web.InfoOf(r.Context()).ID), time.Now().UTC())
	if wantsJSON(r.Header.Get("Accept")) {
		v.problem(w, page)
		return
	}
	v.must(w, r, p.Status, page)
}

func (v *Pages) problem(w http.ResponseWriter, p errorPage) {
	doc := web.Problem{Title: p.Title, Status: p.Status, Detail: p.Detail, Instance: p.request}
	doc.Type = v.Issuer + "/problems/" + p.Code
	for _, f := range p.Fields {
		doc.Errors = append(doc.Errors, web.ProblemField(f))
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
	todo    string
	restart bool // a fresh sign-in is the way on
	request string
	at      time.Time
}

func (p errorPage) Head() Head            { return Head{Title: p.Title} }
func (p errorPage) Body() templ.Component { return errorBody(p) }

func (p errorPage) fields() []fault.Field { return p.Fields }

// words are what a page says about an error: a title, and what to do.
type words struct{ title, detail, todo string }

// byCode holds the errors that deserve words of their own. The titles are
// stable: people search for them.
var byCode = map[string]words{
	"flow.gone":       {"This sign-in is over", "It was finished, or it was never begun.", "Go back to the application and sign in there again."},
	"flow.expired":    {"This sign-in took too long", "For your safety a sign-in must be finished within a certain time.", "Go back to the application and sign in there again."},
	"flow.browser":    {"Another browser began this sign-in", "A sign-in can only be finished where it was begun.", "Go back to the application in this browser and sign in there."},
	"form.cross_site": {"This form came from another site", "", "Nothing was changed. Open the page here and send the form again."},
	"form.token":      {"This form is too old", "", "Nothing was changed. Go back, load the page again and send the form once more. Your browser must accept cookies."},
	"page.not_found":  {"There is no such page", "", "Check the address, or begin at the home page."},
}

var byStatus = map[int]words{
	400: {"The request cannot be understood", "", "Go back and try again."},
	401: {"You are not signed in", "", "Sign in and try again."},
	403: {"This is not allowed", "", "If you think it should be, ask the administrator."},
	404: {"There is no such page", "", "Check the address, or begin at the home page."},
	405: {"The page cannot be asked like that", "", "Go back and try again."},
	409: {"Something changed meanwhile", "", "Load the page again and repeat what you did."},
	413: {"The request is too large", "", "Go back and send less."},
	422: {"Something in the request is wrong", "", "Go back, correct it and try again."},
	429: {"Too many requests", "", "Wait a little and try again."},
	500: {"Something went wrong on our side", "", "Try again. If it stays, tell the administrator the request id below."},
	503: {"Not available right now", "", "Try again in a moment."},
}

func newErrorPage(p web.ErrorPage, request string, at time.Time) errorPage {
	said, ok := byCode[p.Code]
	if !ok {
		said, ok = byStatus[p.Status]
	}
	if !ok {
		said = byStatus[p.Status/100*100]
	}
	if p.Title == "" {
		p.Title = said.title
	}
	if said.detail != "" || p.Detail == "" {
		p.Detail = said.detail
	}
	page := errorPage{ErrorPage: p, todo: said.todo, request: request, at: at}
	if p.RetryAfter > 0 {
		page.todo = "Try again in " + wait(p.RetryAfter) + "."
	}
	if strings.HasPrefix(p.Code, "flow.") && p.AppName != "" {
		page.todo = strings.Replace(page.todo, "the application", p.AppName, 1)
	}
	if p.Code == "internal" {
		page.Detail = "" // the title and what to do say it all
	}
	page.restart = strings.HasPrefix(p.Code, "flow.") && p.AppURL == ""
	return page
}

// explained reports whether there is a page about code.
func explained(code string) bool {
	_, ok := docs.ProblemOf(code)
	return ok
}
