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
// Service writes policies, a change at a time, into a Store that keeps them. To
// follow their changes and to tell them to others is left to those who use this
// package.
package access
