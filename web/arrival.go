package web

import (
	"crypto/rand"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"
)

// Where a probe is armed and read, on the internal listener, and the header of a
// request that is one.
const (
	PathArrival = "/debug/arrival"
	HeaderProbe = "Gatehouse-Probe"
)

// Arrival is how one request reached the server.
type Arrival struct {
	Peer          string   `json:"peer"`    // the address of who connected
	Address       string   `json:"address"` // the address that counts, see Outer.Trusted
	Host          string   `json:"host"`
	TLS           bool     `json:"tls"`
	Forwarded     []string `json:"forwarded"` // the values of X-Forwarded-For
	Proto         string   `json:"proto"`     // X-Forwarded-Proto
	ForwardedHost string   `json:"forwarded_host"`
}

// Hops are the addresses of X-Forwarded-For, as they were written.
func (a *Arrival) Hops() []string {
	var hops []string
	for hop := range strings.SplitSeq(strings.Join(a.Forwarded, ","), ",") {
		if hop = strings.TrimSpace(hop); hop != "" {
			hops = append(hops, hop)
		}
	}
	return hops
}

// Trusts reports whether who connected is one of the proxies.
func (a *Arrival) Trusts(proxies []netip.Prefix) bool {
	addr, err := netip.ParseAddr(a.Peer)
	return err == nil && contains([][]netip.Prefix{proxies}, addr)
}

// Arrivals lets an operator see how a request of their own reached the server:
// they ask for a probe's name on the internal listener, send a request with it to
// the issuer, and read what came of it. There is one probe at a time, for half a
// minute, so that nothing gathers; without one a request costs a look at a
// pointer. The zero Arrivals is ready.
type Arrivals struct{ armed atomic.Pointer[probe] }

type probe struct {
	name  string
	until time.Time
	seen  atomic.Pointer[Arrival]
}

// probeLife is how long a probe is waited for.
const probeLife = 30 * time.Second

// Watch returns next, which notes a request that is the probe on its way.
func (a *Arrivals) Watch(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := a.armed.Load(); p != nil && r.Header.Get(HeaderProbe) == p.name {
			p.seen.Store(arrivalOf(r, trusted))
		}
		next.ServeHTTP(w, r)
	})
}

func arrivalOf(r *http.Request, trusted []netip.Prefix) *Arrival {
	peer := ""
	if p, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		peer = p.Addr().Unmap().String()
	}
	return &Arrival{
		Peer: peer, Address: ClientIP(r, trusted), Host: r.Host, TLS: r.TLS != nil,
		Forwarded: r.Header.Values("X-Forwarded-For"), Proto: r.Header.Get("X-Forwarded-Proto"), ForwardedHost: r.Header.Get("X-Forwarded-Host"),
	}
}

// Arm answers with the name of a new probe, which takes the place of the one
// before.
func (a *Arrivals) Arm(w http.ResponseWriter, _ *http.Request) {
	p := &probe{name: rand.Text(), until: time.Now().Add(probeLife)}
	a.armed.Store(p)
	_ = JSON(w, http.StatusOK, map[string]string{"probe": p.name}) // who asked is gone
}

// Tell answers with how the probe arrived, and forgets it; 404 until then.
func (a *Arrivals) Tell(w http.ResponseWriter, r *http.Request) {
	p := a.armed.Load()
	if p == nil || r.PathValue("probe") != p.name || p.seen.Load() == nil || time.Now().After(p.until) {
		http.NotFound(w, r)
		return
	}
	a.armed.CompareAndSwap(p, nil)
	_ = JSON(w, http.StatusOK, p.seen.Load())
}
