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
	AuditEdge     audit.Kind = "edge"
)

var audited = map[string]audit.Kind{KindRoute: AuditRoute, KindUpstream: AuditUpstream, KindEdge: AuditEdge}

var targets = []audit.Kind{AuditRoute, AuditUpstream, AuditEdge}

// Audited explains what is recorded of routes.
var Audited = audit.Catalogue{
	{Action: ActionRouteCreate, When: "A route, an upstream or an edge of the gate was added", Targets: targets, After: "what it says"},
	{Action: ActionRouteUpdate, When: "A route, an upstream or an edge of the gate changed", Targets: targets, Before: "what it said", After: "what it says"},
	{Action: ActionRouteDelete, When: "A route, an upstream or an edge of the gate was removed", Targets: targets, Before: "what it said"},
}
