package provider

import "net/http"

// serveJWKS answers with the public keys (RFC 7517). Five minutes in caches are
// little beside the day for which a key is announced before it signs.
func (p *Provider) serveJWKS(w http.ResponseWriter, r *http.Request) {
	body, etag := p.Signer.JWKS()
	d := p.keySet.Load()
	if d == nil || d.etag[0] != etag {
		d = newDocument(body, etag, "public, max-age=300")
		p.keySet.Store(d)
	}
	d.serve(w, r)
}
