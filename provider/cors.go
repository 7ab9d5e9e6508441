package provider

import "net/http"

// cors lets scripts of registered applications read the answers of h: origins
// of the redirect URIs of enabled clients. Cookies are never part of it, and
// the authorization endpoint never has it: browsers are sent there, scripts
// have no business with it.
func (p *Provider) cors(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p.allowOrigin(w.Header(), r)
		h(w, r)
	}
}

// preflight answers the question that a browser asks before a request that is
// more than a form (WHATWG Fetch, CORS-preflight). An origin that is not
// registered gets no permission, and the browser does not go on.
func (p *Provider) preflight(methods string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p.allowOrigin(w.Header(), r) {
			permit(w.Header(), methods)
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// preflightAny is preflight for public documents.
func preflightAny(w http.ResponseWriter, _ *http.Request) {
	w.Header()["Access-Control-Allow-Origin"] = anyOrigin
	permit(w.Header(), "GET, HEAD")
	w.WriteHeader(http.StatusNoContent)
}

// allowedHeaders are those that scripts may send. Libraries and tracing add some
// that change nothing here; a refused one would end the whole request.
const allowedHeaders = "Authorization, Content-Type, DPoP, traceparent, tracestate, X-Requested-With"

func permit(h http.Header, methods string) {
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Allow-Headers", allowedHeaders)
	h.Set("Access-Control-Max-Age", "600")
}

// allowOrigin names the request's origin in the answer if it is registered, and
// reports whether it is.
func (p *Provider) allowOrigin(h http.Header, r *http.Request) bool {
	h.Add("Vary", "Origin")
	origins := r.Header["Origin"]
	if len(origins) != 1 || !p.Registry.HasOrigin(origins[0]) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origins[0])
	h.Set("Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate")
	return true
}

var anyOrigin = []string{"*"}
