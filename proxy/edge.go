package proxy

import (
	"context"
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
	deadline(w, time.Now().Add(refusalTimeout))
	edge := d.edge(name, peerOf(r), onlyOf(r.Header, HeaderSecret), shownBy(r))
	if edge == nil || edge.Dialect == gate.Envoy {
		d.stranger(r.Context(), web.ClientIP(r, d.Trusted))
		w.Header().Set("Connection", "close") // what they sent beside is not looked at
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	how := words[edge.Dialect]
	o, err := how.read(r.Header)
	o.IP = d.Visitor(edge, r.RemoteAddr, o.Header["X-Forwarded-For"])
	delete(o.Header, "X-Forwarded-For")
	a := d.check(r.Context(), edge, o, err, w.Header())
	how.write(w, &a)
}

// Edge is another proxy that asks, by the routes of the moment at which it was known: its
// question is answered by these.
type Edge struct {
	*gate.Edge
	set *gate.Set
}

// EdgeKnown returns the edge that asks by gRPC: by its name, from where it asks, and by what
// it shows, "" and nil for nothing. Who is none is nil, and stands in the log.
func (d *Door) EdgeKnown(ctx context.Context, name string, at netip.Addr, secret string, shown *x509.Certificate) *Edge {
	edge := d.edge(name, at, secret, shown)
	if edge == nil || edge.Dialect != gate.Envoy {
		d.stranger(ctx, at.String())
		return nil
	}
	return edge
}

func (d *Door) edge(name string, at netip.Addr, secret string, shown *x509.Certificate) *Edge {
	set := d.Routes()
	edge := set.Edge(name)
	if !edge.Knows(at, secret, shown, time.Now()) {
		return nil
	}
	return &Edge{edge, set}
}

// Visitor returns the address of whoever sent a request to an edge: that of the peer, or
// what X-Forwarded-For says where the peer is the edge or another proxy that is trusted.
func (d *Door) Visitor(edge *Edge, peer string, forwardedFor []string) string {
	return web.Forwarded(peer, forwardedFor, edge.Peers, d.Trusted)
}

// errStranger is for the log alone.
var errStranger = fault.New(fault.Unauthenticated, "gate.edge", "Somebody asks the gate as another proxy does, and is none that it knows.")

// stranger notes who asks and is no edge.
func (d *Door) stranger(ctx context.Context, ip string) {
	d.Log.LogAttrs(ctx, slog.LevelWarn, "request refused", slog.String("request_id", string(id.NewRequest())),
		slog.String("ip", ip), slog.String("code", errStranger.Code), slog.String("error", errStranger.Detail))
	d.Metrics.GateServed("", web.Method(""), http.StatusUnauthorized, 0)
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
