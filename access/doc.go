// Package access decides what a person, a service or a client may do, until
// when, and why.
//
// A Policy is what administrators wrote: APIs with the permissions that they
// know, roles, memberships, grants and locks. Compile makes a Snapshot of it,
// which does not change and answers any number of callers at once. Snapshot.Decide
// answers one Question by the clock that the question brings: nothing has to be
// swept for a grant to end. Snapshot.Explain answers the same question in words.
//
// The rules, in the order in which they are asked: a lock refuses; a principal
// that is not active is refused; a token that was given for less may do less; a
// deny refuses whatever else allows; what no grant allows is refused; and what
// is allowed may still ask for a better or fresher proof (RFC 9470). Nobody is
// exempt, administrators neither.
//
// One holds a permission, is assigned a role or a group, and may delegate a scope to an
// application. What a token says of the first two are the entitlements of its
// principal. A grant is for a grantee, and counts for a resource that it matches. A group
// and an organisation contain members.
//
// Whoever looks ahead, to tell when something ends, walks from one moment of change to
// the next (horizon.go). Who is assigned a role is decided in one place (assigned.go).
//
// # Where what is
//
// The engine asks no store. policy.go and question.go have its nouns. rules.go, snapshot.go,
// gathering.go, table.go, packed.go and hot.go are how a policy lies in memory, of what
// bits.go, index.go and window.go have; decide.go, effective.go and where.go decide;
// condition.go, expression.go, readings.go and trial.go are about conditions. Other
// questions are entitlements.go, assignments.go, delegable.go and lasting.go, which look
// ahead, and explain.go, who.go, search.go and somewhere.go.
//
// The service has a file for each noun, with what is wrong with it beside (apirules.go,
// rolerules.go, grantrules.go). What its changes hand on is put before the guard: guard.go,
// with reach.go and regroup.go. Whom they take something from is for tokens and the feed:
// changes.go, with losers.go, grown.go and joined.go; losses.go reads it. live.go, load.go and
// delta.go keep a snapshot at one with the store.
//
// Service writes policies, a change at a time, into a Store that keeps them. To
// follow their changes and to tell them to others is left to those who use this
// package.
package access
