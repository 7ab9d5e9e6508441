// Package static serves the style sheet, the few scripts and the logo of the
// pages. A file's address holds the hash of its content, so browsers may keep
// it for good, and an upgrade can never mix old files with new pages.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"gatehouse/fault"
	"gatehouse/picture"
	"gatehouse/web"
)

//go:embed app.css parts.css account.css console.css app.js console.js account.js setup.js formpost.js logo.svg
var embedded embed.FS

// File is one file, ready to be sent.
type File struct {
	name    string
	hash    string
	kind    string
	policy  string // of the file when it is opened by itself; "" leaves the strictest
	plain   []byte
	gzipped func() []byte // nil: it is compressed in itself; done when it is first asked for
}

// New returns a file that is made at the start; its name says its kind.
func New(name string, content []byte) *File { return newFile(name, content) }

// NewPicture returns a picture as a file. A drawing that somebody opens by itself
// is a document: it may have its own style, and nothing else.
func NewPicture(name string, p picture.Picture) *File {
	f := newFile(name, p.Bytes)
	f.kind = p.Kind
	f.policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
	if p.Kind != picture.SVG {
		f.gzipped = nil
	}
	return f
}

// URL returns the address of the file.
func (f *File) URL() string { return "/static/" + f.hash + "/" + f.name }

// Kind returns its media type.
func (f *File) Kind() string { return f.kind }

// files are read once, when the first page or the mount asks.
var files = sync.OnceValue(func() map[string]*File {
	entries, err := embedded.ReadDir(".")
	if err != nil {
		panic("static: " + err.Error()) // the binary was built wrong
	}
	all := make(map[string]*File, len(entries))
	for _, e := range entries {
		plain, err := embedded.ReadFile(e.Name())
		if err != nil {
			panic("static: " + err.Error())
		}
		all[e.Name()] = newFile(e.Name(), plain)
	}
	return all
})

func newFile(name string, plain []byte) *File {
	sum := sha256.Sum256(plain)
	return &File{
		name:    name,
		hash:    base64.RawURLEncoding.EncodeToString(sum[:9]),
		kind:    kindOf(name),
		plain:   plain,
		gzipped: sync.OnceValue(func() []byte { return compress(plain) }),
	}
}

// kindOf does not trust the machine's table of types alone: it may lack them.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func compress(plain []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic("static: " + err.Error()) // the level is a constant
	}
	_, _ = z.Write(plain) // a Buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

// URL returns the address of a file, as in URL("app.css"). It panics for a name
// that was not embedded: that is a mistake in a template.
func URL(name string) string {
	f, ok := files()[name]
	if !ok {
		panic("static: no file " + name)
	}
	return f.URL()
}

// Logo returns our own logo, to make others of.
func Logo() string { return string(files()["logo.svg"].plain) }

// Mount registers the files, and those that more, if it is not nil, has at the moment
// of a request; their names may be those of embedded ones. Only the address that URL
// gives is answered; an old hash is not found.
func Mount(m *web.Mux, more func() []*File) {
	all := map[string]*File{}
	for _, f := range files() {
		all[f.URL()] = f
	}
	m.Route("GET /static/{hash}/{name}", func(w http.ResponseWriter, r *http.Request) error {
		address := "/static/" + r.PathValue("hash") + "/" + r.PathValue("name")
		f := all[address]
		if f == nil && more != nil {
			for _, other := range more() {
				if other.URL() == address {
					f = other
				}
			}
		}
		if f == nil {
			return fault.New(fault.NotFound, "page.not_found", "There is no such page.")
		}
		f.send(w, r)
		return nil
	})
}

func (f *File) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	if f.policy != "" {
		h.Set("Content-Security-Policy", f.policy)
	}
	body, tag := f.plain, `"`+f.hash+`"`
	if f.gzipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body, tag = f.gzipped(), `"`+f.hash+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the visitor has gone if this fails
}

// acceptsGzip reads Accept-Encoding (RFC 9110 section 12.5.3). A weight of zero
// means no.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
		if !found {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}
