package server

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/web"
)

// entrance sends each request of one listener to its door.
type entrance struct {
	hosts    []*door
	prefixes []prefix // the longest first; the last is "/"
}

type prefix struct {
	path string
	door *door
}

// newEntrance opens the doors. Two doors that take the same path are a mistake
// in the table, and so is a path that none takes, or a route that its own door
// does not get to see.
func (s *Server) newEntrance(doors []*door) (*entrance, error) {
	e := &entrance{}
	for _, d := range doors {
		if !d.complete() {
			return nil, fmt.Errorf("the row of the door %q is not complete", d.name)
		}
		d.mux = web.NewMux(s.house.Log, d.refuse)
		d.mount(d.mux)
		if d.refuse != nil {
			d.mux.Otherwise()
		}
		d.handler = s.layers(d, d.mux.ServeMux)
		if d.host != nil {
			e.hosts = append(e.hosts, d)
		}
		for _, p := range d.prefixes {
			e.prefixes = append(e.prefixes, prefix{p, d})
		}
	}
	slices.SortFunc(e.prefixes, func(a, b prefix) int {
		if n := len(b.path) - len(a.path); n != 0 {
			return n
		}
		return strings.Compare(a.path, b.path)
	})
	for i, p := range e.prefixes {
		if i > 0 && p.path == e.prefixes[i-1].path {
			return nil, fmt.Errorf("the doors %q and %q both take %s", e.prefixes[i-1].door.name, p.door.name, p.path)
		}
	}
	if n := len(e.prefixes); n == 0 || e.prefixes[n-1].path != "/" {
		return nil, fmt.Errorf("no door takes what no other takes")
	}
	for _, d := range doors {
		for _, pattern := range d.mux.Patterns() {
			if other := e.pathDoor(routePath(pattern)); d.host == nil && other != d {
				return nil, fmt.Errorf("the door %q has the route %s, which the door %q takes", d.name, pattern, other.name)
			}
		}
	}
	return e, nil
}

// complete reports whether the row says all that it must, and nothing that
// contradicts itself.
func (d *door) complete() bool {
	byHost, byPath, bare := d.host != nil, len(d.prefixes) > 0, d.protect == raw
	return d.mount != nil && d.protect != 0 && byHost != byPath && bare == (d.limits == limits{}) && (bare || d.refuse != nil)
}

// routePath returns the path of a net/http pattern.
func routePath(pattern string) string { return pattern[strings.Index(pattern, "/"):] }

func (e *entrance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.find(r).handler.ServeHTTP(w, r)
}

// find returns the door of r: its host's, or else that of the longest prefix.
func (e *entrance) find(r *http.Request) *door {
	for _, d := range e.hosts {
		if d.host(r.Host) {
			return d
		}
	}
	return e.pathDoor(r.URL.Path)
}

// pathDoor returns the door of the longest prefix of path.
func (e *entrance) pathDoor(path string) *door {
	for _, p := range e.prefixes {
		if p.takes(path) {
			return p.door
		}
	}
	return e.prefixes[len(e.prefixes)-1].door // "OPTIONS *" has no path
}

func (p prefix) takes(path string) bool {
	if strings.HasSuffix(p.path, "/") {
		return strings.HasPrefix(path, p.path)
	}
	return path == p.path
}

// layers puts what the row of d says around inner.
func (s *Server) layers(d *door, inner http.Handler) http.Handler {
	if d.protect == raw && d.internal {
		return canonical(inner, func(w http.ResponseWriter, r *http.Request, _ error) { http.NotFound(w, r) })
	}
	if d.protect == raw {
		return inner
	}
	refuse := func(w http.ResponseWriter, r *http.Request, err error) { web.Refuse(w, r, s.house.Log, err, d.refuse) }
	switch d.protect {
	case uploads:
		inner = web.ProtectUploads(s.house.Config.Issuer, s.cookies, d.limits.body, d.admits, refuse, inner)
	case forms:
		inner = web.ProtectForms(s.house.Config.Issuer, s.cookies, d.limits.body, refuse, inner)
	}
	inner = s.perAddress(d, refuse, inner)
	trusted, _ := s.house.Config.Web.Proxies() // validated with the configuration
	outer := &web.Outer{
		Log: s.house.Log, Trusted: trusted, HSTS: secure(s.house.Config.Issuer), Observe: s.metrics.observe,
		Quiet: d.quiet || s.options.Quiet, Timeout: d.limits.timeout, Limit: d.limits.body, Documents: d.documents, Popups: d.popups,
	}
	return outer.Wrap(canonical(inner, refuse))
}

// perAddress bounds how many of the requests that the row of d says an address may
// send.
func (s *Server) perAddress(d *door, refuse func(http.ResponseWriter, *http.Request, error), inner http.Handler) http.Handler {
	if len(d.perAddress) == 0 {
		return inner
	}
	counted := web.PerAddress(web.Flood{Limiter: s.addresses, Log: s.house.Log}, refuse, inner)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if web.Below(r.URL.Path, d.perAddress) {
			counted.ServeHTTP(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// canonical refuses paths with empty or dot segments. ServeMux would redirect
// to the cleaned path with 307, and a 307 carries a posted password along (RFC
// 9700 section 4.12).
func canonical(next http.Handler, refuse func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !clean(r.URL.Path) {
			refuse(w, r, fault.New(fault.NotFound, "page.not_found", "There is no such page."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// clean reports whether p is the one way to write itself, but for a slash at its end.
func clean(p string) bool {
	return p == "/" || path.Clean(p) == strings.TrimSuffix(p, "/") && p != "//"
}
