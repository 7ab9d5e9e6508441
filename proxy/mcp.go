package proxy

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/gate"
)

// metadata answers what an MCP server is, to clients that know nothing of it yet (RFC 9728).
func (p *passage) metadata(m *gate.MCP) error {
	if p.r.Method != http.MethodGet && p.r.Method != http.MethodHead {
		return &gate.MethodError{Allow: []string{http.MethodGet, http.MethodHead}}
	}
	body, err := json.Marshal(struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported,omitempty"`
		Methods  []string `json:"bearer_methods_supported"`
	}{m.Resource, []string{p.door.Issuer}, m.Scopes, []string{"header"}})
	if err != nil {
		return err
	}
	h := p.status.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Allow-Origin", "*") // it is public, and clients in browsers read it
	h.Set("X-Request-Id", string(p.info.ID))
	p.status.WriteHeader(http.StatusOK)
	if p.r.Method != http.MethodHead {
		_, _ = p.status.Write(body) // who asked is gone
	}
	return nil
}

// pointToMetadata has a challenge of an MCP route say where its metadata is, and which
// scopes to ask for where it says none.
func (p *passage) pointToMetadata(h http.Header) {
	challenge := h.Get("WWW-Authenticate")
	if challenge == "" || p.match.Route == nil || p.match.Route.MCP == nil {
		return
	}
	m := p.match.Route.MCP
	challenge += `, resource_metadata="` + m.Metadata() + `"`
	if scopes := p.scopes(); len(scopes) > 0 && !strings.Contains(challenge, "scope=") {
		challenge += `, scope="` + strings.Join(scopes, " ") + `"`
	}
	h.Set("WWW-Authenticate", challenge)
}

// scopes are those that the request needs of a token.
func (p *passage) scopes() []string {
	all := slices.Clone(p.match.Route.MCP.Scopes)
	if p.call != nil && p.call.scope != "" && !slices.Contains(all, p.call.scope) {
		all = append(all, p.call.scope)
	}
	return all
}

// called reads what an MCP server is sent, once its caller is known and may use it at all,
// and decides about the tool that is called.
func (p *passage) called(route *gate.Route) error {
	if p.edge != nil {
		return fault.New(fault.Forbidden, "gate.mcp", "What a call is about stands in its body, which another proxy does not show to the gate.")
	}
	if origin := p.r.Header.Get("Origin"); origin != "" && !slices.Contains(route.MCP.Origins, origin) {
		return errCrossSite()
	}
	if p.r.Method != http.MethodPost {
		return p.inScope()
	}
	tool, err := p.readCall(route)
	if fault.Is(err, fault.Forbidden) {
		p.decision.outcome = access.Refused.String()
	}
	if err != nil {
		return err
	}
	if err := p.inScope(); err != nil || tool == nil {
		return err
	}
	p.decision.permission = tool.Permission
	p.withoutOwner()
	return p.decide(route)
}

// withoutOwner leaves out whose a resource is by what the caller says: they would say that
// it is theirs.
func (p *passage) withoutOwner() {
	delete(p.call.resource.Attrs, p.caller.Snapshot.OwnerAttribute(p.decision.permission))
}

// inScope refuses a token that was given for less, and names all that the request needs.
func (p *passage) inScope() error {
	for _, scope := range p.scopes() {
		if !p.caller.Within(scope) {
			p.decision.outcome = access.Refused.String()
			return caller.OutOfScope(strings.Join(p.scopes(), " "))
		}
	}
	return nil
}

// refuseCall tells a refusal as clients of the protocol read it: as an error of JSON-RPC,
// by the status that it has anyway.
func (p *passage) refuseCall(w http.ResponseWriter, _ *http.Request, status int, f *fault.Error) {
	code := codeRefused
	switch f.Code {
	case codeMismatch:
		code = codeHeaderMismatch
	case codeUnreadable:
		code = codeInvalidRequest
	}
	var id any
	if p.call != nil {
		id = p.call.id
	}
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{
		"code": code, "message": f.Detail, "data": map[string]any{"code": f.Code, "request_id": p.info.ID},
	}})
	if err != nil { // of what was read as JSON
		body = nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // who asked is gone
}
