package backup

import "gatehouse/audit"

// What is recorded of back-ups; Audited explains each.
const (
	ActionMake    audit.Action = "backup.make"
	ActionRestore audit.Action = "backup.restore"

	reasonKept audit.Reason = "sessions_kept"
)

// Audited explains what is recorded of back-ups.
var Audited = audit.Catalogue{
	{Action: ActionMake, When: "The database was written to a file, which holds all of it", Targets: []audit.Kind{audit.KindHouse}, After: "its size, schema, and the fingerprint of the master key"},
	{Action: ActionRestore, When: "The database was filled from a back-up", Targets: []audit.Kind{audit.KindHouse}, Before: "when the back-up was made", After: "how many sessions were ended, and of how many applications the tokens"},
}
