// Package admin is the door for programs that steer Gatehouse: a REST API over the
// services that the commands use, described by an OpenAPI document that is generated
// from its types (docs/api.md).
//
// No rule of the house is here. A request is known by package caller, its permission
// stands in the route that it takes, and one snapshot of the policy decides before
// anything of the body is read. Whoever has the permission may still be refused by a
// service: nobody hands on what they do not hold.
//
// # How a noun is added
//
// A noun is one file here, named after it, of its routes, their inputs and their
// handlers; scopes.go is the one to copy. It touches, besides:
//
//   - routes.go: one line of all, which adds its routes;
//   - door.go: a field of Services, if it needs another service;
//   - package wire: the shape of its answers, the same that its command prints with
//     --json. No other struct goes out, and a member that hands out a secret is a
//     wire.Secret on a route that says Secret (TestAnswersHoldNoSecrets);
//   - access/builtin.go: its permissions, if the catalogue has them not;
//   - docs/problems.md, if it has a refusal of its own, and docs/api.md;
//   - openapi.json and the client module, by "make generate"; tests compare them.
//
// A route says its permission; a test walks all of them, calls each without just that
// permission, and looks that nothing changed. One that changes a thing that others edit
// is Guarded, so that it names the revision that it was seen in: hand Call.Rev on to a
// service that takes one, or call Call.Matches on what was read in the transaction of
// the change. A list that a manager of one organisation or group may see in part is
// Filtered, and asks Call.Sees about each row; what of its kind is changed or seen alone is
// Filtered too, and asks whether the caller reaches it (grants.go). A list that is
// read as a whole is put in order and narrowed by orderedOf.
package admin
