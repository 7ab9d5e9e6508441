package proxy

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/session"
	"gatehouse/web"
)

// Pages shows people at browsers what programs get as problem documents; ui/gate does.
// Each method writes the whole answer.
type Pages interface {
	Refused(w http.ResponseWriter, r *http.Request, p web.GatePage)
	// Home is the path of the host's first page, empty where there is none.
	SignOut(w http.ResponseWriter, r *http.Request, home, email string)
	SignedOut(w http.ResponseWriter, r *http.Request, home string)
}

// People names people on pages.
type People interface {
	// Email returns "" for nobody.
	Email(ctx context.Context, user id.User) (string, error)
}

// remedy is the sign-in that would help where err refuses a person at a browser. More is
// whether they are signed in and have to prove more, or anew.
func (p *passage) remedy(err error) (need access.Requirement, more, helps bool) {
	r, ok := errors.AsType[*caller.Refusal](err)
	if !ok || p.match.Route == nil || !p.match.Route.Accepts(gate.BySession) {
		return need, false, false
	}
	if r.Fault.Code == caller.CodeSignIn {
		return need, false, true
	}
	return r.Need, true, r.Need != (access.Requirement{}) && p.caller != nil && p.caller.OfBrowser()
}

// leads sends a person who can sign in, or prove more, to do so, and reports whether it did.
// What somebody sent is not sent again from there: they are asked first.
func (p *passage) leads(err error) bool {
	need, _, helps := p.remedy(err)
	if !helps || p.r.Method != http.MethodGet || !p.navigates() {
		return false
	}
	to, failed := p.entrance(p.target(), need)
	if failed != nil {
		return false
	}
	p.seeOther(to)
	return true
}

// target is what was asked for, as the browser asks for it again.
func (p *passage) target() string {
	if p.request.query == "" {
		return p.request.path.String()
	}
	return p.request.path.String() + "?" + p.request.query
}

// toldTo is how a refusal is told: as a page to people, and to programs as they read it.
func (p *passage) toldTo(err error) web.Refuser {
	if p.match.Route != nil && p.match.Route.MCP != nil && p.edge == nil {
		return p.refuseCall
	}
	if !p.navigates() {
		return p.door.Refuse
	}
	return func(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
		web.OwnHeaders(w.Header(), p.info.ID)
		p.door.Pages.Refused(w, r, p.page(err, status, f))
	}
}

func (p *passage) page(err error, status int, f *fault.Error) web.GatePage {
	page := web.GatePage{ErrorPage: web.ErrorPage{Status: status, Code: f.Code, Detail: f.Detail, RetryAfter: f.RetryAfter}, Back: p.cameFrom(), Home: p.home()}
	if p.caller != nil && p.caller.OfBrowser() {
		page.Email = p.emailOf(p.caller)
		if _, is := errors.AsType[*caller.Refusal](err); is && status == http.StatusForbidden {
			page.Permission, page.Reasons = p.decision.permission, p.caller.Why(p.asked())
		}
	}
	if f.Code == session.CodeGateCode {
		page.Again = web.PathGateSignIn
	}
	if passing[status] && isSafe(p.r.Method) {
		page.Retry = p.target()
	}
	if need, more, helps := p.remedy(err); helps {
		back := page.Back
		if back == "" {
			back = "/"
		}
		to, failed := p.entrance(back, need)
		if failed == nil {
			page.SignIn, page.More, page.Sent = to, more, !isSafe(p.r.Method)
		}
	}
	return page
}

// passing are the refusals that may be over a moment later.
var passing = map[int]bool{
	http.StatusTooManyRequests: true, http.StatusBadGateway: true, http.StatusServiceUnavailable: true, http.StatusGatewayTimeout: true,
}

// home is the path of the host's first page, "" where no route leads there, or where it is
// what was asked for.
func (p *passage) home() string {
	host, _, err := gate.ParseHost(p.r.Host)
	if err != nil || p.set == nil || p.target() == "/" {
		return "" // nobody knows where that was, or they are there
	}
	first, err := gate.ParsePath("/")
	if err != nil {
		return ""
	}
	if _, err := p.served(host, first, http.MethodGet); err != nil {
		return ""
	}
	return "/"
}

// cameFrom is the page of this host that the browser came from, "" for none.
func (p *passage) cameFrom() string {
	from, err := url.Parse(p.r.Referer())
	if err != nil || from.Scheme+"://"+from.Host != p.origin() {
		return ""
	}
	text := from.EscapedPath()
	if from.RawQuery != "" {
		text += "?" + from.RawQuery
	}
	path, _ := stays(text)
	return path
}

// namedWithin is how long a page waits for the name of its reader.
const namedWithin = 250 * time.Millisecond

// emailOf names a person at a browser. A name that cannot be read now is left out: that
// somebody is refused they hear while the database hangs, too.
func (p *passage) emailOf(c *caller.Caller) string {
	ctx, cancel := context.WithTimeout(p.r.Context(), namedWithin)
	defer cancel()
	email, err := p.door.People.Email(ctx, id.User(c.Subject.ID))
	if err != nil {
		return ""
	}
	return email
}
