package house

import (
	"slices"

	"gatehouse/access"
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
		identity.Audited, session.Audited, flow.Audited, oauth.Audited, keys.Audited, access.Audited, audit.Audited, backups,
	)
}

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
