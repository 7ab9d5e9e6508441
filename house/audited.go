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

// What is recorded of back-ups.
const (
	ActionBackup  audit.Action = "backup.make"
	ActionRestore audit.Action = "backup.restore"

	reasonKept audit.Reason = "sessions_kept"
)

var backups = audit.Catalogue{
	{Action: ActionBackup, When: "The database was written to a file, which holds all of it", Targets: []audit.Kind{audit.KindHouse}, After: "its size, schema, and the fingerprint of the master key"},
	{Action: ActionRestore, When: "The database was filled from a back-up", Targets: []audit.Kind{audit.KindHouse}, Before: "when the back-up was made", After: "how many sessions were ended, and of how many applications the tokens"},
}

// Audited returns every action that is recorded, package by package.
func Audited() audit.Catalogue {
	return slices.Concat(
		identity.Audited, session.Audited, flow.Audited, oauth.Audited, keys.Audited, audit.Audited, backups,
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
