package provider

import (
	"context"
	"errors"
	"net/http"

	"github.com/ory/fosite"

	"gatehouse/oauth"
	"gatehouse/web"
)

// core is what the authorization and the token endpoint share: the protocol
// kernel and the parsed keys of clients.
type core struct {
	kernel     *fosite.Fosite
	clientKeys clientKeys
}

// openCore wires the kernel, and reports what it would miss at the first request.
func (p *Provider) openCore() error {
	for name, missing := range map[string]bool{
		"Issuer": p.Issuer == "", "Store": p.Store == nil, "Registry": p.Registry == nil, "Protocol": p.Protocol == nil,
		"Flow": p.Flow == nil, "People": p.People == nil, "Signer": p.Signer == nil, "Cookies": p.Cookies == nil, "Pages": p.Pages == nil,
		"Audit": p.Audit == nil, "Limiter": p.Limiter == nil, "Metrics": p.Metrics == nil, "Log": p.Log == nil, "Refresh.Key": len(p.Refresh.Key) == 0,
	} {
		if missing {
			return errors.New("provider: " + name + " is not set")
		}
	}
	if bad := p.Config.Validate(); len(bad) > 0 {
		return errors.New("provider: " + bad[0].Name + ": " + bad[0].Problem)
	}
	p.core = &core{}
	p.core.kernel = fosite.NewOAuth2Provider(&bridge{p}, p.kernelConfig())
	return nil
}

// mountCore registers the authorization and the token endpoint.
func (p *Provider) mountCore(api *web.Mux) {
	api.HandleFunc("GET "+PathAuthorize, p.authorize)
	api.HandleFunc("POST "+PathAuthorize, p.authorize)
	api.HandleFunc("POST "+PathToken, p.cors(p.token))
	api.HandleFunc("OPTIONS "+PathToken, p.preflight("POST"))
}

// inflight is what one request carries through the kernel: it finds here what
// was read before, and leaves here what is to be written after.
type inflight struct {
	request *http.Request
	client  *oauth.Client // validated, and at the token endpoint authenticated
	// redirectURI is where the authorization response goes.
	redirectURI string

	code    *oauth.Code // at the authorization endpoint the new one, at the token endpoint the one that came
	refresh *refreshStep
	failed  error // of ours, where the kernel would swallow it
}

type inflightKey struct{}

func withInflight(ctx context.Context, f *inflight) context.Context {
	return context.WithValue(ctx, inflightKey{}, f)
}

// inflightOf returns the request's inflight. Every call of the kernel is made
// with one; an empty one allows nothing.
func inflightOf(ctx context.Context) *inflight {
	if f, ok := ctx.Value(inflightKey{}).(*inflight); ok {
		return f
	}
	return &inflight{client: &oauth.Client{Disabled: true}}
}
