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
		"code":     refusal(http.StatusBadRequest, "gate.code", func(p *web.GatePage) { p.Again = web.PathGateSignIn }),
		"missing":  refusal(http.StatusNotFound, "gate.no_route", nil),
		"busy":     refusal(http.StatusServiceUnavailable, "policy.unknown", func(p *web.GatePage) { p.RetryAfter = time.Second }),
		"broken":   refusal(http.StatusInternalServerError, "internal", nil),
		"sign out": signOutPage{Email: "alice@example.com"},
		"nobody":   signedOutPage{},
	})
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
