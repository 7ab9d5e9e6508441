package provider

import (
	"net/http"

	"gatehouse/web"
)

// serveJWKS answers with the public keys (RFC 7517). Five minutes in caches are
// little beside the day for which a key is announced before it signs.
func (p *Provider) serveJWKS(w http.ResponseWriter, r *http.Request) {
	body, etag := p.Signer.JWKS()
	d := p.keySet.Load()
	if d == nil || d.Tag() != etag {
		d = web.NewStatic(body, etag, "public, max-age=300")
		p.keySet.Store(d)
	}
	d.ServeHTTP(w, r)
}
