package provider

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/web"
)

// respond sends an authorization response: by a redirect with a query or a
// fragment, or by a form that posts itself. Each carries iss (RFC 9207), and state as it was sent.
func (p *Provider) respond(w http.ResponseWriter, r *http.Request, to *target, answer map[string]string) {
	values := url.Values{"iss": {p.Issuer}}
	for name, value := range answer {
		if value != "" {
			values.Set(name, value)
		}
	}
	if to.state != "" {
		values.Set("state", to.state)
	}
	noStore(w.Header())
	if to.mode == modeFormPost {
		p.Pages.FormPost(w, r, web.FormPostPage{Action: to.redirectURI, Parameters: values})
		return
	}
	if to.mode == modeFragment {
		seeOther(w, to.redirectURI+"#"+values.Encode()) // no registered URI has a fragment
		return
	}
	seeOther(w, withQuery(to.redirectURI, values))
}

// withQuery adds parameters to a redirect URI and leaves the rest of it as it
// was registered, byte for byte. None of them has a fragment.
func withQuery(uri string, values url.Values) string {
	separator := "?"
	if at := strings.IndexByte(uri, '?'); at >= 0 {
		separator = "&"
		if at == len(uri)-1 {
			separator = ""
		}
	}
	return uri + separator + values.Encode()
}

// refuseTo tells the client no (RFC 6749 section 4.1.2.1, OpenID Connect Core
// 3.1.2.6). Pages among the errors are shown.
func (p *Provider) refuseTo(w http.ResponseWriter, r *http.Request, to *target, err error) {
	e := refusalOf(err)
	p.logRefusal(r, e.about(to.client.ID))
	p.respond(w, r, to, map[string]string{"error": e.code, "error_description": legal(e.description)})
}

// showError shows a page; nothing is sent to anybody.
func (p *Provider) showError(w http.ResponseWriter, r *http.Request, err error) {
	page := pageOf(err)
	level := slog.LevelInfo
	if page.Status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("request_id", string(web.InfoOf(r.Context()).ID)), slog.String("code", page.Code), slog.String("error", cut(err.Error(), 1000)),
	}
	if e, ok := err.(*pageError); ok && e.client != "" {
		attrs = append(attrs, slog.String("client", string(e.client)))
	}
	p.Log.LogAttrs(r.Context(), level, "authorization request refused", attrs...)
	noStore(w.Header())
	p.Pages.Error(w, r, page)
}

func pageOf(err error) web.ErrorPage {
	if e, ok := err.(*pageError); ok {
		return e.page
	}
	f := web.AsFault(err)
	return web.ErrorPage{Status: web.Status(f.Kind), Code: f.Code, Detail: f.Detail, Fields: f.Fields, RetryAfter: f.RetryAfter}
}

// lost is the page for a sign-in that cannot go on, with the ways back to the
// application and to its beginning where they are known. Errors of the server stay
// what they are.
func lost(entry flow.Entry, err error) error {
	if !strings.HasPrefix(fault.CodeOf(err), "flow.") {
		return err
	}
	page := pageOf(err)
	if entry.App != nil {
		page.AppName, page.AppURL = entry.App.Name, entry.App.HomeURL
	}
	page.Again = again(entry.Interaction.Ask)
	return &pageError{page: page, err: err, client: entry.Interaction.Ask.Client}
}

// again is the path of the same request; "" when none is known.
func again(ask flow.Ask) string {
	if ask.Client == "" {
		return ""
	}
	return PathAuthorize + "?" + ask.Params.Encode()
}
