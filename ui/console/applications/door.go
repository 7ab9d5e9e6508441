// Package applications is the console's area of applications: the list, the steps by which one is
// connected, and one application with its settings, secrets, refused requests, the preview of its
// tokens, what to set on the other side, and the sign-in that tries it out.
package applications

import (
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: pathAll, Operation: "listClients", Label: func(say *words.Catalogue) string { return string(say.ConsoleApplications.Title) }}

// Below pathAll stand the ids of applications; what is about none stands below "-".
const (
	pathAll  = "/console/applications"
	pathNew  = pathAll + "/-/new"
	pathGate = pathAll + "/-/gate"
)

// Door serves the pages.
type Door struct {
	Guard  *guard.Guard
	Issuer string
}

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", pathAll, d.list)
	page("GET", pathNew, d.askNew)
	page("POST", pathNew, d.create)
	page("GET", pathGate, d.askGate)
	page("POST", pathGate, d.protect)
	const one = pathAll + "/{client}"
	page("GET", one, d.application)
	for _, s := range sheets {
		page("GET", one+"/"+s.path, d.askSettings(s))
		page("POST", one+"/"+s.path, d.saveSettings(s))
	}
	page("GET", one+"/logo", d.logo)
	page("GET", one+"/secrets", d.secrets)
	page("GET", one+"/secrets/new", d.askSecret)
	page("POST", one+"/secrets/new", d.makeSecret)
	page("GET", one+"/secrets/{secret}/end", d.askEndSecret)
	page("POST", one+"/secrets/{secret}/end", d.endSecret)
	page("GET", one+"/consents", d.consents)
	page("GET", one+"/families", d.families)
	page("GET", one+"/address", d.askAddress)
	page("POST", one+"/address", d.addAddress)
	page("GET", one+"/preview", d.preview)
	page("GET", one+"/connect", d.connect)
	page("GET", one+"/trial", d.askTrial)
	page("POST", one+"/trial", d.beginTrial)
	page("GET", one+"/trial/answer", d.answerTrial)
	for _, a := range acts {
		page("GET", one+"/"+a.name, d.askAct(a))
		page("POST", one+"/"+a.name, d.act(a))
	}
}

// pathOf is the page of an application.
func pathOf(client string) string { return pathAll + "/" + client }
