// Package files is the console's area of the house as files: all that it holds is taken along, and files
// are applied once somebody has seen what that changes.
package files

import (
	"io"

	"gatehouse/apply"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

const (
	path       = "/console/files"
	pathApply  = path + "/apply"
	pathExport = path + "/export"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "export", Label: func(say *words.Catalogue) string { return string(say.ConsoleFiles.Title) }}

// LastingPaths are those of answers that take as long as there is to read, and UploadPaths those of forms
// with a file.
var (
	LastingPaths = []string{pathExport}
	UploadPaths  = []string{pathApply}
)

// MaxFile bounds a file, in bytes. The command takes more.
const MaxFile = 1 << 20

// Manifests reads and writes files that say what a house is like.
type Manifests interface {
	// Read returns the objects of a file, and what turns a refusal of these into a *Wrong. What cannot
	// be read is a *Wrong, too.
	Read(name string, text []byte) (all []apply.Object, at func(error) error, err error)
	Write(w io.Writer, all []apply.Object) error
}

// Wrong is what is wrong with a file, by where that stands, in lines that people read.
type Wrong struct {
	Text string
	Told func(say func(string) string) string // is Text with each problem as say says it; may be nil
	Err  error                                // what the house said; may be nil
}

// In returns the text in the words of a reader, as far as the catalogue has them.
func (w *Wrong) In(say *words.Catalogue) string {
	if w.Told == nil {
		return w.Text
	}
	return w.Told(say.SayOf)
}

// Error returns the text.
func (w *Wrong) Error() string { return w.Text }

// Unwrap returns what the house said.
func (w *Wrong) Unwrap() error { return w.Err }

// Door serves the pages.
type Door struct {
	Guard     *guard.Guard
	Manifests Manifests
}

// Mount registers the pages but for those of LastingPaths and UploadPaths.
func (d *Door) Mount(m *web.Mux) { d.Guard.Route(m, "GET "+path, d.first) }

// MountLasting registers the pages of LastingPaths.
func (d *Door) MountLasting(m *web.Mux) { d.Guard.Route(m, "GET "+pathExport, d.export) }

// MountUploads registers the pages of UploadPaths. A form is sent to the path of its page.
func (d *Door) MountUploads(m *web.Mux) {
	d.Guard.Route(m, "GET "+pathApply, d.form)
	d.Guard.Route(m, "POST "+pathApply, d.apply)
}
