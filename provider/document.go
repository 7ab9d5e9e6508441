package provider

import (
	"net/http"

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
		PathDiscovery: {Handler: http.HandlerFunc(p.serveDiscovery), Route: "GET " + PathDiscovery},
		PathMetadata:  {Handler: http.HandlerFunc(p.serveDiscovery), Route: "GET " + PathMetadata},
		PathJWKS:      {Handler: http.HandlerFunc(p.serveJWKS), Route: "GET " + PathJWKS},
	}
}
