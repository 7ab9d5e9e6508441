package access

import (
	"strings"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/setting"
)

// What events of this package are about.
const (
	KindAPI   audit.Kind = "api"
	KindRole  audit.Kind = "role"
	KindGrant audit.Kind = "grant" // ID is an id.Grant
	KindGroup audit.Kind = "group"
	KindScope audit.Kind = "scope"
	KindOrg   audit.Kind = audit.Kind(Organisation)

	KindService    audit.Kind = audit.KindService
	KindServiceKey audit.Kind = "servicekey" // ID is an id.ServiceKey

	kindSession = audit.Kind(LockSession) // ID is an id.Session
)

// What is recorded of policies; Audited explains each.
const (
	ActionAPICreate   audit.Action = "api.create"
	ActionAPIUpdate   audit.Action = "api.update"
	ActionAPIDelete   audit.Action = "api.delete"
	ActionRoleCreate  audit.Action = "role.create"
	ActionRoleUpdate  audit.Action = "role.update"
	ActionRoleDelete  audit.Action = "role.delete"
	ActionScopeCreate audit.Action = "scope.create"
	ActionScopeUpdate audit.Action = "scope.update"
	ActionScopeDelete audit.Action = "scope.delete"
	ActionGrantCreate audit.Action = "grant.create"
	ActionGrantExtend audit.Action = "grant.extend"
	ActionGrantRevoke audit.Action = "grant.revoke"
	ActionGrantsEnd   audit.Action = "grants.end"

	ActionGroupCreate  audit.Action = "group.create"
	ActionGroupUpdate  audit.Action = "group.update"
	ActionGroupDelete  audit.Action = "group.delete"
	ActionMemberAdd    audit.Action = "member.add"
	ActionMemberRemove audit.Action = "member.remove"
	ActionLockCreate   audit.Action = "lock.create"
	ActionLockLift     audit.Action = "lock.lift"
	ActionOrgCreate    audit.Action = "org.create"
	ActionOrgUpdate    audit.Action = "org.update"
	ActionOrgDelete    audit.Action = "org.delete"

	ActionServiceCreate  audit.Action = "service.create"
	ActionServiceUpdate  audit.Action = "service.update"
	ActionServiceDisable audit.Action = "service.disable"
	ActionServiceEnable  audit.Action = "service.enable"
	ActionServiceDelete  audit.Action = "service.delete"
	ActionKeyCreate      audit.Action = "servicekey.create"
	ActionKeyRevoke      audit.Action = "servicekey.revoke"
)

// Why grants ended by themselves.
const (
	ReasonSubjectDeleted audit.Reason = "subject_deleted" // whom they were given to is no more
)

// lockable is what a lock can be on.
var lockable = []audit.Kind{audit.KindUser, KindService, audit.KindClient, kindSession, KindRole, KindGrant}

// Audited explains what is recorded of policies.
var Audited = audit.Catalogue{
	{Action: ActionAPICreate, When: "An API was added", Targets: []audit.Kind{KindAPI}, After: "the API with its permissions"},
	{Action: ActionAPIUpdate, When: "The catalogue, the audience, the owners or the delegation of an API changed", Targets: []audit.Kind{KindAPI}, Before: "the API", After: "the API"},
	{Action: ActionAPIDelete, When: "An API was removed", Targets: []audit.Kind{KindAPI}, Before: "the API"},
	{Action: ActionRoleCreate, When: "A role was added", Targets: []audit.Kind{KindRole}, After: "the role"},
	{Action: ActionRoleUpdate, When: "What a role gives, or how long, changed", Targets: []audit.Kind{KindRole}, Before: "the role", After: "the role"},
	{Action: ActionRoleDelete, When: "A role was removed", Targets: []audit.Kind{KindRole}, Before: "the role"},
	{Action: ActionScopeCreate, When: "A scope was bound to permissions of an API", Targets: []audit.Kind{KindScope}, After: "the scope"},
	{Action: ActionScopeUpdate, When: "What a scope is bound to changed", Targets: []audit.Kind{KindScope}, Before: "the scope", After: "the scope"},
	{Action: ActionScopeDelete, When: "A scope was removed", Targets: []audit.Kind{KindScope}, Before: "the scope"},
	{Action: ActionGrantCreate, When: "Somebody was given or denied something", Targets: []audit.Kind{KindGrant}, After: "the grant"},
	{Action: ActionGrantExtend, When: "A grant was made to last longer", Targets: []audit.Kind{KindGrant}, Before: "its end", After: "its end"},
	{Action: ActionGrantRevoke, When: "A grant was ended before its time", Targets: []audit.Kind{KindGrant}, Before: "the grant", After: "why"},
	{Action: ActionGrantsEnd, When: "All grants and memberships of a person, an application or a service account that was deleted ended, and the lock on them was lifted", Targets: []audit.Kind{audit.KindUser, audit.KindClient, KindService}, Before: "how many there were"},
	{Action: ActionGroupCreate, When: "A group was added", Targets: []audit.Kind{KindGroup}, After: "the group"},
	{Action: ActionGroupUpdate, When: "The description of a group changed", Targets: []audit.Kind{KindGroup}, Before: "the group", After: "the group"},
	{Action: ActionGroupDelete, When: "A group was removed, with its memberships", Targets: []audit.Kind{KindGroup}, Before: "the group"},
	{Action: ActionMemberAdd, When: "Somebody, or a group, was put into a group or an organisation, or is in it for another time", Targets: []audit.Kind{KindGroup, KindOrg}, Before: "the membership, if there was one", After: "the membership"},
	{Action: ActionMemberRemove, When: "Somebody, or a group, was taken out of a group or an organisation", Targets: []audit.Kind{KindGroup, KindOrg}, Before: "the membership"},
	{Action: ActionLockCreate, When: "Somebody, a session, or what a role or a grant allows was suspended", Targets: lockable, Before: "the lock that was on it, if any", After: "the lock"},
	{Action: ActionLockLift, When: "What a lock suspended counts again", Targets: lockable, Before: "the lock"},
	{Action: ActionOrgCreate, When: "An organisation was added", Targets: []audit.Kind{KindOrg}, After: "the organisation"},
	{Action: ActionOrgUpdate, When: "The description of an organisation changed", Targets: []audit.Kind{KindOrg}, Before: "the organisation", After: "the organisation"},
	{Action: ActionOrgDelete, When: "An organisation was removed, with its memberships", Targets: []audit.Kind{KindOrg}, Before: "the organisation"},
	{Action: ActionServiceCreate, When: "A service account was added", Targets: []audit.Kind{KindService}, After: "the service account, and why"},
	{Action: ActionServiceUpdate, When: "The description of a service account changed", Targets: []audit.Kind{KindService}, Before: "the service account", After: "the service account"},
	{Action: ActionServiceDisable, When: "A service account may do nothing until it is enabled again", Targets: []audit.Kind{KindService}, Before: "the service account", After: "the service account, and why"},
	{Action: ActionServiceEnable, When: "A disabled service account may act again", Targets: []audit.Kind{KindService}, Before: "the service account", After: "the service account, and why"},
	{Action: ActionServiceDelete, When: "A service account was removed, with its keys", Targets: []audit.Kind{KindService}, Before: "the service account", After: "why"},
	{Action: ActionKeyCreate, When: "A service account was given a key, or a person a personal access token", Targets: []audit.Kind{KindServiceKey}, After: "the key, without what is secret of it"},
	{Action: ActionKeyRevoke, When: "A key of a service account, or a personal access token, was ended before its time", Targets: []audit.Kind{KindServiceKey}, Before: "the key"},
}

// actor is one as grants remember them.
func actor(a audit.Actor) string { return strings.TrimSuffix(string(a.Kind)+":"+a.ID, ":") }

// The documents show what is kept by the names of package wire.

func (a *API) document() map[string]any {
	permissions := make([]map[string]any, len(a.Permissions))
	for i, p := range a.Permissions {
		permissions[i] = map[string]any{"permission": p.Resource + ":" + p.Action, "description": p.Description, "sensitive": p.Sensitive}
		p.Requires.document(permissions[i])
	}
	return map[string]any{
		"audience": a.Audience, "permissions": permissions, "owners": a.Owners, "servers": append([]string{}, a.Servers...), "delegation": a.Delegation,
	}
}

func (s *Scope) document() map[string]any {
	return map[string]any{"api": s.API, "permissions": patternTexts(s.Patterns), "description": s.Description}
}

func (r *Role) document() map[string]any {
	doc := map[string]any{"permissions": patternTexts(r.Permissions), "parents": append([]string{}, r.Parents...)}
	if r.MaxGrant > 0 {
		doc["max_grant"] = setting.FormatDuration(r.MaxGrant)
	}
	return doc
}

func (r *GrantRecord) document() map[string]any {
	doc := map[string]any{
		"subject": map[string]any{"kind": r.Subject.Kind, "id": r.Subject.ID}, "effect": r.Effect, "where": r.Where.Place,
		"source": r.Source, "reason": r.Reason,
	}
	for name, value := range map[string]string{
		"role": r.Role, "permission": r.Permission.String(), "org": r.Org, "condition": r.Where.Expression, "ticket": r.Ticket, "request_id": r.Request, "name": r.Name,
	} {
		if value != "" {
			doc[name] = value
		}
	}
	if len(r.Where.IDs) > 0 {
		doc["resource_ids"] = r.Where.IDs
	}
	if !r.NotBefore.IsZero() {
		doc["not_before"] = r.NotBefore
	}
	if !r.ExpiresAt.IsZero() {
		doc["expires_at"] = r.ExpiresAt
	}
	r.Requires.document(doc)
	return doc
}

func (r Requirement) document(doc map[string]any) {
	if r.Level > 0 {
		doc["acr"] = r.Level.String()
	}
	if r.MaxAge > 0 {
		doc["max_age"] = setting.FormatDuration(r.MaxAge)
	}
}

// concern lets an event be found in the trail of the person or the application
// that it is about.
func concern(e *audit.Event, who Subject) {
	switch who.Kind {
	case User:
		e.User = id.User(who.ID)
	case Client:
		e.Client = id.Client(who.ID)
	}
}
