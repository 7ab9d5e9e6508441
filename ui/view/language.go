package view

import (
	"context"
	"net/http"

	"gatehouse/ui/words"
	"gatehouse/web"
)

// languageCookie holds the language that the person chose.
const languageCookie = "gatehouse_language"

// SetLanguage lets the browser keep the choice of a language for a year; a tag that the
// pages do not speak takes a choice back. Where pages are on https the cookie goes there only.
func (v *Pages) SetLanguage(w http.ResponseWriter, tag string, secure bool) {
	if v.Words.Named(tag) == nil {
		tag = ""
	}
	Keep(w, languageCookie, tag, secure)
}

// language is what the answer to r speaks: what the person chose here, else what the
// application asks for, else what the account says, else what the browser does
// (decision 0064).
func (v *Pages) language(r *http.Request) *words.Catalogue {
	if chosen := v.Words.Named(Kept(r, languageCookie)); chosen != nil {
		return chosen
	}
	info := web.InfoOf(r.Context())
	asked := info.Locales
	if info.Own != "" {
		asked = append(asked[:len(asked):len(asked)], info.Own)
	}
	return v.Words.Choose(asked, r.Header.Get("Accept-Language"))
}

// offer is the choice of a language at the foot of a page. The zero value is none.
type offer struct {
	token, back string
	languages   []words.Catalogue
}

type offerKey struct{}

// offered returns the choice on the page that is drawn.
func offered(ctx context.Context) offer {
	o, _ := ctx.Value(offerKey{}).(offer)
	return o
}

// offer returns the choice for a page that r is answered with. There is none on hosts of
// others, where it would be nobody's, where the way back is too long for an address, and where
// it would repeat what was refused.
func (v *Pages) offer(r *http.Request, status int) offer {
	back := backFrom(r, status)
	if v.FormToken == nil || !v.Words.Several() || back == "" || len(back) > web.MaxLocation {
		return offer{}
	}
	return offer{token: v.FormToken(r), back: back, languages: v.Words.Catalogues()}
}

// backFrom is the address at which the page is there again: that of a form that came
// back, too, but of nothing else that was sent. It is "" where a query was refused: that may
// hold a code or a token, which no page of an error says again.
func backFrom(r *http.Request, status int) string {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case read && status >= http.StatusBadRequest && r.URL.RawQuery != "":
		return ""
	case read:
	case status == http.StatusOK, status == http.StatusUnprocessableEntity, status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
	default:
		return "/"
	}
	return r.URL.RequestURI()
}
