package house

import (
	"context"

	"gatehouse/access"
	"gatehouse/apply"
	"gatehouse/apply/draft"
	"gatehouse/id"
	"gatehouse/oauth"
)

// applies returns what makes this house be as files say.
func (h *House) applies() *apply.Service {
	return &apply.Service{Store: h.Store, Access: h.Access, Audit: h.Audit, Over: h.over, Gate: h.Gate, GateOver: h.gateOver}
}

// over returns the services over a draft, wired to each other as those of the house are.
func (h *House) over(d *draft.Draft, people map[id.User]bool) (*access.Service, *oauth.Service) {
	clients := *h.OAuth
	who := drafted{directory{h.Identity, &clients, h.Store}, people}
	policy := h.Access.Over(d.Policy(), d, who, who)
	clients.Store, clients.Audit = d.Clients(h.Store), d
	clients.Grants, clients.Assigner, clients.Meanings = grantsOfClients{policy}, assigner{h.Policy, policy}, meanings{policy, h.Config.SignIn.Scopes}
	return policy, &clients
}

// drafted tells the services over a draft whom there is.
type drafted struct {
	directory
	people map[id.User]bool
}

// Known implements access.Directory.
func (d drafted) Known(ctx context.Context, s access.Subject) error {
	if s.Kind == access.User && d.people[id.User(s.ID)] {
		return nil
	}
	return d.directory.Known(ctx, s)
}

// HasClient implements access.Directory. Whoever writes the draft down holds the
// applications.
func (d drafted) HasClient(ctx context.Context, name string) (bool, error) {
	return hasClient(ctx, d.clients, name)
}
