package proxy

import (
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/web"
)

// EdgePath is where other proxies ask about a request: the id of the edge follows it.
const EdgePath = "/.gatehouse/auth/"

// HeaderSecret is what an edge shows its secret in.
const HeaderSecret = "X-Gatehouse-Edge-Secret"

// edgeOf returns the id of the edge that a request says it comes from. It has nothing to do
// with hosts: another proxy calls the gate by whatever name it knows.
func edgeOf(r *http.Request) (name string, ok bool) {
	path, _, _ := cutQuery(r.RequestURI)
	return strings.CutPrefix(path, EdgePath)
}

// serveEdge answers another proxy. Of whom nobody knows, nothing is read, and they are told
// nothing: not whether there is such an edge, nor what was wrong with them.
func (d *Door) serveEdge(w http.ResponseWriter, r *http.Request, name string) {
	edge := d.Routes().Edge(name)
	if edge == nil || edge.Dialect == gate.Envoy || !edge.Knows(peerOf(r), onlyOf(r.Header, HeaderSecret), shownBy(r), time.Now()) {
		d.stranger(w, r)
		return
	}
	p := passage{w: w, start: time.Now()}
	p.deadline(refusalTimeout)
	o, err := words[edge.Dialect].read(r.Header)
	o.IP = web.ClientIP(r, append(edge.Peers[:len(edge.Peers):len(edge.Peers)], d.Trusted...))
	o.Header.Del("X-Forwarded-For")
	a := d.Check(r.Context(), edge, o, err)
	words[edge.Dialect].write(w, &a)
}

// errStranger is for the log alone.
var errStranger = fault.New(fault.Unauthenticated, "gate.edge", "Somebody asks the gate as another proxy does, and is none that it knows.")

// stranger answers who is no edge.
func (d *Door) stranger(w http.ResponseWriter, r *http.Request) {
	p := passage{w: w, start: time.Now()}
	p.deadline(refusalTimeout)
	d.Log.LogAttrs(r.Context(), slog.LevelWarn, "request refused", slog.String("request_id", string(id.NewRequest())),
		slog.String("ip", web.ClientIP(r, d.Trusted)), slog.String("code", errStranger.Code), slog.String("error", errStranger.Detail))
	d.Metrics.GateServed("", web.Method(r.Method), http.StatusUnauthorized, time.Since(p.start))
	w.Header().Set("Connection", "close") // what they sent beside is not looked at
	w.WriteHeader(http.StatusUnauthorized)
}

// peerOf is who is at the other end of the connection, whatever headers say.
func peerOf(r *http.Request) netip.Addr {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr) // the zero address is in no network
	return peer.Addr()
}

func onlyOf(h http.Header, name string) string {
	if values := h[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

// shownBy is the client certificate of a connection, nil for none. That the other end has
// its key, the handshake has proved.
func shownBy(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	return r.TLS.PeerCertificates[0]
}
