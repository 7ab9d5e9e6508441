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
	proofs  []string          // the files with what the edges show that were read last
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
	set, err := r.read(files)
	if err != nil {
		return err
	}
	r.current.Store(set)
	return nil
}

// read makes routes of files, whose edges know their peers.
func (r *Routes) read(files []manifest.File) (*gate.Set, error) {
	set, err := ReadRoutes(files)
	if err != nil {
		return nil, err
	}
	r.proofs = nil
	for _, e := range set.Edges() {
		for _, name := range []string{e.SecretFile, e.CertificateFile} {
			if name != "" {
				r.proofs = append(r.proofs, name)
			}
		}
	}
	r.seen = r.sum(files, nil) // before they are used: what changes meanwhile is news
	r.looked = r.seen
	if err := set.Prove(readProof); err != nil {
		return nil, err
	}
	return set, nil
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

// sum is of the files, and of what the edges in them show: either may change.
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
// being written half would protect half. What is refused is logged when it is refused first.
func (r *Routes) Step(context.Context, time.Time) error {
	files, err := manifest.Load(r.config.Routes, nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := r.sum(files, err)
	still := sum == r.looked
	if r.looked = sum; !still || sum == r.seen {
		return nil
	}
	var set *gate.Set
	if r.seen = sum; err == nil {
		set, err = r.read(files)
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
