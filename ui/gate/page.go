package gate

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Pages are what the gate shows people at its hosts; proxy.Pages.
type Pages struct {
	// View writes them; its Base is where those hosts have our files.
	View *view.Pages
}

// Refused shows why a request was refused, and a way on.
func (p Pages) Refused(w http.ResponseWriter, r *http.Request, page web.GatePage) {
	p.show(w, r, page.Status, refusedPage{GatePage: page, Issuer: p.View.Issuer, Request: string(web.InfoOf(r.Context()).ID)})
}

// SignOut asks whether to sign out who is signed in; email may be empty.
func (p Pages) SignOut(w http.ResponseWriter, r *http.Request, home, email string) {
	p.show(w, r, http.StatusOK, signOutPage{Home: home, Issuer: p.View.Issuer, Email: email})
}

// SignedOut says that nobody is signed in.
func (p Pages) SignedOut(w http.ResponseWriter, r *http.Request, home string) {
	p.show(w, r, http.StatusOK, signedOutPage{Home: home, Issuer: p.View.Issuer})
}

func (p Pages) show(w http.ResponseWriter, r *http.Request, status int, page view.Page) {
	if err := p.View.Show(w, r, status, page); err != nil {
		http.Error(w, "Something went wrong on our side.", http.StatusInternalServerError)
	}
}

type refusedPage struct {
	web.GatePage
	Issuer, Request string
}

func (p refusedPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: words.Title(p.heading(say))}
}
func (p refusedPage) Body() templ.Component { return refusedBody(p) }

func (p refusedPage) heading(say *words.Catalogue) string {
	switch {
	case p.Permission != "":
		return string(say.Gate.Forbidden)
	case p.SignIn != "" && p.More:
		return string(say.Gate.Prove)
	case p.SignIn != "":
		return string(say.Gate.SignIn)
	}
	return say.Said(p.Code, p.Status).Title
}

// lead says what happened, where it is no missing permission.
func (p refusedPage) lead(say *words.Catalogue) string {
	switch {
	case p.SignIn != "" && p.More:
		return say.Gate.ProveLead
	case p.SignIn != "":
		return say.Gate.Lead
	case p.Code == "internal":
		return ""
	}
	return say.Detail(p.Code, p.Detail)
}

// todo is what to do about it.
func (p refusedPage) todo(say *words.Catalogue) string {
	switch {
	case p.Permission != "":
		return say.Gate.Ask
	case p.SignIn != "" && p.Sent:
		return say.Gate.Resend
	case p.SignIn != "":
		return ""
	case p.RetryAfter > 0:
		return say.Form.TryAgain.With(words.Wait, say.Wait(web.Seconds(p.RetryAfter)))
	}
	return say.Said(p.Code, p.Status).Todo
}

// reason is one of why the permission is missing.
func (p refusedPage) reason(say *words.Catalogue, why web.GateReason) string {
	switch why.Kind {
	case web.GateDenied:
		return say.Gate.Denied
	case web.GateEnded:
		return say.Gate.Ended.With(words.Since, say.Moment(why.At))
	case web.GateNotYet:
		return say.Gate.NotYet.With(words.Since, say.Moment(why.At))
	case web.GateElsewhere:
		return say.Gate.Elsewhere
	case web.GateOutside:
		return say.Gate.Outside
	}
	return say.Gate.Suspended
}

// needs says which permission it takes.
func (p refusedPage) needs(say *words.Catalogue) words.Phrase {
	for _, why := range p.Reasons {
		if why.Kind == web.GateElsewhere || why.Kind == web.GateOutside {
			return say.Gate.NeedsHere
		}
	}
	return say.Gate.Needs
}

// signOutPage and signedOutPage lead to the first page of the host, or else to the account.
type signOutPage struct{ Home, Issuer, Email string }

// stay is where who does not sign out goes on.
func (p signOutPage) stay() string {
	if p.Home != "" {
		return p.Home
	}
	return account(p.Issuer)
}

func (signOutPage) Head(say *words.Catalogue) view.Head { return view.Head{Title: say.Gate.SignOut} }
func (p signOutPage) Body() templ.Component             { return signOutBody(p) }

type signedOutPage struct{ Home, Issuer string }

func (signedOutPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: say.Gate.SignedOut}
}
func (p signedOutPage) Body() templ.Component { return signedOutBody(p) }

// account is where somebody's account is, for who has no other way on.
func account(issuer string) string { return issuer + "/account" }
