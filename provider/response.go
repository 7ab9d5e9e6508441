package provider

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/oauth"
	"gatehouse/web"
)

// respond sends an authorization response: by a redirect with a query or a
// fragment, or by a form that posts itself. Each carries iss (RFC 9207), and state
// as it was sent.
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
	p.note(e, to.client)
	p.respond(w, r, to, map[string]string{"error": e.code, "error_description": legal(e.description)})
}

// answers are codes by which a sign-in ends in its ordinary course: nothing about the client is
// to be mended.
var answers = []string{"login_required", "consent_required", "interaction_required", "account_selection_required", "server_error", "temporarily_unavailable"}

// note remembers a refusal for who looks after the client: what it asked for was not in order,
// or its person lacks what it requires. Where a person said no, or something of ours failed,
// there is nothing to mend.
func (p *Provider) note(e *refusal, c *oauth.Client) {
	if slices.Contains(answers, e.code) || e.code == oauth.AccessDenied && e.description != oauth.SaysNotAdmitted {
		return
	}
	p.Notes.Refused(oauth.ClientRefusal{Client: c.ID, Code: e.code, Says: e.description}, time.Now())
}
