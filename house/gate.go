package house

import (
	"context"
	"time"

	"gatehouse/access"
	"gatehouse/apply/draft"
	"gatehouse/gate"
	"gatehouse/proxy"
)

// StoredRoutes are the routes that the store keeps, for a command: a server follows them
// (Routes).
func (h *House) StoredRoutes(ctx context.Context) (*gate.Set, error) {
	all, err := h.Gate.List(ctx, "")
	if err != nil {
		return nil, err
	}
	objects := make([]gate.Object, len(all))
	for i := range all {
		objects[i] = all[i].Object
	}
	return compilerOfStored(h.Config.Gate).Compile(objects)
}

// TestStoredRoutes is StoredRoutes where their tests hold by a policy.
func (h *House) TestStoredRoutes(ctx context.Context, s *access.Snapshot) (*gate.Set, error) {
	set, err := h.StoredRoutes(ctx)
	if err != nil {
		return nil, err
	}
	return set, proxy.Try(set, s)
}

// gateOver returns what changes routes over a draft. Their tests are tried by the policy
// that the draft comes to; what it gives to groups counts once it is written.
func (h *House) gateOver(d *draft.Draft) *gate.Service {
	over := *h.Gate
	over.Store, over.Audit, over.Later = d.Routes(), d, true
	over.Try = func(ctx context.Context, set *gate.Set) error {
		s, err := access.Load(ctx, d.Policy(), builtIn(h.Config), time.Now())
		if err != nil {
			return err
		}
		return proxy.Try(set, s)
	}
	return &over
}

// gate returns what changes the routes that the store keeps.
func (h *House) gate() *gate.Service {
	return &gate.Service{
		Store: h.Store, Audit: h.Audit, Compiler: compilerOfStored(h.Config.Gate), InFiles: h.Config.Gate.InFiles(),
		Try: func(ctx context.Context, set *gate.Set) error {
			s, err := h.Policy.Current(ctx)
			if err != nil {
				return err
			}
			return proxy.Try(set, s)
		},
	}
}
