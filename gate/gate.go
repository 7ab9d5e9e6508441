// Package gate says what stands before a protected API: which route takes a request,
// what that route asks of it, and where it goes. It knows neither connections nor files,
// and decides nothing: package proxy brings it requests and asks the policy. Routes come
// from files, which config/manifest reads, or from the store, where Service changes them.
//
// There is one spelling of each path and of each host here. A request that is spelled in
// a way that an upstream might read differently is refused, not mended: all bytes that a
// route was chosen by are the bytes that go on to the upstream.
package gate

import "gatehouse/fault"

// The codes of what the gate refuses before anything is decided: Malformed, but the route
// that is not there (NotFound) and the method that it does not take (NotAllowed).
const (
	CodePath   = "gate.path"
	CodeQuery  = "gate.query"
	CodeHost   = "gate.host"
	CodeRoute  = "gate.no_route"
	CodeMethod = "gate.method"
	// CodeRoutes is that of routes that cannot be used.
	CodeRoutes = "gate.routes"
	// CodeTests is that of routes that do not pass their own tests.
	CodeTests = "gate.tests"
)

// NoRoute is the answer to a request that no route takes: NotFound CodeRoute.
func NoRoute() error {
	return fault.New(fault.NotFound, CodeRoute, "The gate has no route to this address.")
}

func badPath(detail string) error  { return fault.New(fault.Malformed, CodePath, detail) }
func badQuery(detail string) error { return fault.New(fault.Malformed, CodeQuery, detail) }
func badHost(detail string) error  { return fault.New(fault.Malformed, CodeHost, detail) }
