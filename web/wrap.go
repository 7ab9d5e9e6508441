package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"gatehouse/id"
)

// Outer is the layer that every request of a listener passes first: request id,
// client address, deadline, body limit, security headers, panics, the access
// log and the metrics.
type Outer struct {
	Log     *slog.Logger
	Trusted []netip.Prefix // proxies whose forwarded headers count
	HSTS    bool           // the issuer is https
	Observe func(route, method string, status int, took time.Duration)
	// Quiet logs what went well on level debug only.
	Quiet bool
	// Timeout bounds one request; Limit its body, in bytes.
	Timeout time.Duration
	Limit   int64
	// Documents are prebuilt public answers by path, such as the key set. They
	// touch neither store nor session, so a GET of one goes straight to its
	// handler: it is counted, but has no deadline, no request id, and a line in
	// the log on level debug only.
	Documents map[string]Document
	// Popups are paths, each with all below it, that an application may open in a
	// window of its own. Their answers leave the tie between the two windows alone;
	// all others cut it.
	Popups []string
}

// Document is a prebuilt public answer.
type Document struct {
	Handler http.Handler
	Route   string // the label in the metrics
}

// Wrap returns h inside the layer.
func (o *Outer) Wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d, ok := o.Documents[r.URL.Path]; ok && r.Method == http.MethodGet {
			o.serveDocument(d, w, r)
			return
		}
		info := &Info{ID: id.NewRequest(), IP: ClientIP(r, o.Trusted), Start: time.Now()}
		ctx, cancel := context.WithTimeout(WithInfo(r.Context(), info), o.Timeout)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, o.Limit)
		setHeaders(w.Header(), o.HSTS, info.ID)
		if !Below(r.URL.Path, o.Popups) {
			w.Header()["Cross-Origin-Opener-Policy"] = sameOrigin
		}
		rec := recorders.Get().(*recorder)
		*rec = recorder{ResponseWriter: w}
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler {
				p = o.panicked(rec, r, p)
			}
			o.finish(rec, r, info)
			*rec = recorder{}
			recorders.Put(rec)
			if p == http.ErrAbortHandler {
				panic(p) // net/http cuts the connection, so that nobody takes a part for the whole
			}
		}()
		h.ServeHTTP(rec, r)
	})
}

// Below reports whether path is one of paths or below one.
func Below(path string, paths []string) bool {
	for _, p := range paths {
		if rest, ok := strings.CutPrefix(path, p); ok && (rest == "" || rest[0] == '/' || p == "/") {
			return true
		}
	}
	return false
}

func (o *Outer) serveDocument(d Document, w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	h := w.Header()
	h["X-Content-Type-Options"] = nosniff
	h["Content-Security-Policy"] = strictest
	if o.HSTS {
		h["Strict-Transport-Security"] = oneYear
	}
	rec := recorders.Get().(*recorder)
	*rec = recorder{ResponseWriter: w}
	d.Handler.ServeHTTP(rec, r)
	took, status := time.Since(start), rec.code()
	*rec = recorder{}
	recorders.Put(rec)
	if o.Observe != nil {
		o.Observe(d.Route, http.MethodGet, status, took)
	}
	if o.Log.Enabled(r.Context(), slog.LevelDebug) {
		o.Log.LogAttrs(r.Context(), slog.LevelDebug, "document", slog.String("path", r.URL.Path), slog.Int("status", status))
	}
}

// panicked answers a request whose handler panicked, or returns what the server is to panic with.
func (o *Outer) panicked(w *recorder, r *http.Request, p any) any {
	o.Log.Error("handler panicked", "request_id", string(InfoOf(r.Context()).ID), "panic", p, "stack", string(debug.Stack()))
	if w.status != 0 {
		return http.ErrAbortHandler
	}
	http.Error(w, "Something went wrong on our side.", http.StatusInternalServerError)
	return nil
}

// finish logs the path without its query, which may hold codes or tokens.
func (o *Outer) finish(w *recorder, r *http.Request, info *Info) {
	took := time.Since(info.Start)
	route := r.Pattern
	if route == "" {
		route = "unmatched"
	}
	if o.Observe != nil {
		o.Observe(route, Method(r.Method), w.code(), took)
	}
	level := slog.LevelInfo
	if o.Quiet && w.code() < http.StatusBadRequest {
		level = slog.LevelDebug
	}
	if !o.Log.Enabled(r.Context(), level) {
		return
	}
	path := r.URL.Path
	if len(path) > 200 {
		path = path[:200]
	}
	attrs := []slog.Attr{
		slog.String("request_id", string(info.ID)), slog.String("ip", info.IP), slog.String("method", Method(r.Method)),
		slog.String("path", path), slog.Int("status", w.code()), slog.Int64("took_us", took.Microseconds()),
	}
	if info.Theirs != "" {
		attrs = append(attrs, slog.String("their_request_id", cut(info.Theirs, maxLogged)))
	}
	o.Log.LogAttrs(r.Context(), level, "request", append(attrs, info.Rejected.attrs()...)...)
}

// attrs say why a form came back, nothing when none did.
func (f Rejected) attrs() []slog.Attr {
	if f.Err == nil {
		return nil
	}
	attrs := []slog.Attr{slog.String("code", AsFault(f.Err).Code), slog.String("error", cut(f.Err.Error(), maxLogged))}
	if f.Client != "" {
		attrs = append(attrs, slog.String("client", string(f.Client)))
	}
	if f.User != "" {
		attrs = append(attrs, slog.String("user", string(f.User)))
	}
	return attrs
}

// Method is the method of a request as a label whose values are few.
func Method(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "OTHER"
}

// setHeaders writes the strict base; a page replaces the policy by its own.
func setHeaders(h http.Header, hsts bool, request id.Request) {
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = noReferrer
	h["X-Frame-Options"] = deny
	h["Content-Security-Policy"] = strictest
	h["Permissions-Policy"] = noPermissions
	h["X-Request-Id"] = []string{string(request)}
	if hsts {
		h["Strict-Transport-Security"] = oneYear
	}
}

// OwnHeaders writes those of a page of ours on a host of somebody else's: the strict base,
// but for what is that host's to say. Its forms say where they come from.
func OwnHeaders(h http.Header, request id.Request) {
	setHeaders(h, false, request)
	h["Referrer-Policy"] = sameOrigin
}

// Shared values spare an allocation for each header of each answer; nobody may
// append to them.
var (
	nosniff       = []string{"nosniff"}
	noReferrer    = []string{"no-referrer"}
	deny          = []string{"DENY"}
	strictest     = []string{"default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"}
	sameOrigin    = []string{"same-origin"}
	noPermissions = []string{"camera=(), geolocation=(), microphone=(), payment=(), usb=()"}
	oneYear       = []string{"max-age=31536000; includeSubDomains"}
)

// ClientIP returns the address of the client. Forwarded headers count only
// while the hop that sent them is a trusted proxy, read from the right.
func ClientIP(r *http.Request, trusted ...[]netip.Prefix) string {
	return Forwarded(r.RemoteAddr, r.Header["X-Forwarded-For"], trusted...)
}

// Forwarded is ClientIP by the address of the peer, with its port, and the lines of
// X-Forwarded-For.
func Forwarded(remote string, lines []string, trusted ...[]netip.Prefix) string {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	addr := peer.Addr().Unmap()
	rest := strings.Join(lines, ",")
	for more := true; more && contains(trusted, addr); {
		hop := rest
		if i := strings.LastIndexByte(rest, ','); i >= 0 {
			rest, hop = rest[:i], rest[i+1:]
		} else {
			more = false
		}
		next, ok := parseHop(strings.TrimSpace(hop))
		if !ok {
			break
		}
		addr = next
	}
	return addr.String()
}

// parseHop reads an address as proxies write them: some add the port, and write
// IPv6 in brackets then, or always.
func parseHop(s string) (netip.Addr, bool) {
	if hop, err := netip.ParseAddr(s); err == nil { // as most do; a port makes it none
		return hop.Unmap().WithZone(""), true
	}
	if hop, err := netip.ParseAddrPort(s); err == nil {
		return hop.Addr().Unmap().WithZone(""), true
	}
	if inner, ok := strings.CutPrefix(s, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); !ok || !strings.Contains(inner, ":") {
			return netip.Addr{}, false
		}
		s = inner
	}
	hop, err := netip.ParseAddr(s)
	return hop.Unmap().WithZone(""), err == nil
}

func contains(networks [][]netip.Prefix, a netip.Addr) bool {
	for _, some := range networks {
		for _, p := range some {
			if p.Contains(a) {
				return true
			}
		}
	}
	return false
}

// recorder remembers the status for the log and the metrics.
type recorder struct {
	http.ResponseWriter
	status int
}

var recorders = sync.Pool{New: func() any { return new(recorder) }}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
