package house

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/config/manifest"
	"gatehouse/gate"
)

// routesEvery is how often the files of the gate are looked at.
const routesEvery = time.Second

// Routes are those of the gate, read from the folder of the configuration. Files that
// cannot be used change nothing: what was there stays, until they can.
type Routes struct {
	config gate.Config
	log    *slog.Logger

	current atomic.Pointer[gate.Set]

	mu      sync.Mutex
	looked  [sha256.Size]byte // what was there at the last look
	seen    [sha256.Size]byte // what was taken, or refused, last
	problem string
}

// NewRoutes returns the routes of a gate, none until Load.
func NewRoutes(c gate.Config, log *slog.Logger) *Routes {
	r := &Routes{config: c, log: log}
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

// Due reports whether there is a gate.
func (r *Routes) Due(time.Time) bool { return r.config.Wanted() }

// Load reads the files for a server that starts: one whose routes cannot be used does not.
func (r *Routes) Load() error {
	if !r.config.Wanted() {
		return nil
	}
	files, err := manifest.Load(r.config.Routes, nil)
	if err != nil {
		return fmt.Errorf("read the routes of the gate: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = sumOf(files, nil)
	r.looked = r.seen
	set, err := ReadRoutes(files)
	if err != nil {
		return err
	}
	r.current.Store(set)
	return nil
}

// Step takes files that changed, once two looks in a row find the same: of a file that is
// being written half would protect half. What is refused is logged when it is refused first.
func (r *Routes) Step(context.Context, time.Time) error {
	files, err := manifest.Load(r.config.Routes, nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := sumOf(files, err)
	still := sum == r.looked
	if r.looked = sum; !still || sum == r.seen {
		return nil
	}
	r.seen = sum
	var set *gate.Set
	if err == nil {
		set, err = ReadRoutes(files)
	}
	if err != nil {
		r.problem = err.Error()
		r.log.Error("the routes of the gate cannot be used; those that were there stay", "folder", r.config.Routes, "why", "\n"+err.Error())
		return nil
	}
	r.current.Store(set)
	r.problem = ""
	r.log.Info("the gate has new routes", "folder", r.config.Routes, "routes", len(set.Routes()))
	return nil
}

// ReadRoutes makes routes of files. What is wrong with them is a *manifest.Error, with
// where it stands.
func ReadRoutes(files []manifest.File) (*gate.Set, error) {
	m, err := manifest.ReadRoutes(files)
	if err != nil {
		return nil, err
	}
	set, err := gate.Compile(m.Gate)
	return set, m.Locate(err)
}
