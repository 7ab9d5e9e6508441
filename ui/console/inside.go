package console

import (
	"bytes"
	"io"
	"net"
	"net/http"

	"gatehouse/web"
)

// inside hands the requests of the console's client to the issuer in this process: they are
// those of any client, and pass all that stands before it, but for the network.
type inside struct{ handler func() http.Handler }

// RoundTrip implements http.RoundTripper. The request comes from the browser's address: what
// counts bad credentials counts them there.
func (t inside) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI, in.Host = r.URL.RequestURI(), r.URL.Host
	in.RemoteAddr = net.JoinHostPort(web.InfoOf(r.Context()).IP, "0")
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out := &answer{header: http.Header{}, status: http.StatusOK}
	t.handler().ServeHTTP(out, in)
	return &http.Response{
		StatusCode: out.status, Status: http.StatusText(out.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: out.header, Body: io.NopCloser(&out.body), ContentLength: int64(out.body.Len()), Request: r,
	}, nil
}

// answer takes what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }
