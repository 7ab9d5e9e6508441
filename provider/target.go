package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/web"
)

// The response modes (OAuth 2.0 Multiple Response Types, OAuth 2.0 Form Post).
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeFormPost = "form_post"
)

// target is where an authorization response goes. There is none before client
// and redirect URI are known to belong together (RFC 9700 section 4.11.2).
type target struct {
	client      *oauth.Client
	redirectURI string // as it was sent, or the only one registered
	mode        string
	state       string // echoed byte for byte; "" when it was not sent
}

// targetOf finds the response's target. Its errors are pages.
func (p *Provider) targetOf(ctx context.Context, params parameters) (*target, error) {
	name := id.Client(params.get("client_id"))
	c, err := p.Registry.Client(ctx, name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("find client: %w", err)
	}
	if err != nil || name == "" || c.Disabled {
		refused := &pageError{err: whyNoClient(name, c), client: loggable(name), page: web.ErrorPage{
			Status: http.StatusBadRequest, Code: "authorize.client",
			Detail: "The application that sent you here is not registered, or it is switched off.", Mend: mendClient(c, params.get("redirect_uri")),
		}}
		if c != nil {
			refused.note = &oauth.ClientRefusal{Client: c.ID, Code: "authorize.client", Says: "The application is switched off."}
		}
		return nil, refused
	}
	to := &target{client: c, mode: modeQuery, state: params.get("state")}
	if to.redirectURI, err = p.redirectOf(c, params); err != nil {
		return nil, err
	}
	if mode := params.get("response_mode"); mode == modeFormPost || mode == modeFragment {
		to.mode = mode
	}
	return to, nil
}

// whyNoClient says for the log why nobody of that name may send people here.
func whyNoClient(name id.Client, c *oauth.Client) error {
	switch {
	case name == "":
		return errors.New("there is no client_id")
	case c != nil:
		return errors.New("the client is disabled")
	case !oauth.ValidClientID(name):
		return errors.New("the client_id is none that a client can have")
	}
	return errors.New("there is no such client")
}

// unregistered says for the log which address is not among the registered ones.
func unregistered(sent string, registered []string) error {
	return fmt.Errorf("%s is not registered; registered are: %s", withoutQuery(sent), strings.Join(registered, " "))
}

// withoutQuery is a URI as the log may show it: a stranger's, and what follows a
// question mark may be secret.
func withoutQuery(uri string) string {
	u, err := url.Parse(cut(uri, 500))
	if err != nil {
		return "what is no URI"
	}
	u.User, u.Opaque = nil, ""
	shown := strings.TrimSuffix((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String(), "?")
	if shown == "" {
		shown = "nothing"
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		shown += " with a query or a fragment"
	}
	return shown
}

// redirectOf returns the redirect URI of the request. It may be left out only
// where one alone is registered and the request is not OpenID Connect (RFC 6749
// section 3.1.2.3, OpenID Connect Core 3.1.2.1).
func (p *Provider) redirectOf(c *oauth.Client, params parameters) (string, error) {
	sent := params.get("redirect_uri")
	if sent != "" && (c.MayReturnTo(sent) || p.Trials.Answers(c.ID, sent, params.get("state"), time.Now())) {
		return sent, nil
	}
	left := sent == "" && !slices.Contains(params.repeated, "redirect_uri")
	if left && len(c.RedirectURIs) == 1 && !slices.Contains(fields(params.get("scope")), oauth.ScopeOpenID) {
		return c.RedirectURIs[0], nil
	}
	page := web.ErrorPage{
		Code: "authorize.redirect_uri", Received: cut(sent, longestSaid), Mend: mendAddress(c, "--add-redirect-uri", sent),
		Detail: "The application asked to send you to an address that is not registered for it, so you were not sent there.",
	}
	why := unregistered(sent, c.RedirectURIs)
	if left {
		why = errors.New("there is no redirect_uri")
		page = web.ErrorPage{Code: "authorize.redirect_uri_missing", Detail: "The application did not say where to send you afterwards."}
	}
	page.Status, page.AppName, page.AppURL = http.StatusBadRequest, c.Name, c.HomeURL
	return "", &pageError{err: why, client: c.ID, page: page, note: refusedRedirect(c.ID, page.Code, page.Detail, sent)}
}

// refusedRedirect is what is remembered of a redirect URI that was refused: without its query
// and its fragment, which may be secret, and without a user's name.
func refusedRedirect(client id.Client, code, says, sent string) *oauth.ClientRefusal {
	note := &oauth.ClientRefusal{Client: client, Code: code, Says: says}
	bare := sent
	if end := strings.IndexAny(sent, "?#"); end >= 0 {
		bare, note.Partial = sent[:end], true
	}
	if strings.ContainsRune(bare, '@') || len(bare) > longestSaid || strings.ContainsFunc(bare, func(r rune) bool { return r <= ' ' || r > '~' }) {
		bare, note.Partial = withoutQuery(bare), true
	}
	note.Received = bare
	return note
}

// longestSaid is how much of a refused value is repeated, in bytes.
const longestSaid = 500
