package keys

import "gatehouse/audit"

// KindKey is a signing key; the ID is its kid.
const KindKey audit.Kind = "key"

// What is recorded of signing keys; Audited explains each.
const (
	ActionCreate   audit.Action = "key.create"
	ActionAnnounce audit.Action = "key.announce"
	ActionRotate   audit.Action = "key.rotate"
	ActionRetire   audit.Action = "key.retire"
	ActionRevoke   audit.Action = "key.revoke"
)

// Audited explains what is recorded of signing keys.
var Audited = audit.Catalogue{
	{Action: ActionCreate, When: "The first key of an algorithm was made", Targets: []audit.Kind{KindKey}, After: "algorithm, state and times"},
	{Action: ActionAnnounce, When: "The next key was published, and will sign later", Targets: []audit.Kind{KindKey}, After: "algorithm, state and times"},
	{Action: ActionRotate, When: "A key began to sign in the place of another", Targets: []audit.Kind{KindKey}, After: "algorithm, state and times"},
	{Action: ActionRetire, When: "A key that signs no more was taken from the published set", Targets: []audit.Kind{KindKey}, After: "algorithm, state and times"},
	{Action: ActionRevoke, When: "A key was ended with all that it signed", Targets: []audit.Kind{KindKey}, After: "algorithm, state and times"},
}
