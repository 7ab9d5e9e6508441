package gate

import "gatehouse/audit"

// What is recorded of routes that the store keeps; Audited explains each.
const (
	ActionRouteCreate audit.Action = "route.create"
	ActionRouteUpdate audit.Action = "route.update"
	ActionRouteDelete audit.Action = "route.delete"
)

// What events of this package are about.
const (
	AuditRoute    audit.Kind = "route"
	AuditUpstream audit.Kind = "upstream"
)

var audited = map[string]audit.Kind{KindRoute: AuditRoute, KindUpstream: AuditUpstream}

// Audited explains what is recorded of routes.
var Audited = audit.Catalogue{
	{Action: ActionRouteCreate, When: "A route or an upstream of the gate was added", Targets: []audit.Kind{AuditRoute, AuditUpstream}, After: "what it says"},
	{Action: ActionRouteUpdate, When: "A route or an upstream of the gate changed", Targets: []audit.Kind{AuditRoute, AuditUpstream}, Before: "what it said", After: "what it says"},
	{Action: ActionRouteDelete, When: "A route or an upstream of the gate was removed", Targets: []audit.Kind{AuditRoute, AuditUpstream}, Before: "what it said"},
}
