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
// Service writes policies, a change at a time, into a Store that keeps them. To
// follow their changes and to tell them to others is left to those who use this
// package.
package access
