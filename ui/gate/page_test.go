package gate

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/web"
)

func refusal(status int, code string, change func(p *web.GatePage)) refusedPage {
	p := refusedPage{GatePage: web.GatePage{ErrorPage: web.ErrorPage{Status: status, Code: code}}, Issuer: "https://id.example.com", Request: "req_a"}
	if change != nil {
		change(&p.GatePage)
	}
	return p
}

func TestTheGatesPagesAreWellMade(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	viewtest.Crawl(t, map[string]view.Page{
		"forbidden": refusal(http.StatusForbidden, "caller.forbidden", func(p *web.GatePage) {
			p.Permission, p.Email, p.Back = "shop/orders:refund", "alice@example.com", "/orders"
			for _, kind := range []web.GateReasonKind{web.GateDenied, web.GateEnded, web.GateNotYet, web.GateElsewhere, web.GateOutside, web.GateSuspended} {
				p.Reasons = append(p.Reasons, web.GateReason{Kind: kind, At: at})
			}
		}),
		"forbidden, and nothing to say": refusal(http.StatusForbidden, "caller.forbidden", func(p *web.GatePage) { p.Permission = "shop/orders:refund" }),
		"signed out":                    refusal(http.StatusUnauthorized, "gate.signed_out", func(p *web.GatePage) { p.SignIn, p.Sent = "https://id.example.com/gate?t=x", true }),
		"prove": refusal(http.StatusUnauthorized, "caller.proof", func(p *web.GatePage) {
			p.SignIn, p.More, p.Email = "https://id.example.com/gate?t=x", true, "alice@example.com"
		}),
		"code":                                 refusal(http.StatusBadRequest, "gate.code", func(p *web.GatePage) { p.Again = web.PathGateSignIn }),
		"missing":                              refusal(http.StatusNotFound, "gate.no_route", nil),
		"busy":                                 refusal(http.StatusServiceUnavailable, "policy.unknown", func(p *web.GatePage) { p.RetryAfter = time.Second }),
		"broken":                               refusal(http.StatusInternalServerError, "internal", nil),
		"sign out":                             signOutPage{Email: "alice@example.com"},
		"nobody":                               signedOutPage{Home: "/", Issuer: "https://id.example.com"},
		"nobody, where there is no first page": signedOutPage{Issuer: "https://id.example.com"},
	})
}

// Whatever somebody is refused for, the page leads on: to what would help, and home.
func TestEachRefusalAtTheGateHasAWayHome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page view.Page
		want []string // id and address of what leads on
	}{
		"a first page": {refusal(http.StatusNotFound, "gate.no_route", func(p *web.GatePage) { p.Home = "/" }), []string{`href="/" id="home"`}},
		"none":         {refusal(http.StatusNotFound, "gate.no_route", nil), []string{`href="https://id.example.com/account" id="home"`}},
		"from a page": {
			refusal(http.StatusForbidden, "caller.forbidden", func(p *web.GatePage) { p.Permission, p.Back, p.Home = "shop/orders:refund", "/orders", "/" }),
			[]string{`href="/orders" id="back"`, `href="/" id="home"`},
		},
		"away":       {refusal(http.StatusBadGateway, "gate.upstream", func(p *web.GatePage) { p.Retry, p.Home = "/orders?page=2", "/" }), []string{`href="/orders?page=2" id="retry"`, `href="/" id="home"`}},
		"broken":     {refusal(http.StatusInternalServerError, "internal", nil), []string{`id="home"`}},
		"signed out": {signedOutPage{Issuer: "https://id.example.com"}, []string{`href="https://id.example.com/account" id="home"`}},
		"sign out":   {signOutPage{Issuer: "https://id.example.com"}, []string{`href="https://id.example.com/account" id="stay"`}},
		"stays":      {signOutPage{Home: "/", Issuer: "https://id.example.com"}, []string{`href="/" id="stay"`}},
	} {
		body := viewtest.ShownBy(t, view.NewPages("https://id.example.com"), c.page).Body.String()
		for _, want := range c.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %s in %s", name, want, body)
			}
		}
	}
}

// Whoever opens what programs are to call is not told to sign in, where nobody can.
func TestWhatIsForProgramsAsksNobodyToSignIn(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"caller.unknown": "This address is for programs", "caller.certificate": "Let your browser show"} {
		body := viewtest.ShownBy(t, view.NewPages("https://id.example.com"), refusal(http.StatusUnauthorized, code, nil)).Body.String()
		if !strings.Contains(body, want) || strings.Contains(body, "Sign in and try again") {
			t.Errorf("%s: no %q in %s", code, want, body)
		}
	}
}

// A page does not say that somebody has what it says that they do not have.
func TestARefusalDoesNotContradictItself(t *testing.T) {
	t.Parallel()
	const without, here = "which this account does not have.", "which this account does not have for this."
	for kind, want := range map[web.GateReasonKind]string{
		web.GateDenied: without, web.GateEnded: without, web.GateNotYet: without, web.GateSuspended: without, web.GateElsewhere: here, web.GateOutside: here,
	} {
		page := refusal(http.StatusForbidden, "caller.forbidden", func(p *web.GatePage) { p.Permission, p.Reasons = "shop/orders:read", []web.GateReason{{Kind: kind}} })
		if body := viewtest.ShownBy(t, view.NewPages("https://id.example.com"), page).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s: no %q in %s", kind, want, body)
		}
	}
}

// What an application's own host shows is loaded from there, and leads nowhere else but to
// the issuer.
func TestTheGatesPagesLoadTheirFilesFromTheirHost(t *testing.T) {
	t.Parallel()
	pages := view.NewPages("https://id.example.com")
	pages.Base = "/.gatehouse"
	w := viewtest.ShownBy(t, pages, refusal(http.StatusForbidden, "caller.forbidden", nil))
	if body := w.Body.String(); !strings.Contains(body, `href="/.gatehouse/static/`) || strings.Contains(body, `"/static/`) || !strings.Contains(body, `href="https://id.example.com/problems/caller.forbidden"`) {
		t.Error(body)
	}
}
