package house

import (
	"context"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/identity"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/session"
)

// Audited returns every action that is recorded, package by package.
func Audited() audit.Catalogue {
	return slices.Concat(
		identity.Audited, session.Audited, flow.Audited, oauth.Audited, keys.Audited, audit.Audited,
	)
}

func (h *House) pruner() *audit.Pruner {
	return &audit.Pruner{Store: h.Store, Audit: h.Audit, Config: h.Config.Audit}
}

// prune removes the events that are beyond the retention, if there is one.
func (h *House) prune(ctx context.Context, now time.Time) error {
	removed, err := h.pruner().Prune(ctx, now)
	if removed > 0 {
		h.Log.Info("audit events beyond the retention were removed", "events", removed)
	}
	return err
}
