package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/pprof"
	"slices"
	"sync/atomic"
	"time"

	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/keys"
	"gatehouse/proxy"
	"gatehouse/web"
)

// staleAfter is how old the snapshots of clients and revocations, and of the policy,
// may be before this process stops calling itself ready. Decisions are refused long before
// (follow.MaxAge); a hiccup of the database that all replicas share is no reason
// to take them all away.
const staleAfter = 30 * time.Second

// health answers liveness and readiness.
type health struct {
	house    *house.House
	draining atomic.Bool
}

type readiness struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks"`
	// Doubts is what somebody should look at although requests are answered as ever.
	Doubts map[string]string `json:"doubts,omitempty"`
	// Routes is the hash of the gate's routes: replicas that serve the same ones have the
	// same.
	Routes string `json:"gate_routes,omitempty"`
}

func (h *health) live(w http.ResponseWriter, _ *http.Request) {
	_ = web.JSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready says whether this process should get requests, and if not, why.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	out, status := h.readiness(r.Context()), http.StatusOK
	if out.Status != isReady {
		status = http.StatusServiceUnavailable
	}
	_ = web.JSON(w, status, out)
}

const isReady = "ready"

func (h *health) readiness(ctx context.Context) readiness {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	out := readiness{Status: isReady, Checks: h.checks(ctx), Doubts: h.doubts(ctx), Routes: h.house.Routes.Current().Hash()}
	for _, c := range out.Checks {
		if c != "ok" {
			out.Status = "not ready"
		}
	}
	return out
}

func (h *health) checks(ctx context.Context) map[string]string {
	checks := map[string]string{"store": "ok", "write": "ok", "keys": "ok", "snapshot": "ok", "policy": "ok", "serving": "ok"}
	if err := h.house.Store.Ping(ctx); err != nil {
		checks["store"] = "the database does not answer"
	}
	if err := h.house.Store.TryWrite(ctx, time.Now()); err != nil {
		checks["write"] = "the database takes no changes: its disk may be full, it may be a standby, or rights are missing"
	}
	if !h.signs(ctx) {
		checks["keys"] = "there is no signing key"
	}
	if h.house.Registry.Age() > staleAfter {
		checks["snapshot"] = "clients and revocations were last read too long ago"
	}
	if h.house.Policy.Age() > staleAfter {
		checks["policy"] = "who may do what was last read too long ago"
	}
	if h.draining.Load() {
		checks["serving"] = "draining"
	}
	return checks
}

// doubts are what is not as it should be, and no reason to take requests away.
func (h *health) doubts(ctx context.Context) map[string]string {
	doubts := map[string]string{}
	if d := h.house.Clock.Doubt(); d != nil {
		doubts["clock"] = d.Error()
	}
	if h.house.Folder.Waiting() {
		doubts["folder"] = "the house is not as the files of apply.folder say: they wait for another server, whose turn it is"
	}
	if h.house.Folder.Problem() != "" {
		doubts["folder"] = "the files of apply.folder cannot be applied, and what was there stays; the log says why"
	}
	if h.house.Routes.Problem() != "" {
		doubts["routes"] = "the routes of the gate cannot be used, or do not pass their tests, and those that were there stay; the log says why"
	}
	if missing, err := h.house.Routes.Missing(ctx); err == nil {
		doubtMissing(doubts, missing)
	}
	if f := h.house.Limiters.Figures(); !f.Shared && !f.Since.IsZero() {
		doubts["redis"] = "Redis does not answer, and each process counts its limits by itself, since " + f.Since.UTC().Format(time.RFC3339)
	}
	waiting, err := h.house.Store.UnsealedEvents(ctx, audit.Unsealed{}, 1)
	if err == nil && len(waiting) > 0 && time.Since(waiting[0].At) > sealedWithin {
		doubts["seal"] = "events of the audit log have waited for their seal since " + waiting[0].At.UTC().Format(time.RFC3339)
	}
	if u := h.house.UnusableSettings(); len(u) > 0 {
		doubts["settings"] = "the database holds a value of " + u[0].Key + " that cannot be used, and the default counts instead: it " + u[0].Problem
	}
	if d := h.house.Disturbed(); len(d) > 0 {
		doubts["audit"] = d.Error()
	}
	return doubts
}

// doubtMissing doubts what routes of the gate ask for in vain, the first of each kind by name.
func doubtMissing(doubts map[string]string, missing []proxy.Missing) {
	certificates := slices.DeleteFunc(slices.Clone(missing), func(m proxy.Missing) bool { return m.ClientCA == "" })
	permissions := slices.DeleteFunc(missing, func(m proxy.Missing) bool { return m.ClientCA != "" })
	for name, some := range map[string][]proxy.Missing{"permissions": permissions, "certificates": certificates} {
		if len(some) > 0 {
			doubts[name] = "at the gate, " + andMore(some[0].String(), len(some)-1)
		}
	}
}

func andMore(what string, n int) string {
	if n == 0 {
		return what
	}
	return fmt.Sprintf("%s (and %d more like it)", what, n)
}

// sealedWithin is how long an event may wait for its seal before somebody should look.
const sealedWithin = 5 * time.Minute

// signs reports whether the default algorithm has its key.
func (h *health) signs(ctx context.Context) bool {
	list, err := h.house.Keys.List(ctx, false)
	return err == nil && slices.ContainsFunc(list, func(k keys.Key) bool {
		return k.Algorithm == keys.ES256 && k.State == keys.Signing
	})
}

// mountInternal mounts what is not for the public: health, metrics, profiles, and
// how requests arrive.
func (s *Server) mountInternal(m *web.Mux) {
	m.HandleFunc("GET /livez", s.health.live)
	m.HandleFunc("GET /readyz", s.health.ready)
	m.HandleFunc("GET /healthz", s.health.ready)
	m.HandleFunc("POST "+web.PathNews, s.health.news)
	m.HandleFunc("GET /metrics", s.metrics.handler().ServeHTTP)
	m.HandleFunc("POST "+web.PathArrival, s.arrivals.Arm)
	m.HandleFunc("GET "+web.PathArrival+"/{probe}", s.arrivals.Tell)
	m.HandleFunc("GET /debug/pprof/", pprof.Index)
	m.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	m.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	m.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	m.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
}
