package identity

import "gatehouse/audit"

// KindFactor is a second factor; the ID is an id.Factor.
const KindFactor audit.Kind = "factor"

// What is recorded of people; Audited explains each.
const (
	ActionUserCreate     audit.Action = "user.create"
	ActionUserUpdate     audit.Action = "user.update"
	ActionUserDisable    audit.Action = "user.disable"
	ActionUserEnable     audit.Action = "user.enable"
	ActionUserDelete     audit.Action = "user.delete"
	ActionPasswordSet    audit.Action = "password.set"
	ActionPasswordChange audit.Action = "password.change"
	ActionPasswordLink   audit.Action = "password.link"
	ActionPasswordUnlink audit.Action = "password.unlink"
	ActionPasswordFirst  audit.Action = "password.first"
	ActionFactorEnrol    audit.Action = "factor.enrol"
	ActionFactorRemove   audit.Action = "factor.remove"
	ActionFactorReset    audit.Action = "factor.reset"
	ActionRecoveryRenew  audit.Action = "recovery.renew"
	ActionRecoveryUse    audit.Action = "recovery.use"
	ActionSetupOffer     audit.Action = "setup.offer"
	ActionSetupComplete  audit.Action = "setup.complete"
	ActionSigninRefuse   audit.Action = "signin.refuse"
)

// Why a proof was refused. The visitor hears the same of all about a password.
const (
	ReasonUnknown       audit.Reason = "unknown"     // nobody has that name
	ReasonNoPassword    audit.Reason = "no_password" // the person has none
	ReasonNoFactor      audit.Reason = "no_factor"   // the person has none
	ReasonDisabled      audit.Reason = "disabled"
	ReasonWrong         audit.Reason = "wrong" // the password
	ReasonWrongCode     audit.Reason = "totp_wrong"
	ReasonUsedCode      audit.Reason = "totp_used"
	ReasonWrongRecovery audit.Reason = "recovery_wrong"
	ReasonMaker         audit.Reason = "maker" // whoever made the link may not let them in any more
)

// Why what a person held ended.
const (
	ReasonPasswordChanged audit.Reason = "password_changed"
	ReasonFactorChanged   audit.Reason = "factor_changed"
	ReasonUserDisabled    audit.Reason = "user_disabled"
	ReasonUserDeleted     audit.Reason = "user_deleted"
)

// Audited explains what is recorded of people.
var Audited = audit.Catalogue{
	{Action: ActionUserCreate, When: "A person was added", Targets: []audit.Kind{audit.KindUser}, After: "the person, with their attributes"},
	{Action: ActionUserUpdate, When: "Email, name, claims or the right to administer changed", Targets: []audit.Kind{audit.KindUser}, Before: "the person, with their attributes", After: "the same, and which other claims were changed"},
	{Action: ActionUserDisable, When: "A person was kept out", Targets: []audit.Kind{audit.KindUser}, Before: "the person", After: "the person"},
	{Action: ActionUserEnable, When: "A disabled person may sign in again", Targets: []audit.Kind{audit.KindUser}, Before: "the person", After: "the person"},
	{Action: ActionUserDelete, When: "A person was removed", Targets: []audit.Kind{audit.KindUser}, Before: "the person"},
	{Action: ActionPasswordSet, When: "An operator gave a person a password", Targets: []audit.Kind{audit.KindUser}},
	{Action: ActionPasswordChange, When: "A person chose another password, knowing the present one", Targets: []audit.Kind{audit.KindUser}},
	{Action: ActionPasswordLink, When: "A link was made by which a person sets their first password", Targets: []audit.Kind{audit.KindUser}, After: "until when it is good"},
	{Action: ActionPasswordUnlink, When: "A link by which a person sets their first password was withdrawn before it was used", Targets: []audit.Kind{audit.KindUser}},
	{Action: ActionPasswordFirst, When: "A person set their first password, by a link that was made for them; refused where whoever made it could not make it any more", Targets: []audit.Kind{audit.KindUser}},
	{Action: ActionFactorEnrol, When: "A person confirmed a second factor", Targets: []audit.Kind{KindFactor}, After: "how many the person has then"},
	{Action: ActionFactorRemove, When: "A person removed their second factor", Targets: []audit.Kind{KindFactor}, Before: "its name, and when it was confirmed"},
	{Action: ActionFactorReset, When: "An operator removed the second factor of a person who lost it", Targets: []audit.Kind{KindFactor}, Before: "its name, and when it was confirmed"},
	{Action: ActionRecoveryRenew, When: "Ten new recovery codes replaced the old ones", Targets: []audit.Kind{audit.KindUser}},
	{Action: ActionRecoveryUse, When: "A recovery code was used up", Targets: []audit.Kind{audit.KindUser}, After: "how many are left"},
	{Action: ActionSetupOffer, When: "A link to the set-up page was made", Targets: []audit.Kind{audit.KindHouse}},
	{Action: ActionSetupComplete, When: "The first administrator was made on the set-up page", Targets: []audit.Kind{audit.KindUser}, After: "the person"},
	{Action: ActionSigninRefuse, When: "A password, code or recovery code was refused; without a target when nobody has the name", Targets: []audit.Kind{audit.KindUser}},
}
