// Package view is what all pages are made of: the document around them, the
// frame of the front pages, forms, errors and words. A page is a plain struct
// that a handler fills in, beside the templ file that shows it; Pages writes it
// with the headers that belong to it. Components hold no
// logic beyond showing what they are given, and mark what tests look for with
// data-testid. There is never an inline script or style, so that the content
// security policy can forbid both.
package view

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/web"
)

// Product is the name that pages carry.
const Product = "Gatehouse"

// Pages writes pages. It is the web.Pages of the doors that have none.
type Pages struct {
	// Issuer begins the type of problem documents, for those who ask for JSON.
	Issuer string
}

// NewPages returns the pages of the server whose issuer is given.
func NewPages(issuer string) *Pages { return &Pages{Issuer: issuer} }

var _ web.Pages = (*Pages)(nil)

// Page is one page with all that it shows.
type Page interface {
	// Head returns what stands outside the page's body.
	Head() Head
	// Body draws the page inside the document.
	Body() templ.Component
}

// Head is what a page needs besides its body.
type Head struct {
	Title   string
	Scripts []string // files of package static
	Policy  web.Policy
}

// Show writes p with status. Nothing is written when it returns an error.
func (v *Pages) Show(w http.ResponseWriter, r *http.Request, status int, p Page) error {
	h := p.Head()
	h.Policy.Script = len(h.Scripts) > 0
	var b bytes.Buffer
	// A page about a deadline that passed must still be drawn.
	if err := document(h, p.Body()).Render(context.WithoutCancel(r.Context()), &b); err != nil {
		return fmt.Errorf("draw page %q: %w", h.Title, err)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", h.Policy.CSP())
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the visitor has gone if this fails
	return nil
}

// SeeOther sends the browser on by GET, whatever it did before (303, never 307,
// which would send a password along: RFC 9700 section 4.12).
func SeeOther(w http.ResponseWriter, r *http.Request, to string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// must shows p for the methods that cannot return an error.
func (v *Pages) must(w http.ResponseWriter, r *http.Request, status int, p Page) {
	if err := v.Show(w, r, status, p); err != nil {
		http.Error(w, "Something went wrong on our side.", http.StatusInternalServerError)
	}
}
