package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
)

// Original is a request that came to another proxy, as that one tells it.
type Original struct {
	Method, Scheme, Host string
	Target               string      // the path and the query, as they arrived there
	Header               http.Header // what the visitor sent, without what the proxy added for the gate
	IP                   string      // the address of the visitor, without a port; "" if nobody knows
}

// Answer is what the gate says of such a request. The request goes on if Status is 204.
type Answer struct {
	Status int
	// Header has each of Overwritten, empty where nothing is to be said; where the request does
	// not go on, what its visitor is to be answered with instead.
	Header http.Header
	// Identity names the headers beside Overwritten in which the application is told who calls;
	// those that are not in Header are not to reach it.
	Identity []string
	Body     []byte // what the visitor is to read; none where the request goes on
}

// Allowed reports whether the request goes on.
func (a *Answer) Allowed() bool { return a.Status == http.StatusNoContent }

// HeaderMaxAge tells another proxy for how many seconds the answer is good at most, for
// connections that it keeps open; empty: nobody knows of an end.
const HeaderMaxAge = "X-Gatehouse-Max-Age"

// Overwritten are the headers that are in every answer: the proxy writes them over what the
// visitor sent, so that an application never sees a visitor's. A credential goes no further
// than the gate, nor do cookies of ours.
var Overwritten = []string{HeaderAssertion, HeaderMaxAge, "X-Request-Id", "Authorization", "Cookie"}

// Check answers another proxy about a request that came to it. It is decided as all others
// are, and sent nowhere. A request that wrong says something of is refused by that.
func (d *Door) Check(ctx context.Context, edge *Edge, o Original, wrong error) Answer {
	return d.check(ctx, edge, o, wrong, http.Header{})
}

// check is Check with the header that the answer is to have, which is empty.
func (d *Door) check(ctx context.Context, edge *Edge, o Original, wrong error, h http.Header) Answer {
	a := &noted{header: h}
	p := &passage{door: d, w: a, r: o.request(), start: time.Now(), edge: edge.Edge, set: edge.set}
	p.open(ctx)
	func() {
		defer p.close()
		if wrong == nil {
			wrong = p.pass()
		}
		if wrong != nil {
			p.refuse(wrong)
		}
	}()
	if !p.permitted && a.code < http.StatusMultipleChoices {
		clear(h) // a page of the gate's own is no leave to go on
		return Answer{Status: http.StatusForbidden, Header: h}
	}
	answer := Answer{Status: a.code, Header: a.header, Body: a.body.Bytes()}
	if p.permitted {
		for _, one := range p.match.Route.Upstream.Headers {
			answer.Identity = append(answer.Identity, one.Name)
		}
	}
	return answer
}

// request is o as if it had come to the gate itself.
func (o *Original) request() *http.Request {
	path, query, _ := cutQuery(o.Target)
	r := &http.Request{
		Method: o.Method, RequestURI: o.Target, URL: &url.URL{Path: path, RawQuery: query}, Host: o.Host, Header: o.Header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody, RemoteAddr: net.JoinHostPort(o.IP, "0"),
	}
	if o.Scheme == "https" {
		r.TLS = &tls.ConnectionState{}
	}
	return r
}

// noted keeps an answer.
type noted struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (n *noted) Header() http.Header { return n.header }

// WriteHeader implements http.ResponseWriter.
func (n *noted) WriteHeader(code int) {
	if n.code == 0 {
		n.code = code
	}
}

// Write implements http.ResponseWriter.
func (n *noted) Write(b []byte) (int, error) { return n.body.Write(b) }

// ports are those that the host of the request may name. What another proxy listens on is
// its own business.
func (p *passage) ports() []int {
	if p.edge == nil {
		return p.door.Ports
	}
	_, port, _ := gate.ParseHost(p.r.Host) // read again, and refused there
	return []int{port}
}

// find is the route of the request: one that can be served where it was asked for.
func (p *passage) find() (gate.Match, error) { return p.findFor(p.r.Method) }

// findFor is find by another method: that of a request which is only asked about.
func (p *passage) findFor(method string) (gate.Match, error) {
	m, err := p.served(p.request.host, p.request.path, method)
	if err != nil {
		return gate.Match{}, err
	}
	if p.edge != nil {
		return m, p.elsewhere(m.Route.Upstream)
	}
	return m, nil
}

// served is the route of an address that can be served by who was asked: by the gate itself
// where it knows an upstream, by another proxy where that may ask about it.
func (p *passage) served(host string, path gate.Path, method string) (gate.Match, error) {
	m, err := RouteOf(p.set, host, path, method)
	if err != nil {
		return gate.Match{}, err
	}
	if p.edge == nil && len(m.Route.Upstream.Targets) == 0 || p.edge != nil && !p.edge.Takes(m.Route) {
		return gate.Match{}, gate.NoRoute()
	}
	return m, nil
}

// RouteOf is the route of a request, whoever is asked about it: the gate itself or, where that knows
// no upstream, another proxy. The gate's own addresses have none, whatever a pattern takes. Its
// errors are those of gate.Set.Find.
func RouteOf(set *gate.Set, host string, path gate.Path, method string) (gate.Match, error) {
	if path.Reserved() {
		return gate.Match{}, gate.NoRoute()
	}
	return set.Find(host, path, method)
}

// elsewhere refuses what the gate would have mended before it sends a request on. Another
// proxy sends it on as it came.
func (p *passage) elsewhere(u *gate.Upstream) error {
	if path, _, _ := cutQuery(p.r.RequestURI); path != p.request.path.String() {
		return fault.New(fault.Malformed, gate.CodePath, fmt.Sprintf("The path is not in its one spelling, %s.", p.request.path))
	}
	for name := range p.r.Header {
		told := slices.ContainsFunc(u.Headers, func(one gate.IdentityHeader) bool { return strings.EqualFold(one.Name, name) })
		if told || speaks(name) {
			return fault.New(fault.Malformed, "gate.header", "There is a header that is not a visitor's to send.")
		}
	}
	if len(p.r.Header["Sec-Websocket-Key"]) > 0 {
		return fault.New(fault.Malformed, "gate.header", "This route takes no WebSockets.")
	}
	return nil
}

// permit lets another proxy send the request on, and tells it what its application is told.
func (p *passage) permit() error {
	what, err := p.tells(p.match.Route.Upstream)
	if err != nil {
		return err
	}
	h, one := p.status.Header(), make(singles, 0, len(Overwritten))
	what.write(h)
	for _, name := range Overwritten {
		h[name] = one.of(p.overwrites(name, &what))
	}
	p.permitted = true
	p.status.WriteHeader(http.StatusNoContent)
	return nil
}

// overwrites is what one of Overwritten has in the answer to another proxy, "" for nothing.
func (p *passage) overwrites(name string, what *told) string {
	switch name {
	case HeaderAssertion:
		return what.assertion
	case HeaderMaxAge:
		if until := p.ends(); !until.IsZero() {
			return strconv.Itoa(max(1, int(time.Until(until)/time.Second)))
		}
	case "X-Request-Id":
		return string(p.info.ID)
	case "Cookie":
		kept := http.Header{"Cookie": p.r.Header["Cookie"]}
		stripCookies(kept)
		return kept.Get("Cookie")
	}
	return ""
}
