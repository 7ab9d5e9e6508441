// Package auditlog is the console's area of what was recorded: the list with its filters, what
// happens just now, one event with what it changed, the proofs that nothing was lost or
// changed of it, and how somebody who was deleted is taken out of it.
package auditlog

import (
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

const (
	path       = "/console/audit"
	pathLive   = path + "/live"
	pathTail   = path + "/tail"
	pathExport = path + "/export"
	pathVerify = path + "/verification"
	pathErase  = path + "/erase"
	pathHeads  = path + "/checkpoints"

	pathConsistency = path + "/consistency"

	// pathVerifications has a place of its own: below path stand the ids of events.
	pathVerifications = "/console/verifications"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "listAuditEvents", Label: func(say *words.Catalogue) string { return string(say.ConsoleAudit.Title) }}

// LastingPaths are those of answers that take as long as there is to read (Door.MountLasting).
var LastingPaths = []string{pathExport, pathErase}

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", path, d.list)
	page("GET", pathLive, d.live)
	page("GET", pathTail, d.tail)
	page("GET", pathHeads, d.heads)
	page("GET", pathConsistency, d.consistency)
	page("GET", pathVerify, d.verifications)
	page("POST", pathVerify, d.verify)
	page("GET", pathVerifications+"/{verification}", d.verification)
	page("POST", pathVerifications+"/{verification}", d.stopVerification)
	page("GET", path+"/{event}", d.event)
	page("GET", path+"/{event}/proof", d.proof)
}

// MountLasting registers what lasts.
func (d *Door) MountLasting(m *web.Mux) {
	d.Guard.Route(m, "GET "+pathExport, d.export)
	d.Guard.Route(m, "GET "+pathErase, d.askErase)
	d.Guard.Route(m, "POST "+pathErase, d.erase)
}

// pathOf is the page of an event.
func pathOf(event string) string { return path + "/" + event }
