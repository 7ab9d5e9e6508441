package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// farewell is a logout request (OpenID Connect RP-Initiated Logout 1.0 section
// 2) after its parameters were checked.
type farewell struct {
	params url.Values    // as they came, to go back with the form
	hint   *hint         // nil when there is none that we believe
	client *oauth.Client // whom the hint or client_id names; nil when nobody
	target string        // where to go afterwards, state included; "" for our own page
	stays  bool          // it asked to go on to an address that is not registered
}

// logoutParams are the parameters that are looked at. logout_hint is accepted and
// changes nothing: there is one account in a browser.
var logoutParams = []string{"id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"}

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
	web.InfoOf(r.Context()).Locales = locales(f.params.Get("ui_locales"))
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
	if uri := f.params.Get("post_logout_redirect_uri"); uri != "" && f.target == "" && err == nil {
		f.stays = true
		p.logStay(r, f, uri)
	}
	return f, err
}

// codeStay is the code of a sign-out whose way back is not registered.
const codeStay = "logout.redirect_uri"

// showStay says that an address is not registered for the application that an ID
// token names, and on its own machine how to register it.
func (p *Provider) showStay(w http.ResponseWriter, r *http.Request, f farewell, err error) {
	uri := f.params.Get("post_logout_redirect_uri")
	p.logStay(r, f, uri)
	page := pageOf(err)
	page.AppName, page.AppURL = f.client.Name, f.client.HomeURL
	page.Received, page.Mend = cut(uri, longestSaid), mendAddress(f.client, "--add-post-logout-redirect-uri", uri)
	noStore(w.Header())
	p.Pages.Error(w, r, page)
}

// logStay tells those who run the house why a sign-out does not lead back.
func (p *Provider) logStay(r *http.Request, f farewell, uri string) {
	why, client := errors.New("neither id_token_hint nor client_id names an application that is registered and enabled"), loggable(id.Client(f.params.Get("client_id")))
	if f.client != nil {
		why, client = unregistered(uri, f.client.PostLogoutRedirectURIs), f.client.ID
	}
	p.Log.InfoContext(r.Context(), "sign-out leads nowhere",
		"request_id", string(web.InfoOf(r.Context()).ID), "client", string(client), "error", cut(why.Error(), 1000))
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
// believe it goes there only if the person said yes (sayGoodbye), since anybody
// can write a link that names a client.
func (f *farewell) redirect() (string, error) {
	uri := f.params.Get("post_logout_redirect_uri")
	if uri == "" || f.client == nil {
		return "", nil
	}
	if f.hint == nil && !slices.Contains(f.client.PostLogoutRedirectURIs, uri) {
		return "", nil
	}
	if !slices.Contains(f.client.PostLogoutRedirectURIs, uri) {
		return "", fault.Wrap(fmt.Errorf("client %s: %w", f.client.ID, unregistered(uri, f.client.PostLogoutRedirectURIs)), fault.Malformed, "logout.redirect_uri", "The application asked to go on to an address that is not registered for it. You are still signed in.")
	}
	state := f.params.Get("state")
	if state == "" {
		return uri, nil
	}
	return withQuery(uri, url.Values{"state": {state}}), nil
}
