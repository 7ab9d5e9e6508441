package provider

import "net/http"

// serveJWKS answers with the public keys (RFC 7517). Five minutes in caches are
// little beside the day for which a key is announced before it signs.
func (p *Provider) serveJWKS(w http.ResponseWriter, r *http.Request) {
	body, etag := p.Signer.JWKS()
	document{body: body, etag: []string{etag}, cacheControl: jwksCache}.serve(w, r)
}

var jwksCache = []string{"public, max-age=300"}
