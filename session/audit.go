package session

import (
	"gatehouse/audit"
	"gatehouse/id"
)

// KindSession is a signed-in browser; the ID is an id.Session.
const KindSession audit.Kind = "session"

// What is recorded of sessions; Audited explains each.
const (
	ActionCreate audit.Action = "session.create"
	ActionRaise  audit.Action = "session.raise"
	ActionEnd    audit.Action = "session.end"
	ActionEndAll audit.Action = "sessions.end"
)

// Why a session ended. Others who end sessions have reasons of their own.
const (
	ReasonSignedOut     audit.Reason = "signed_out"        // the person, on our page
	ReasonByApplication audit.Reason = "signed_out_by_app" // the person, by way of an application
	ReasonByOwner       audit.Reason = "ended_by_owner"    // the person, from another browser or all at once
	ReasonByOperator    audit.Reason = "ended_by_operator"
	ReasonTooMany       audit.Reason = "too_many_sessions" // one more sign-in than MaxPerPerson
	ReasonRestored      audit.Reason = "restored"          // the database came from a back-up
)

// Audited explains what is recorded of sessions.
var Audited = audit.Catalogue{
	{Action: ActionCreate, When: "A browser was signed in", Targets: []audit.Kind{KindSession}, After: "what was proved"},
	{Action: ActionRaise, When: "A signed-in browser proved again or more", Targets: []audit.Kind{KindSession}, After: "what is proved now"},
	{Action: ActionEndAll, When: "Everybody was signed out; the browsers have no events of their own", Targets: []audit.Kind{audit.KindHouse}, After: "how many browsers were signed out"},
	{Action: ActionEnd, When: "A browser was signed out; the reason says why", Targets: []audit.Kind{KindSession}},
}

func target(s id.Session) audit.Target { return audit.Target{Kind: KindSession, ID: string(s)} }
