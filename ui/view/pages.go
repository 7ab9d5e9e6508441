package view

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"gatehouse/ui/words"
	"gatehouse/web"
)

// FormPost shows the page that posts an authorization response to the client
// (OAuth 2.0 Form Post Response Mode). An address that no browser can post to
// is our own mistake by now, and is refused.
func (v *Pages) FormPost(w http.ResponseWriter, r *http.Request, p web.FormPostPage) {
	u, err := url.Parse(p.Action)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		web.InfoOf(r.Context()).Rejected = web.Rejected{Err: errors.New("no browser can post a form to the redirect URI of the application")}
		v.Error(w, r, web.ErrorPage{Status: http.StatusInternalServerError, Code: "internal"})
		return
	}
	page := formPost{action: templ.SafeURL(p.Action), method: "post", host: u.Host}
	page.policy = web.Policy{FormAction: []string{web.OriginOf(p.Action)}, NoSelf: true}
	if p.Here {
		page.method, page.policy = "get", web.Policy{AnyFormAction: true}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Parameters)) {
		for _, value := range p.Parameters[name] {
			page.hidden = append(page.hidden, pair{name, value})
		}
	}
	v.must(w, r, http.StatusOK, page)
}

type pair struct{ name, value string }

type formPost struct {
	action templ.SafeURL
	method string
	policy web.Policy
	host   string
	hidden []pair
}

func (p formPost) Head(say *words.Catalogue) Head {
	return Head{Title: say.FormPost.Title, Scripts: []string{"formpost.js"}, Policy: p.policy, Once: true}
}
func (p formPost) Body() templ.Component { return formPostBody(p) }

// SignOut asks whether to sign out. Where an application asked, the answer leads
// to it and perhaps on to other origins.
func (v *Pages) SignOut(w http.ResponseWriter, r *http.Request, p web.SignOutPage) {
	page := signOut{SignOutPage: p, path: r.URL.Path}
	for _, name := range slices.Sorted(maps.Keys(p.Hidden)) {
		for _, value := range p.Hidden[name] {
			page.hidden = append(page.hidden, pair{name, value})
		}
	}
	v.must(w, r, http.StatusOK, page)
}

type signOut struct {
	web.SignOutPage
	path   string
	hidden []pair
}

func (p signOut) Head(say *words.Catalogue) Head {
	return Head{Title: say.SignOut.Title, Policy: web.Policy{AnyFormAction: p.FormAction != ""}}
}
func (p signOut) Body() templ.Component { return signOutBody(p) }

// SignedOut says that the person is signed out.
func (v *Pages) SignedOut(w http.ResponseWriter, r *http.Request, p web.SignedOutPage) {
	v.must(w, r, http.StatusOK, signedOut(p))
}

type signedOut web.SignedOutPage

// stays says why nobody is led back; app may be empty.
func stays(say *words.Catalogue, app string) string {
	if app == "" {
		return say.SignedOut.Nowhere
	}
	return say.SignedOut.Stays.With(words.App, app)
}

func (p signedOut) Head(say *words.Catalogue) Head { return Head{Title: say.SignedOut.Title} }
func (p signedOut) Body() templ.Component          { return signedOutBody(p) }
