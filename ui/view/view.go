// Package view is what all pages are made of: the document around them, the
// frame of the front pages, forms, and errors. A page is a plain struct that a
// handler fills with data, beside the templ file that shows it; what it says
// comes from package words when it is drawn. Pages writes it with the headers
// that belong to it. Components hold no logic beyond showing what they are given,
// and mark what tests look for with data-testid. There is never an inline script or
// style, so that the content security policy can forbid both.
package view

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/ui/brand"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Product is the name that pages carry where the house has none of its own.
const Product = brand.Product

// Pages writes pages. It is the web.Pages of the doors that have none.
type Pages struct {
	// Issuer begins the type of problem documents, for those who ask for JSON.
	Issuer string
	// Words are what pages say in each language; not nil.
	Words *words.Languages
	// Brand is what pages look like; nil is Gatehouse as it comes.
	Brand *brand.Current
	// Base is what stands before the addresses of our files where pages are shown on hosts
	// of others; empty: they are shown on our own.
	Base string
	// FormToken returns the token that a form for the browser of r must carry; nil: pages
	// offer no choice of a language.
	FormToken func(r *http.Request) string
	// ScopeSays is what the operator says of a scope, "" for nothing; may be nil.
	ScopeSays func(scope string) string
}

// NewPages returns the pages of the server whose issuer is given, in the
// languages that ship.
func NewPages(issuer string) *Pages { return &Pages{Issuer: issuer, Words: words.Shipped()} }

var _ web.Pages = (*Pages)(nil)

// Page is one page with all that it shows.
type Page interface {
	// Head returns what stands outside the page's body, in the words of say.
	Head(say *words.Catalogue) Head
	// Body draws the page inside the document, in the words of words.In.
	Body() templ.Component
}

// Head is what a page needs besides its body.
type Head struct {
	Title   words.Title // "" is the name of the house alone
	Scripts []string    // files of package static
	Styles  []string    // the same, besides app.css
	Policy  web.Policy
	// Once says that what the page holds is gone when it is asked for again: it offers
	// nothing that leads away and back.
	Once bool
	// Refresh is after how many seconds a browser without script shows the page anew; 0: never.
	Refresh int
}

type onceKey struct{}

// OnceIn reports whether what the page that is drawn holds is gone when it is asked for again.
func OnceIn(ctx context.Context) bool {
	once, _ := ctx.Value(onceKey{}).(bool)
	return once
}

// Show writes p with status. Nothing is written when it returns an error.
func (v *Pages) Show(w http.ResponseWriter, r *http.Request, status int, p Page) error {
	say := v.speak(w, r)
	h := p.Head(say)
	h.Policy.Script = len(h.Scripts) > 0
	var b bytes.Buffer
	ctx := v.drawing(r, say)
	ctx = context.WithValue(ctx, onceKey{}, h.Once)
	if !h.Once {
		ctx = context.WithValue(ctx, offerKey{}, v.offer(r, status))
	}
	if err := document(h, p.Body()).Render(ctx, &b); err != nil {
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

// drawing is the context in which components are drawn for r.
func (v *Pages) drawing(r *http.Request, say *words.Catalogue) context.Context {
	// A page about a deadline that passed must still be drawn.
	ctx := context.WithValue(context.WithoutCancel(r.Context()), baseKey{}, v.Base)
	ctx = context.WithValue(ctx, themeKey{}, themeOf(r))
	return withScopes(brand.With(words.With(ctx, say), v.Brand.Brand()), v.ScopeSays)
}

// Piece draws a part of a page by itself, in the language of r.
func (v *Pages) Piece(r *http.Request, c templ.Component) (string, error) {
	var b bytes.Buffer
	if err := c.Render(v.drawing(r, v.language(r)), &b); err != nil {
		return "", fmt.Errorf("draw a part of a page: %w", err)
	}
	return b.String(), nil
}

// Languages returns the tags of what the pages can speak.
func (v *Pages) Languages() []string { return v.Words.Tags() }

// speak chooses the language of the answer, and says in its header which it is.
func (v *Pages) speak(w http.ResponseWriter, r *http.Request) *words.Catalogue {
	if v.Words.Several() {
		w.Header().Add("Vary", "Accept-Language")
		w.Header().Add("Vary", "Cookie")
	}
	say := v.language(r)
	w.Header().Set("Content-Language", say.Tag())
	return say
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
