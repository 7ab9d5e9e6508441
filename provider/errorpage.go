package provider

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// pageError is an error that is shown to the person and not sent to the client,
// because it is not known whether the client is one of ours.
type pageError struct {
	page web.ErrorPage
	// For the log: why, and about which client where that is known.
	err    error
	client id.Client
	// note is what is remembered of it for who looks after the client; nil: nothing.
	note *oauth.ClientRefusal
}

func (e *pageError) Error() string {
	if e.err == nil {
		return e.page.Code
	}
	return e.page.Code + ": " + e.err.Error()
}

func (e *pageError) Unwrap() error { return e.err }

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
	if e, ok := err.(*pageError); ok && e.note != nil {
		p.Notes.Refused(*e.note, time.Now())
	}
	p.Log.LogAttrs(r.Context(), level, "authorization request refused", attrs...)
	noStore(w.Header())
	p.Pages.Error(w, r, page)
}

func pageOf(err error) web.ErrorPage {
	if e, ok := err.(*pageError); ok {
		return e.page
	}
	return web.ErrorPageOf(err)
}

// lost is the page for a sign-in that cannot go on, with the ways back to the
// application and to its beginning where they are known. Errors of the server stay
// what they are.
func lost(entry flow.Entry, err error) error {
	if !strings.HasPrefix(fault.CodeOf(err), "flow.") {
		return err
	}
	name, home := entry.App.Shown()
	return &pageError{page: web.LostPage(err, name, home, again(entry.Interaction.Ask)), err: err, client: entry.Interaction.Ask.Client}
}

// again is the path of the same request; "" when none is known.
func again(ask flow.Ask) string {
	if ask.Client == "" {
		return ""
	}
	return PathAuthorize + "?" + ask.Params.Encode()
}
