// Package imports is the console's area of people who are taken in by the file: a file is
// looked at first, row by row, then its people are made in the background, and what came of
// each row is kept for a while.
package imports

import (
	"gatehouse/identity/intake"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/web"
)

const (
	pathForm    = person.List + "/import"
	path        = "/console/imports"
	pathReports = "/console/import-reports"
)

// LastingPaths are those of answers that take as long as there is to read (Door.MountLasting).
var LastingPaths = []string{pathReports + "/"}

// UploadPaths are those of forms with a file, which MountUploads registers. A form is as large
// as a file may be and what else a form has.
var UploadPaths = []string{pathForm}

// MaxUpload bounds a form with a file, in bytes.
const MaxUpload = intake.MaxBytes + web.FormLimit

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages but for those of UploadPaths and LastingPaths.
func (d *Door) Mount(m *web.Mux) {
	d.Guard.Route(m, "GET "+path+"/{import}", d.one)
	d.Guard.Route(m, "POST "+path+"/{import}", d.act)
}

// MountLasting registers the pages of LastingPaths.
func (d *Door) MountLasting(m *web.Mux) {
	d.Guard.Route(m, "GET "+pathReports+"/{import}", d.report)
}

// MountUploads registers the pages of UploadPaths.
func (d *Door) MountUploads(m *web.Mux) {
	d.Guard.Route(m, "GET "+pathForm, d.form)
	d.Guard.Route(m, "POST "+pathForm, d.look)
}

// pathOf is the page of an import.
func pathOf(name string) string { return path + "/" + name }

// reportOf is the report of an import, as a file.
func reportOf(name string) string { return pathReports + "/" + name }

func on(v *guard.Visit) map[string]string { return guard.On("import", v.R.PathValue("import")) }
