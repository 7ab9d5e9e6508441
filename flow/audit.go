package flow

import "gatehouse/audit"

// What is recorded of sign-ins; Audited explains each.
const (
	ActionSigninProve    audit.Action = "signin.prove"
	ActionSigninComplete audit.Action = "signin.complete"
	ActionSigninSuspend  audit.Action = "signin.suspend"
	ActionConsentRefuse  audit.Action = "consent.refuse"
	ActionSigninBar      audit.Action = "signin.bar"
)

const (
	// ReasonDeclined says that the person themself said no.
	ReasonDeclined audit.Reason = "declined"
	// ReasonMissing says that the person lacks a role or a group that is required.
	ReasonMissing audit.Reason = "role_or_group_missing"
	// ReasonLocked says that a lock is on them.
	ReasonLocked audit.Reason = "locked"
	// ReasonReplaced says that another person signed in at the same browser.
	ReasonReplaced audit.Reason = "replaced"
)

// Audited explains what is recorded of sign-ins.
var Audited = audit.Catalogue{
	{Action: ActionSigninProve, When: "A password was right, and something else is still to be proved", Targets: []audit.Kind{audit.KindUser}},
	{Action: ActionSigninComplete, When: "A person proved all that was asked for", Targets: []audit.Kind{audit.KindUser}, After: "the session, its level and methods"},
	{Action: ActionSigninBar, When: "An application did not take in a person who had proved who they are", Targets: []audit.Kind{audit.KindUser}, After: "the roles and groups that they lack"},
	{Action: ActionSigninSuspend, When: "A password was right, and a lock is on the person", Targets: []audit.Kind{audit.KindUser}},
	{Action: ActionConsentRefuse, When: "A person did not let an application have what it asked for", Targets: []audit.Kind{audit.KindConsent}},
}
