package provider

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"gatehouse/web"
)

// mountDocuments registers the public documents.
func (p *Provider) mountDocuments(api *web.Mux) {
	for path, d := range p.Documents() {
		api.HandleFunc(d.Route, d.Handler.ServeHTTP)
		api.HandleFunc("OPTIONS "+path, preflightAny)
	}
}

// Documents are the prebuilt public answers by path, which a server may serve
// ahead of everything else.
func (p *Provider) Documents() map[string]web.Document {
	return map[string]web.Document{
		PathDiscovery: {Handler: http.HandlerFunc(p.discovery.serve), Route: "GET " + PathDiscovery},
		PathMetadata:  {Handler: http.HandlerFunc(p.discovery.serve), Route: "GET " + PathMetadata},
		PathJWKS:      {Handler: http.HandlerFunc(p.serveJWKS), Route: "GET " + PathJWKS},
	}
}

// document is a public JSON document that lies ready, headers included.
type document struct {
	body                       []byte
	etag, cacheControl, length []string
}

func newDocument(body []byte, etag, cacheControl string) *document {
	return &document{body: body, etag: []string{etag}, cacheControl: []string{cacheControl}, length: []string{strconv.Itoa(len(body))}}
}

// tagOf makes the entity tag of a body that has none yet.
func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// serve answers with the document, or with 304 to those who have it (RFC 9110
// section 13.1.2).
func (d *document) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Etag"] = d.etag
	h["Cache-Control"] = d.cacheControl
	if matches(r.Header["If-None-Match"], d.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = jsonType
	h["Content-Length"] = d.length
	_, _ = w.Write(d.body) // the client has gone if this fails
}

// matches reports whether one of the entity tags is etag; weak ones count, as
// If-None-Match wants it.
func matches(values []string, etag string) bool {
	for _, value := range values {
		for tag := range strings.SplitSeq(value, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == etag || tag == "*" {
				return true
			}
		}
	}
	return false
}
