package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// Static is a public JSON document that lies ready, headers included. Anybody's script
// may read it.
type Static struct {
	body                       []byte
	etag, cacheControl, length []string
}

// NewStatic returns the document of a body that has that entity tag, and may be kept
// as the header Cache-Control says.
func NewStatic(body []byte, etag, cacheControl string) *Static {
	return &Static{body: body, etag: []string{etag}, cacheControl: []string{cacheControl}, length: []string{strconv.Itoa(len(body))}}
}

// TagOf makes the entity tag of a body that has none yet.
func TagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// Tag returns the entity tag.
func (d *Static) Tag() string { return d.etag[0] }

// ServeHTTP answers with the document, or with 304 to those who have it (RFC 9110
// section 13.1.2).
func (d *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Etag"] = d.etag
	h["Cache-Control"] = d.cacheControl
	if matches(r.Header["If-None-Match"], d.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = jsonType
	h["Content-Length"] = d.length
	_, _ = w.Write(d.body) // the client has gone if this fails
}

// Shared values spare an allocation for each header of each answer; nobody may
// append to them.
var (
	anyOrigin = []string{"*"}
	jsonType  = []string{"application/json"}
)

// matches reports whether one of the entity tags is etag; weak ones count, as
// If-None-Match wants it.
func matches(values []string, etag string) bool {
	for _, value := range values {
		for tag := range strings.SplitSeq(value, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == etag || tag == "*" {
				return true
			}
		}
	}
	return false
}
