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
	"gatehouse/web"
)

//go:embed app.css app.js setup.js formpost.js logo.svg
var embedded embed.FS

// file is one file, ready to be sent.
type file struct {
	hash    string
	kind    string
	plain   []byte
	gzipped []byte
}

// files are read and compressed once, when the first page or the mount asks.
var files = sync.OnceValue(func() map[string]*file {
	entries, err := embedded.ReadDir(".")
	if err != nil {
		panic("static: " + err.Error()) // the binary was built wrong
	}
	all := make(map[string]*file, len(entries))
	for _, e := range entries {
		plain, err := embedded.ReadFile(e.Name())
		if err != nil {
			panic("static: " + err.Error())
		}
		all[e.Name()] = newFile(e.Name(), plain)
	}
	return all
})

func newFile(name string, plain []byte) *file {
	sum := sha256.Sum256(plain)
	return &file{
		hash:    base64.RawURLEncoding.EncodeToString(sum[:9]),
		kind:    kindOf(name),
		plain:   plain,
		gzipped: compress(plain),
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
	return "/static/" + f.hash + "/" + name
}

// Mount registers the files. Only the address that URL gives is answered; an
// old hash is not found.
func Mount(m *web.Mux) {
	files()
	m.Route("GET /static/{hash}/{name}", serve)
}

func serve(w http.ResponseWriter, r *http.Request) error {
	f, ok := files()[r.PathValue("name")]
	if !ok || f.hash != r.PathValue("hash") {
		return fault.New(fault.NotFound, "page.not_found", "There is no such page.")
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body, tag := f.plain, `"`+f.hash+`"`
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body, tag = f.gzipped, `"`+f.hash+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the visitor has gone if this fails
	return nil
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
