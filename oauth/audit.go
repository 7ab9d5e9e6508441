package oauth

import (
	"gatehouse/audit"
	"gatehouse/id"
)

// What events of this package are about besides people, clients and consents.
const (
	KindAuthorization audit.Kind = "authorization" // ID is an id.Authorization
	KindToken         audit.Kind = "token"         // ID is the jti of an access token
)

// What is recorded of applications and what they hold; Audited explains each.
const (
	ActionClientCreate    audit.Action = "client.create"
	ActionClientUpdate    audit.Action = "client.update"
	ActionClientDelete    audit.Action = "client.delete"
	ActionSecretRotate    audit.Action = "secret.rotate"
	ActionSecretEnd       audit.Action = "secret.end"
	ActionConsentGive     audit.Action = "consent.give"
	ActionConsentWithdraw audit.Action = "consent.withdraw"
	ActionCodeReplay      audit.Action = "code.replay"
	ActionTokenReplay     audit.Action = "token.replay"
	ActionTokenRevoke     audit.Action = "token.revoke"

	ActionAuthorizationEnd  audit.Action = "authorization.end"
	ActionAuthorizationsEnd audit.Action = "authorizations.end"
)

// Why something was refused, or why families and tokens ended.
const (
	ReasonReplay           audit.Reason = "replay"  // a code or a token came once too often
	ReasonRevoked          audit.Reason = "revoked" // the application gave a token back
	ReasonConsentWithdrawn audit.Reason = "consent_withdrawn"
	ReasonByOperator       audit.Reason = "ended_by_operator"
)

// Audited explains what is recorded of applications and what they hold.
var Audited = audit.Catalogue{
	{Action: ActionClientCreate, When: "An application was added", Targets: []audit.Kind{audit.KindClient}, After: "the application, without MACs"},
	{Action: ActionClientUpdate, When: "The settings of an application changed", Targets: []audit.Kind{audit.KindClient}, Before: "the application", After: "the application"},
	{Action: ActionClientDelete, When: "An application was removed", Targets: []audit.Kind{audit.KindClient}, Before: "the application"},
	{Action: ActionSecretRotate, When: "An application got a new secret", Targets: []audit.Kind{audit.KindClient}, Before: "the application", After: "the application"},
	{Action: ActionSecretEnd, When: "One secret of an application was ended", Targets: []audit.Kind{audit.KindClient}, Before: "the application", After: "the application"},
	{Action: ActionConsentGive, When: "A person let an application have what it asked for", Targets: []audit.Kind{audit.KindConsent}, Before: "the scopes allowed before, if any", After: "the scopes allowed now"},
	{Action: ActionConsentWithdraw, When: "A person took back what an application may", Targets: []audit.Kind{audit.KindConsent}, Before: "the scopes allowed before, if any"},
	{Action: ActionCodeReplay, When: "An authorization code came a second time; all that came of it ended", Targets: []audit.Kind{KindAuthorization}},
	{Action: ActionTokenReplay, When: "A refresh token came again after its successor was used; all that came of its authorization ended", Targets: []audit.Kind{KindAuthorization}},
	{Action: ActionAuthorizationEnd, When: "An operator ended a refresh token, with all that came of its authorization", Targets: []audit.Kind{KindAuthorization}},
	{Action: ActionAuthorizationsEnd, When: "An operator ended all that applications hold of a person, or all that an application holds: refresh tokens and access tokens", Targets: []audit.Kind{audit.KindUser, audit.KindClient}},
	{Action: ActionTokenRevoke, When: "An application gave back a refresh token, with all that came of its authorization, or an access token", Targets: []audit.Kind{KindAuthorization, KindToken}},
}

// OfAuthorization returns an authorization as a target.
func OfAuthorization(a id.Authorization) audit.Target {
	return audit.Target{Kind: KindAuthorization, ID: string(a)}
}
