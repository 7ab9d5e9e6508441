package house

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/access"
	"gatehouse/config/manifest"
	"gatehouse/gate"
	"gatehouse/proxy"
)

// routesEvery is how often the files of the gate are looked at.
const routesEvery = time.Second

// Routes are those of the gate, read from the folder of the configuration, or followed in
// the store where there is none. What cannot be used, and files whose tests do not hold,
// change nothing: what was there stays, until they can.
type Routes struct {
	config gate.Config
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
}

// policyOfNow is what tests are asked of; *access.Live is.
type policyOfNow interface {
	Current(ctx context.Context) (*access.Snapshot, error)
}

// routeStore keeps routes; *store.Store does.
type routeStore interface {
	Routes(ctx context.Context) ([]gate.Record, error)
}

// candidate is a set that waits for its tests to hold.
type candidate struct {
	set     *gate.Set
	located func(error) error // says where of its files something stands
	tried   bool
	by      uint64 // the version of the policy by which they did not
}

// NewRoutes returns the routes of a gate, none until Load.
func NewRoutes(c gate.Config, policy policyOfNow, kept routeStore, log *slog.Logger) *Routes {
	r := &Routes{config: c, policy: policy, kept: kept, log: log}
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

// Missing lists what the routes ask for that no API has. An error is that nobody knows.
func (r *Routes) Missing(ctx context.Context) ([]proxy.Missing, error) {
	set := r.Current()
	if len(set.Routes()) == 0 {
		return nil, nil
	}
	s, err := r.policy.Current(ctx)
	if err != nil {
		return nil, err
	}
	return proxy.MissingOf(set, s), nil
}

// Due reports whether there are files to look at.
func (r *Routes) Due(time.Time) bool { return r.config.Wanted() && r.config.InFiles() }

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

// Load reads the files for a server that starts: one whose routes cannot be used does
// not. Where only their tests do not hold it starts, and its gate takes nothing until they
// do: what they ask for may have to be made by this server.
func (r *Routes) Load(ctx context.Context) error {
	if !r.config.Wanted() {
		return nil
	}
	if !r.config.InFiles() {
		return r.Follow(ctx, nil)
	}
	files, err := manifest.Load(r.config.Routes, nil)
	if err != nil {
		return fmt.Errorf("read the routes of the gate: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	one, err := r.read(files)
	if err != nil {
		return err
	}
	if err := r.offer(ctx, one); err != nil { // nobody knows yet by which policy
		r.refused = one
		r.problem = err.Error() // nothing is served
		r.doubts("the routes of the gate cannot be tested", err)
	}
	return nil
}

// read makes routes of files, which know whom they may trust.
func (r *Routes) read(files []manifest.File) (*candidate, error) {
	one, err := readCandidate(files)
	if err != nil {
		return nil, err
	}
	r.proofs = one.set.Files()
	r.seen = r.sum(files, nil) // before they are used: what changes meanwhile is news
	r.looked = r.seen
	if err := one.set.Prove(readProof); err != nil {
		return nil, err
	}
	return one, nil
}

// maxProof bounds a file of secrets or certificates, in bytes.
const maxProof = 64 << 10

func readProof(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxProof+1))
	if err == nil && len(text) > maxProof {
		err = fmt.Errorf("%s is over %d KiB", name, maxProof>>10)
	}
	return text, err
}

// sum is of the files, and of those that they name: either may change.
func (r *Routes) sum(files []manifest.File, err error) [sha256.Size]byte {
	for _, name := range r.proofs {
		text, err := readProof(name)
		if err != nil {
			text = []byte(err.Error())
		}
		files = append(files, manifest.File{Name: name, Text: text})
	}
	return sumOf(files, err)
}

// Step takes files that changed, once two looks in a row find the same: of a file that is
// being written half would protect half. What is refused is logged when it is refused
// first. Those whose tests did not hold are tried again when the policy has changed.
func (r *Routes) Step(ctx context.Context, _ time.Time) error {
	files, err := manifest.Load(r.config.Routes, nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := r.sum(files, err)
	still := sum == r.looked
	if r.looked = sum; !still || sum == r.seen {
		return r.again(ctx)
	}
	var one *candidate
	if r.seen = sum; err == nil {
		one, err = r.read(files)
	}
	if err != nil {
		r.refused = nil
		r.refuse(err)
		return nil
	}
	r.refused = one // until it is taken
	return r.offer(ctx, one)
}

// again tries the candidate whose tests did not hold, if the policy is another one now.
func (r *Routes) again(ctx context.Context) error {
	if r.refused == nil {
		return nil
	}
	s, err := r.policy.Current(ctx)
	if err != nil || r.refused.tried && s.Version() == r.refused.by {
		return err
	}
	return r.offer(ctx, r.refused)
}

// offer takes a set whose tests hold. An error is that nobody can tell.
func (r *Routes) offer(ctx context.Context, one *candidate) error {
	if one.set.Tests() > 0 {
		s, err := r.policy.Current(ctx)
		if err != nil {
			return fmt.Errorf("test the routes of the gate: %w", err)
		}
		if err := one.located(proxy.Try(one.set, s)); err != nil {
			one.tried, one.by, r.refused = true, s.Version(), one
			r.refuse(err)
			return nil
		}
	}
	r.take(one.set)
	return nil
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

func readCandidate(files []manifest.File) (*candidate, error) {
	m, err := manifest.ReadRoutes(files)
	if err != nil {
		return nil, err
	}
	set, err := compiler.Compile(m.Gate)
	if err != nil {
		return nil, m.Locate(err)
	}
	return &candidate{set: set, located: m.Locate}, nil
}

// compilerOfStored makes sets of routes that are kept in the database: whoever may write
// those reaches no more than the configuration lets them.
func compilerOfStored(c gate.Config) gate.Compiler {
	k := compiler
	networks, _ := c.Networks() // validated with the configuration
	k.Reach = gate.Only(networks)
	return k
}

// compiler makes sets of routes that may have conditions.
var compiler = gate.Compiler{Conditions: func(text string) (gate.Condition, error) {
	e, err := access.ParseExpression(text)
	if err != nil {
		return nil, err
	}
	return e, nil
}}

// ReadRoutes makes routes of files. What is wrong with them is a *manifest.Error, with
// where it stands.
func ReadRoutes(files []manifest.File) (*gate.Set, error) {
	one, err := readCandidate(files)
	if err != nil {
		return nil, err
	}
	return one.set, nil
}

// TestRoutes is ReadRoutes of files whose tests hold by a policy. What does not hold is a
// *manifest.Error too.
func TestRoutes(files []manifest.File, s *access.Snapshot) (*gate.Set, error) {
	one, err := readCandidate(files)
	if err != nil {
		return nil, err
	}
	return one.set, one.located(proxy.Try(one.set, s))
}

// Snapshot is the policy as it is now, for a command: a server follows it (Policy).
func (h *House) Snapshot(ctx context.Context) (*access.Snapshot, error) {
	return access.Load(ctx, h.Store, builtIn(h.Config), time.Now())
}
