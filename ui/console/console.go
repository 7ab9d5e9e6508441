// Package console is where administrators see and steer everything in a browser. Its pages
// are a second face of the admin API: each asks the API's operations in this process, as the
// person at the browser (package guard), so that a page can do nothing that the API would
// refuse. People sign in through our own OpenID Connect flow, as at any application; the
// cookie that comes of it stands for the browser's session at the issuer and nothing else
// (docs/decisions/0062). Each area of pages is a package below this one.
package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/session"
	"gatehouse/ui/console/apis"
	"gatehouse/ui/console/applications"
	"gatehouse/ui/console/auditlog"
	"gatehouse/ui/console/files"
	"gatehouse/ui/console/filters"
	"gatehouse/ui/console/grants"
	"gatehouse/ui/console/groups"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/health"
	"gatehouse/ui/console/imports"
	"gatehouse/ui/console/keyring"
	"gatehouse/ui/console/locks"
	"gatehouse/ui/console/overview"
	"gatehouse/ui/console/reach"
	"gatehouse/ui/console/roles"
	"gatehouse/ui/console/routes"
	"gatehouse/ui/console/search"
	"gatehouse/ui/console/services"
	"gatehouse/ui/console/sessions"
	"gatehouse/ui/console/settings"
	"gatehouse/ui/console/upstreams"
	"gatehouse/ui/console/useraccess"
	"gatehouse/ui/console/users"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Root is the path of the first page; all others are below it.
const Root = guard.Root

// Entrances keeps the sessions of the console; *session.Gates does.
type Entrances interface {
	// Enter answers Unauthenticated for a session that ended meanwhile.
	Enter(ctx context.Context, e session.Entrance, s id.Session) (code string, err error)
	// Redeem forgets the session that the token before stood for.
	Redeem(ctx context.Context, host, nonce, code, before string) (token, path string, err error)
	SignOut(ctx context.Context, from audit.Actor, token, host string) error
}

// Directory says whether there is anybody; *identity.Service does.
type Directory interface {
	// Nobody reports whether there is not a single person.
	Nobody(ctx context.Context) (bool, error)
}

// Client is the console as an application of the issuer.
type Client struct {
	ID, Secret string
	// Authorize, Token and Keys are the paths of the issuer's endpoints, and Callback that of
	// the client, below its Root.
	Authorize, Token, Keys, Callback string
	// Keep sees to it that the issuer knows the client.
	Keep func(ctx context.Context) error
	// Asks returns what the issuer asks of everybody who is in the client.
	Asks func(ctx context.Context) (access.Requirement, error)
	// Inside is the issuer's own handler, which the client's requests are handed to.
	Inside func() http.Handler
}

// Door serves the console. All fields must be set.
type Door struct {
	Issuer    string
	API       *admin.Door
	Callers   guard.Callers
	People    guard.People
	Directory Directory
	Entrances Entrances
	Client    Client
	// Seals seals what travels with a browser through a sign-in, and Key is for what is
	// derived of that, 32 bytes.
	Seals   session.Sealer
	Key     []byte
	Cookies *web.Cookies
	Pages   *view.Pages
	// Manifests reads and writes the house as files.
	Manifests files.Manifests
	Version   string

	signIns signIns
}

// Mount registers all pages but those of WrittenPaths and LastingPaths. The mux must be served behind web.ProtectForms.
func (d *Door) Mount(m *web.Mux) {
	d.signIns = d.newSignIns()
	g := d.guard()
	m.Route("GET "+guard.PathSignIn, d.signIn)
	m.Route("GET "+d.Client.Callback, d.callback(g))
	m.Route("POST "+guard.PathSignOut, d.signOut)
	(&overview.Door{Guard: g}).Mount(m)
	(&users.Door{Guard: g}).Mount(m)
	(&imports.Door{Guard: g}).Mount(m)
	(&search.Door{Guard: g, Finders: []guard.Finder{users.Finder, applications.Finder, roles.Finder, roles.PermissionFinder, apis.Finder, groups.GroupFinder, groups.OrganisationFinder, services.Finder, routes.Finder, upstreams.UpstreamFinder, upstreams.EdgeFinder}}).Mount(m)
	(&useraccess.Door{Guard: g}).Mount(m)
	(&reach.Door{Guard: g}).Mount(m)
	(&applications.Door{Guard: g, Issuer: d.Issuer}).Mount(m)
	(&sessions.Door{Guard: g}).Mount(m)
	(&grants.Door{Guard: g}).Mount(m)
	(&locks.Door{Guard: g}).Mount(m)
	(&auditlog.Door{Guard: g}).Mount(m)
	(&groups.Door{Guard: g}).Mount(m)
	(&services.Door{Guard: g}).Mount(m)
	(&filters.Door{Guard: g}).Mount(m)
	(&files.Door{Guard: g, Manifests: d.Manifests}).Mount(m)
	(&keyring.Door{Guard: g}).Mount(m)
	(&settings.Door{Guard: g}).Mount(m)
	(&health.Door{Guard: g, Issuer: d.Issuer}).Mount(m)
	g.Route(m, "GET "+guard.Root+"/", nowhere)
}

// nowhere keeps the frame around a path that is none. One slash too many is no reason to say so.
func nowhere(v *guard.Visit) error {
	if v.R.URL.Path == guard.Root+"/" {
		return view.SeeOther(v.W, v.R, guard.Root)
	}
	return fault.New(fault.NotFound, "page.not_found", "There is no such page.")
}

// WrittenForm bounds the forms of WrittenPaths, in bytes: all that the admin API takes of what is
// written there, with each byte of it escaped.
const WrittenForm = 3*admin.MaxBody + web.FormLimit

// written are the areas in whose forms somebody writes a lot: routes with their tests, catalogues of
// permissions, and what roles give.
var written = []string{"/console/apis", "/console/edges", "/console/permissions", "/console/roles", "/console/routes", "/console/upstreams"}

// WrittenPaths are those of the areas with long forms; MountWritten registers them.
func WrittenPaths() (paths []string) {
	for _, area := range written {
		paths = append(paths, area, area+"/")
	}
	return paths
}

// MountWritten registers the pages of WrittenPaths, behind what Mount's are behind.
func (d *Door) MountWritten(m *web.Mux) {
	g := d.guard()
	(&apis.Door{Guard: g}).Mount(m)
	(&roles.Door{Guard: g}).Mount(m)
	(&routes.Door{Guard: g}).Mount(m)
	(&upstreams.Door{Guard: g}).Mount(m)
	for _, area := range written {
		g.Route(m, "GET "+area+"/", nowhere)
	}
}

// LastingPaths are those of answers that take as long as there is to read; MountLasting
// registers them.
func LastingPaths() []string {
	return slices.Concat(auditlog.LastingPaths, files.LastingPaths, imports.LastingPaths)
}

// MountLasting registers the pages of LastingPaths, behind what Mount's are behind.
func (d *Door) MountLasting(m *web.Mux) {
	g := d.guard()
	(&auditlog.Door{Guard: g}).MountLasting(m)
	(&files.Door{Guard: g, Manifests: d.Manifests}).MountLasting(m)
	(&imports.Door{Guard: g}).MountLasting(m)
	for _, area := range imports.LastingPaths {
		g.Route(m, "GET "+area, nowhere)
	}
}

// UploadPaths are those of forms with a file, of at most MaxUpload bytes; MountUploads
// registers them, behind web.ProtectUploads.
func UploadPaths() []string { return slices.Concat(imports.UploadPaths, files.UploadPaths) }

// MaxUpload bounds a form with a file, in bytes.
const MaxUpload = imports.MaxUpload

// MountUploads registers the pages of UploadPaths.
func (d *Door) MountUploads(m *web.Mux) {
	g := d.guard()
	(&imports.Door{Guard: g}).MountUploads(m)
	(&files.Door{Guard: g, Manifests: d.Manifests}).MountUploads(m)
}

// AdmitsUpload reports whether who sends a file may do so.
func (d *Door) AdmitsUpload(r *http.Request) bool {
	if slices.Contains(files.UploadPaths, r.URL.Path) {
		return d.guard().Admits(r, "apply")
	}
	return d.guard().Admits(r, "beginImport")
}

// PicturePaths are above those of forms with a picture, of at most MaxPicture bytes; MountPictures
// registers them, behind web.ProtectUploads.
func PicturePaths() []string { return applications.PicturePaths }

// MaxPicture bounds a form with a picture, in bytes.
const MaxPicture = applications.MaxPicture

// MountPictures registers the pages of PicturePaths.
func (d *Door) MountPictures(m *web.Mux) {
	(&applications.Door{Guard: d.guard(), Issuer: d.Issuer}).MountPictures(m)
}

// AdmitsPicture reports whether who sends a picture may do so.
func (d *Door) AdmitsPicture(r *http.Request) bool { return d.guard().Admits(r, "updateClient") }

func (d *Door) guard() *guard.Guard {
	return &guard.Guard{API: d.API, Callers: d.Callers, People: d.People, Asks: d.Client.Asks, Cookies: d.Cookies, Pages: d.Pages, Version: d.Version, Nav: sections()}
}

// sections are the entries of the navigation: an area is a row here, and one of Mount.
func sections() []guard.Group {
	return []guard.Group{
		{Sections: []guard.Section{overview.Section}},
		{Label: func(say *words.Catalogue) string { return say.Console.Directory }, Sections: []guard.Section{users.Section, groups.Groups, groups.Organisations, services.Section}},
		{Label: func(say *words.Catalogue) string { return say.Console.Access }, Sections: []guard.Section{grants.Section, roles.Section, roles.Permissions, reach.Section, locks.Section}},
		{Label: func(say *words.Catalogue) string { return say.Console.Programs }, Sections: []guard.Section{applications.Section, apis.Section}},
		{Label: func(say *words.Catalogue) string { return say.Console.Activity }, Sections: []guard.Section{sessions.Section, auditlog.Section}},
		{Label: func(say *words.Catalogue) string { return say.Console.House }, Sections: []guard.Section{routes.Section, upstreams.Upstreams, upstreams.Edges, files.Section, keyring.Section, settings.Section, health.Section}},
	}
}

// signOut ends the browser's session at the issuer, and with it this one.
func (d *Door) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := d.Entrances.SignOut(r.Context(), web.Actor(r), d.Cookies.Console(r), guard.Host); err != nil {
		return fmt.Errorf("sign out of the console: %w", err)
	}
	if err := d.Cookies.SetConsole(w, r, ""); err != nil {
		return err
	}
	return view.SeeOther(w, r, "/signout")
}
