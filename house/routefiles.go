package house

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"time"

	"gatehouse/config/manifest"
	"gatehouse/gate"
	"gatehouse/proxy"
)

// routesEvery is how often the files of the gate are looked at.
const routesEvery = time.Second

// lookAtRoutes is how often the routes are held to the policy, for the log.
const lookAtRoutes = 10 * time.Second

// candidate is a set that waits for its tests to hold.
type candidate struct {
	set     *gate.Set
	located func(error) error // says where of its files something stands
	tried   bool
	by      uint64 // the version of the policy by which they did not
}

// Due reports whether there are files to look at.
func (r *Routes) Due(time.Time) bool { return r.config.Wanted() && r.config.InFiles() }

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
		return r.retry(ctx)
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

// retry offers the candidate whose tests did not hold once more, if the policy is another
// one now.
func (r *Routes) retry(ctx context.Context) error {
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
