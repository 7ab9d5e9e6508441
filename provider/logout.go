package provider

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/session"
	"gatehouse/web"
)

// mountLogout registers RP-initiated logout. It takes cross-site requests, so
// it stands outside the form protection of the browser's pages; what a request
// may do without asking is decided by mayEndUnasked, and the form of the page
// that asks is known by its token.
func (p *Provider) mountLogout(api, _ *web.Mux) {
	answer := func(w http.ResponseWriter, r *http.Request) {
		if err := p.logout(w, r); err != nil {
			web.Refuse(w, r, p.Log, err, web.RefuseWithPage(p.Pages))
		}
	}
	api.HandleFunc("GET "+PathLogout, answer)
	api.HandleFunc("POST "+PathLogout, answer)
}

// farewell is a logout request (OpenID Connect RP-Initiated Logout 1.0 section
// 2) after its parameters were checked.
type farewell struct {
	params url.Values    // as they came, to go back with the form
	hint   *hint         // nil when there is none that we believe
	client *oauth.Client // whom the hint or client_id names; nil when nobody
	target string        // where to go afterwards, state included; "" for our own page
}

// logout signs the browser's person out, after asking unless the request proves
// that it speaks about this very session. Other families of tokens that the
// session gave end with it.
func (p *Provider) logout(w http.ResponseWriter, r *http.Request) error {
	f, err := p.readFarewell(w, r)
	if err != nil {
		return err
	}
	s, err := p.Sessions.Authenticate(r.Context(), p.Cookies.Session(r), web.InfoOf(r.Context()).IP)
	signedIn := err == nil
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		return err
	}
	confirmed := r.Method == http.MethodPost && p.Cookies.GoodFormToken(r)
	switch {
	case signedIn && (confirmed || mayEndUnasked(r, f.hint, s)):
		return p.endSession(w, r, s, f)
	case signedIn:
		return p.askToSignOut(w, r, s, f)
	case cookiesHeldBack(r):
		p.comeAgain(w, f)
		return nil
	}
	p.sayGoodbye(w, r, f)
	return nil
}

// mayEndUnasked reports whether the request itself is enough: it carries an ID
// token that was given out in this session. A prefetch ends nothing.
func mayEndUnasked(r *http.Request, h *hint, s session.Session) bool {
	if h == nil || r.Method == http.MethodHead || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") {
		return false
	}
	return h.Subject == s.User && (h.Session == "" || h.Session == s.ID)
}

// cookiesHeldBack reports whether the browser may have a session although it
// did not say so: SameSite=Lax keeps cookies out of a form posted by another site.
func cookiesHeldBack(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return r.Method == http.MethodPost && site != "same-origin" && site != "same-site"
}

// comeAgain turns a posted request into a GET, with which the browser sends its
// cookies.
func (p *Provider) comeAgain(w http.ResponseWriter, f farewell) {
	seeOther(w, p.Issuer+PathLogout+"?"+f.params.Encode())
}

func seeOther(w http.ResponseWriter, target string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusSeeOther)
}

func (p *Provider) endSession(w http.ResponseWriter, r *http.Request, s session.Session, f farewell) error {
	if err := p.Sessions.End(r.Context(), web.PersonActor(r, s.User, s.ID), s.ID, session.ReasonByApplication); err != nil {
		return err
	}
	if err := p.Cookies.ClearSession(w, r); err != nil {
		return err
	}
	// Not "cookies": the binding cookie serves other tabs, and is no secret of the person.
	w.Header().Set("Clear-Site-Data", `"cache"`)
	p.sayGoodbye(w, r, f)
	return nil
}

func (p *Provider) sayGoodbye(w http.ResponseWriter, r *http.Request, f farewell) {
	if f.target != "" {
		seeOther(w, f.target)
		return
	}
	page := web.SignedOutPage{}
	if f.client != nil {
		page.AppName, page.AppURL = f.client.Name, f.client.HomeURL
	}
	w.Header().Set("Cache-Control", "no-store")
	p.Pages.SignedOut(w, r, page)
}

// askToSignOut shows the page whose form comes back to this endpoint. Its token
// is bound to the browser, so no other site can send it.
func (p *Provider) askToSignOut(w http.ResponseWriter, r *http.Request, s session.Session, f farewell) error {
	page := web.SignOutPage{Hidden: f.params, FormAction: web.OriginOf(f.target)}
	if f.client != nil {
		page.AppName = f.client.Name
	}
	var err error
	if page.Email, err = p.People.Email(r.Context(), s.User); err != nil {
		return err
	}
	browser, err := p.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return err
	}
	page.FormToken = p.Cookies.FormToken(browser)
	w.Header().Set("Cache-Control", "no-store")
	p.Pages.SignOut(w, r, page)
	return nil
}

// logoutParams are the parameters that are looked at. logout_hint and ui_locales
// are accepted and change nothing: there is one account in a browser, and one
// language.
var logoutParams = []string{"id_token_hint", "client_id", "post_logout_redirect_uri", "state"}

func (p *Provider) readFarewell(w http.ResponseWriter, r *http.Request) (farewell, error) {
	values, err := logoutValues(w, r)
	if err != nil {
		return farewell{}, err
	}
	f := farewell{params: url.Values{}}
	for _, name := range logoutParams {
		if len(values[name]) > 1 {
			return farewell{}, fault.New(fault.Malformed, "logout.request", "The application named "+name+" twice.")
		}
		if v := values.Get(name); v != "" {
			f.params.Set(name, v)
		}
	}
	// A hint that we do not believe is no error for the person: they are asked,
	// and nobody is redirected.
	if token := f.params.Get("id_token_hint"); token != "" {
		if h, err := p.readHint(token); err == nil {
			f.hint = &h
		} else {
			p.Log.InfoContext(r.Context(), "logout hint ignored", "request_id", string(web.InfoOf(r.Context()).ID), "error", err.Error())
			f.params.Del("id_token_hint")
		}
	}
	if f.client, err = p.farewellClient(r.Context(), &f); err != nil {
		return farewell{}, err
	}
	f.target, err = f.redirect()
	return f, err
}

func logoutValues(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, maxParams)
		if err := r.ParseForm(); err != nil {
			return nil, fault.Wrap(err, fault.Malformed, "logout.request", "The application's request could not be read.")
		}
		return r.PostForm, nil
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fault.Wrap(err, fault.Malformed, "logout.request", "The application's request could not be read.")
	}
	return values, nil
}

// farewellClient returns the client that the request speaks for: the hint's, or
// the one that client_id claims, which must be in the hint's audience.
func (p *Provider) farewellClient(ctx context.Context, f *farewell) (*oauth.Client, error) {
	name := f.params.Get("client_id")
	if f.hint != nil {
		if name == "" {
			name = f.hint.Audience[0]
		}
		if !slices.Contains(f.hint.Audience, name) {
			return nil, fault.New(fault.Malformed, "logout.client", "The application's request names one application, and its ID token another. You are still signed in.")
		}
	}
	if name == "" {
		return nil, nil
	}
	client, err := p.Registry.Client(ctx, id.Client(name))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if client.Disabled {
		return nil, nil
	}
	return client, nil
}

// redirect returns where the browser goes afterwards. Without a hint that we
// believe it goes nowhere: anybody can write a link that names a client.
func (f *farewell) redirect() (string, error) {
	uri := f.params.Get("post_logout_redirect_uri")
	if uri == "" || f.hint == nil || f.client == nil {
		return "", nil
	}
	if !slices.Contains(f.client.PostLogoutRedirectURIs, uri) {
		return "", fault.New(fault.Malformed, "logout.redirect_uri", "The application asked to go on to an address that is not registered for it. You are still signed in.")
	}
	state := f.params.Get("state")
	if state == "" {
		return uri, nil
	}
	return withQuery(uri, url.Values{"state": {state}}), nil
}
