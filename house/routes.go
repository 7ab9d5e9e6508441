package house

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/access"
	"gatehouse/gate"
	"gatehouse/proxy"
)

// Routes are those of the gate, read from the folder of the configuration, or followed in
// the store where there is none. What cannot be used, and files whose tests do not hold,
// change nothing: what was there stays, until they can.
type Routes struct {
	config gate.Config
	secure bool // whether the gate has TLS
	policy policyOfNow
	kept   routeStore
	log    *slog.Logger

	current atomic.Pointer[gate.Set]

	mu      sync.Mutex
	looked  [sha256.Size]byte // what was there at the last look
	seen    [sha256.Size]byte // what was taken, or refused, last
	proofs  []string          // the files besides those of the folder that were read last
	problem string
	doubt   string     // why nobody could tell whether there are others, as it was logged last
	refused *candidate // whose tests did not hold; nil: none
	missed  []proxy.Missing
}

// policyOfNow is what tests are asked of; *access.Live is.
type policyOfNow interface {
	Current(ctx context.Context) (*access.Snapshot, error)
}

// routeStore keeps routes; *store.Store does.
type routeStore interface {
	Routes(ctx context.Context) ([]gate.Record, error)
}

// NewRoutes returns the routes of a gate, none until Load. Secure is whether it has TLS.
func NewRoutes(c gate.Config, secure bool, policy policyOfNow, kept routeStore, log *slog.Logger) *Routes {
	r := &Routes{config: c, secure: secure, policy: policy, kept: kept, log: log}
	r.current.Store(&gate.Set{})
	return r
}

// Current returns the routes of this moment. They do not change.
func (r *Routes) Current() *gate.Set { return r.current.Load() }

// Problem says why the files that lie there cannot be used, "" when they are.
func (r *Routes) Problem() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.problem
}

// Missing lists what the routes ask for in vain. An error is that nobody knows.
func (r *Routes) Missing(ctx context.Context) ([]proxy.Missing, error) {
	set := r.Current()
	if len(set.Routes()) == 0 {
		return nil, nil
	}
	s, err := r.policy.Current(ctx)
	if err != nil {
		return nil, err
	}
	return proxy.MissingOf(set, s, r.secure), nil
}

// Look logs what the routes ask for in vain, once while it lasts: either they or the policy
// may have changed. While nobody knows the policy it says nothing.
func (r *Routes) Look(ctx context.Context, _ time.Time) error {
	missing, err := r.Missing(ctx)
	if err != nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range missing {
		if !slices.Contains(r.missed, one) {
			r.log.Warn("a route of the gate asks in vain", "route", one.Route, "why", one.String())
		}
	}
	r.missed = missing
	return nil
}

// Wanted reports whether there is a gate.
func (r *Routes) Wanted(time.Time) bool { return r.config.Wanted() }

// Follow reads the routes that the store keeps. They passed their tests when they were
// written. What cannot be used here, for instance because a newer replica wrote it,
// changes nothing.
func (r *Routes) Follow(ctx context.Context, _ map[string]int64) error {
	if !r.config.Wanted() || r.config.InFiles() {
		return nil
	}
	all, err := r.kept.Routes(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.doubts("the routes of the gate cannot be read", err)
		return err
	}
	objects := make([]gate.Object, len(all))
	for i := range all {
		objects[i] = all[i].Object
	}
	set, err := compilerOfStored(r.config).Compile(objects)
	if err != nil {
		r.refuse(err)
		return nil
	}
	r.take(set)
	return nil
}

// take serves a set from now on.
func (r *Routes) take(set *gate.Set) {
	r.problem, r.doubt, r.refused = "", "", nil
	if r.current.Swap(set).Hash() != set.Hash() {
		r.log.Info("the gate has new routes", "from", r.From(), "routes", len(set.Routes()), "tests", set.Tests(), "hash", set.Hash())
	}
}

// From is where the routes come from.
func (r *Routes) From() string {
	if r.config.InFiles() {
		return r.config.Routes
	}
	return "the database"
}

// refuse notes why a set is not taken, and logs it once.
func (r *Routes) refuse(err error) {
	if said := err.Error(); said != r.problem {
		r.problem = said
		r.log.Error("the routes of the gate cannot be used; those that were there stay", "from", r.From(), "why", "\n"+said)
	}
}

// doubts logs once that nobody can tell whether there are other routes, or whether they
// pass their tests: nothing is known to be wrong with them.
func (r *Routes) doubts(what string, err error) {
	if said := err.Error(); said != r.doubt {
		r.doubt = said
		r.log.Warn(what+" now; those that were there stay", "from", r.From(), "why", said)
	}
}
