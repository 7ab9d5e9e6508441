package proxy

import (
	"net/http"
	"strconv"

	"gatehouse/fault"
	"gatehouse/gate"
)

// dialect is in which headers another proxy tells of a request, and how it understands an
// answer.
type dialect struct {
	method, scheme, host, target string
	write                        func(w http.ResponseWriter, a *Answer) // whose headers are those of w already
}

// words are those of each dialect. Traefik and Caddy send headers of their own making; to
// the others our configuration gives names that no proxy before them writes.
var words = map[gate.Dialect]*dialect{
	gate.Traefik: forwarded(writeAnswer),
	gate.Caddy:   forwarded(writeAnswer),
	gate.HAProxy: original(writeAnswer),
	gate.Nginx:   original(writeForNginx),
}

func forwarded(write func(http.ResponseWriter, *Answer)) *dialect {
	return &dialect{"X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri", write}
}

func original(write func(http.ResponseWriter, *Answer)) *dialect {
	return &dialect{"X-Original-Method", "X-Original-Scheme", "X-Original-Host", "X-Original-Uri", write}
}

// read returns the request that a proxy tells of, and takes what the proxy added out of h,
// which is that of the request from then on. What it tells twice, or not at all, or in a name
// that reads like one of its own, is Malformed: which of them counts is a guess, and another
// may have written it.
func (d *dialect) read(h http.Header) (o Original, err error) {
	err = CheckSpellings(h)
	o.Header = h
	for _, one := range []struct {
		name string
		into *string
	}{{d.method, &o.Method}, {d.scheme, &o.Scheme}, {d.host, &o.Host}, {d.target, &o.Target}} {
		if *one.into = onlyOf(h, one.name); *one.into == "" {
			err = BadEdge(one.name + " is not there once")
		}
		delete(h, one.name)
	}
	delete(h, HeaderSecret)
	if len(h["X-Forwarded-For"]) == 0 {
		err = BadEdge("X-Forwarded-For is not there")
	}
	if err == nil && o.Scheme != "http" && o.Scheme != "https" {
		err = BadEdge(d.scheme + " is neither http nor https")
	}
	return o, err
}

// BadEdge is the answer to a question of another proxy that is none: Malformed "gate.edge_header".
func BadEdge(what string) error {
	return fault.New(fault.Malformed, "gate.edge_header", "The proxy in front does not tell what was asked: "+what+".")
}

// CheckSpellings refuses headers whose names servers read in two ways, and those of our own
// that are not to be written over: the proxy in front sends them on, and we cannot take
// them away.
func CheckSpellings(h http.Header) error {
	for name := range h {
		ours := begins(name, "x-gatehouse") || begins(name, "gatehouse-")
		if !gate.Plain(name) || ours && !shownByProxy(name) {
			return fault.New(fault.Malformed, "gate.header", "There is a header that reads like another one.")
		}
	}
	return nil
}

// shownByProxy reports whether a header of our own names is one that the proxy shows, or that
// it writes over.
func shownByProxy(name string) bool {
	return name == HeaderAssertion || name == HeaderMaxAge || name == HeaderSecret
}

// writeAnswer is for proxies that hand an answer on as it is.
func writeAnswer(w http.ResponseWriter, a *Answer) {
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // who asked has gone if this fails
}

// For nginx, which knows no other answers than yes, 401 and 403, the status of any other,
// where a visitor is sent to, and the cookies that go with it, each in a header of its own.
const (
	HeaderStatus   = "X-Gatehouse-Status"
	HeaderLocation = "X-Gatehouse-Location"
	headerCookie   = "X-Gatehouse-Set-Cookie-"
)

// writeForNginx answers in the three words that ngx_http_auth_request_module knows.
func writeForNginx(w http.ResponseWriter, a *Answer) {
	h, status := a.Header, http.StatusForbidden
	h[HeaderStatus] = []string{strconv.Itoa(a.Status)}
	h[HeaderLocation] = []string{h.Get("Location")}
	switch {
	case a.Allowed():
		w.WriteHeader(a.Status)
		return
	case a.Status == http.StatusUnauthorized:
		status = a.Status
	case h.Get("Location") != "":
		status = http.StatusUnauthorized
	}
	for i, cookie := range h["Set-Cookie"] {
		h.Set(headerCookie+strconv.Itoa(i+1), cookie)
	}
	for _, name := range []string{"Location", "Set-Cookie", "Content-Type"} {
		h.Del(name)
	}
	w.WriteHeader(status)
}
