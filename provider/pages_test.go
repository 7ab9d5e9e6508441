package provider

import (
	"io"
	"net/http"
	"sync"

	"gatehouse/web"
)

// pages writes a word for each page and remembers the last one.
type pages struct {
	failed    web.ErrorPage
	signOut   web.SignOutPage
	signedOut web.SignedOutPage
}

func (p *pages) Error(w http.ResponseWriter, _ *http.Request, page web.ErrorPage) {
	p.failed = page
	w.WriteHeader(page.Status)
	_, _ = io.WriteString(w, "error")
}

func (p *pages) FormPost(w http.ResponseWriter, _ *http.Request, _ web.FormPostPage) {
	_, _ = io.WriteString(w, "form post")
}

func (p *pages) SignOut(w http.ResponseWriter, _ *http.Request, page web.SignOutPage) {
	p.signOut = page
	_, _ = io.WriteString(w, "sign out?")
}

func (p *pages) SignedOut(w http.ResponseWriter, _ *http.Request, page web.SignedOutPage) {
	p.signedOut = page
	_, _ = io.WriteString(w, "signed out")
}

func (p *pages) Languages() []string { return []string{"en"} }

// lastPage remembers the last page.
type lastPage struct {
	pages
	mu     sync.Mutex
	posted web.FormPostPage
}

func (p *lastPage) Error(w http.ResponseWriter, r *http.Request, page web.ErrorPage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pages.Error(w, r, page)
}

func (p *lastPage) FormPost(w http.ResponseWriter, _ *http.Request, page web.FormPostPage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.posted = page
	w.WriteHeader(http.StatusOK)
}
