package proxy

import (
	"net/http"

	"gatehouse/fault"
)

func errCrossSite() error {
	return fault.New(fault.Forbidden, "gate.cross_site", "This was sent by a page of another site.")
}

// crossSite reports whether a request that would act by a cookie may have been sent by a page
// of another origin, a sibling's included. Browsers say so; what says nothing is none.
func (p *passage) crossSite() bool {
	if p.fromAnywhere() {
		return false
	}
	if site := p.r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site != "same-origin"
	}
	return p.r.Header.Get("Origin") != p.origin()
}

// crossSiteByCertificate is crossSite of a request that would act by a client certificate.
// Programs, which have one more often than browsers, say nothing of pages.
func (p *passage) crossSiteByCertificate() bool {
	if p.fromAnywhere() {
		return false
	}
	if site := p.r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site != "same-origin" && site != "none"
	}
	origin := p.r.Header.Get("Origin")
	return origin != "" && origin != p.origin()
}

// fromAnywhere reports whether pages of all sites may send the request: it changes nothing, or
// the route invites them (spec.cors). The origin of a WebSocket was looked at (checkOrigin).
func (p *passage) fromAnywhere() bool {
	return p.upgrade != nil || isSafe(p.r.Method) && p.r.Header.Get("Upgrade") == "" || p.invited()
}

func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
