package house

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"sync"
	"time"

	"gatehouse/apply"
	"gatehouse/audit"
	"gatehouse/config/manifest"
	"gatehouse/fault"
)

// lookEvery is how often the folder is looked at, and tryEvery how often files that were
// refused are tried again: what they ask for may be there then.
const (
	lookEvery = 5 * time.Second
	tryEvery  = time.Minute
)

// Folder applies the files of a folder at the start and when they change. Of several
// replicas one does it at a time.
type Folder struct {
	Applies *apply.Service
	Config  apply.Config
	Log     *slog.Logger

	mu      sync.Mutex
	looked  [sha256.Size]byte // what was there when it was looked last
	seen    [sha256.Size]byte // what was tried last
	tried   time.Time         // when; zero: nothing was
	problem string            // why it was refused; "": it was not
	settled [sha256.Size]byte // what the house is like, as one without the turn saw
	waiting bool              // another has the turn, and the house is not as the files say
}

// Due reports whether there is a folder.
func (f *Folder) Due(time.Time) bool { return f.Config.Folder != "" }

// Problem says why the files that lie there could not be applied when this process
// tried last, "" when they were or it did not. What they say wrong is in the log.
func (f *Folder) Problem() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.problem
}

// Waiting reports whether the house is not as the files say, and another process has the
// turn to make it so, when this one looked last.
func (f *Folder) Waiting() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.waiting
}

// Look is Step where another process has the turn: the files are read and checked, and
// nothing is written.
func (f *Folder) Look(ctx context.Context, now time.Time) error {
	files, err := manifest.Load(f.Config.Folder, nil)
	sum := sumOf(files, err)
	if !f.unsettled(sum, now) {
		return nil
	}
	does := false
	if err == nil {
		does, err = f.plan(ctx, files)
	}
	if err != nil && transient(err) {
		return err
	}
	f.settle(sum, now, does, err)
	return nil
}

// unsettled reports whether files are to be looked at: such as nobody writes any more, and
// the house was not seen to be like, or that were refused a while ago.
func (f *Folder) unsettled(sum [sha256.Size]byte, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	still := sum == f.looked
	f.looked = sum
	refused := f.problem != "" && sum == f.seen && now.Sub(f.tried) < tryEvery
	return still && sum != f.settled && !refused
}

// settle keeps what Look found.
func (f *Folder) settle(sum [sha256.Size]byte, now time.Time, does bool, err error) {
	if err != nil {
		if was := f.note(sum, now, err); err.Error() != was {
			f.refused(err)
		}
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if does && !f.waiting {
		f.Log.Warn("the files of the folder wait for another server to apply them, or for its turn to end", "folder", f.Config.Folder)
	}
	f.problem, f.waiting = "", does
	if !does {
		f.settled = sum
	}
}

func (f *Folder) refused(err error) {
	f.Log.Error("the files of the folder cannot be applied; what was there stays", "folder", f.Config.Folder, "why", "\n"+err.Error())
}

// Step applies what changed, once two looks in a row find the same: nobody is writing
// there then, and no file is half of what it is to be. What is refused changes nothing,
// and is logged when it is refused first.
func (f *Folder) Step(ctx context.Context, now time.Time) error {
	files, err := manifest.Load(f.Config.Folder, nil)
	sum := sumOf(files, err)
	if !f.anew(sum, now) {
		return nil
	}
	var done apply.Applied
	if err == nil {
		done, err = f.apply(ctx, files)
	}
	if err != nil && transient(err) {
		return err
	}
	if was := f.note(sum, now, err); err != nil && err.Error() != was {
		f.refused(err)
	}
	if err == nil && done.Does() {
		f.tell(done)
	}
	return nil
}

// anew reports whether files are to be applied: other ones than before that nobody
// writes any more, or such as were refused a while ago.
func (f *Folder) anew(sum [sha256.Size]byte, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	still := sum == f.looked
	f.looked, f.waiting, f.settled = sum, false, [sha256.Size]byte{}
	return still && (f.tried.IsZero() || sum != f.seen || f.problem != "" && now.Sub(f.tried) >= tryEvery)
}

// note keeps how it went, and returns how it went before, for the same files.
func (f *Folder) note(sum [sha256.Size]byte, now time.Time, err error) (was string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if sum == f.seen {
		was = f.problem
	}
	f.seen, f.tried, f.problem, f.waiting = sum, now, "", false
	if err != nil {
		f.problem = err.Error()
	}
	return was
}

func (f *Folder) apply(ctx context.Context, files []manifest.File) (apply.Applied, error) {
	set, m, err := f.read(files)
	if err != nil {
		return apply.Applied{}, err
	}
	done, err := f.Applies.Apply(ctx, byFolder, set, apply.Options{Prune: f.Config.Prune}, nil, "")
	return done, m.Locate(err)
}

// plan reports whether applying files would do something.
func (f *Folder) plan(ctx context.Context, files []manifest.File) (does bool, err error) {
	set, m, err := f.read(files)
	if err != nil {
		return false, err
	}
	plan, err := f.Applies.Plan(ctx, byFolder, set, apply.Options{Prune: f.Config.Prune}, nil)
	if err != nil {
		return false, m.Locate(err)
	}
	return plan.Does(), nil
}

func (f *Folder) read(files []manifest.File) (set apply.Set, m *manifest.Manifest, err error) {
	if len(files) == 0 {
		return set, m, fault.New(fault.Invalid, "apply.no_files", "No file in "+f.Config.Folder+" has a name that ends in .yaml or .yml.")
	}
	if m, err = manifest.Read(files); err != nil {
		return set, m, err
	}
	return apply.Set{Name: f.Config.Name, Objects: m.Objects}, m, nil
}

// byFolder is who did what a folder says.
var byFolder = audit.Actor{Kind: audit.House, ID: "folder"}

// tell logs what was done. A secret that nobody sees is none that anybody can use.
func (f *Folder) tell(done apply.Applied) {
	f.Log.Info("the files of the folder were applied", "folder", f.Config.Folder,
		"created", done.Count(apply.Create), "updated", done.Count(apply.Update), "deleted", done.Count(apply.Delete))
	for _, one := range done.Secrets {
		f.Log.Warn("an application was made that needs a secret, and nobody saw it: make one with \"gatehouse client rotate-secret\"", "client", one.Client)
	}
}

// transient reports whether an error is none of what the files say.
func transient(err error) bool {
	if _, ok := errors.AsType[*manifest.Error](err); ok {
		return false
	}
	f, ok := errors.AsType[*fault.Error](err)
	return ok && (f.Kind == fault.Unavailable || f.Kind == fault.Internal) || errors.Is(err, context.Canceled)
}

func sumOf(files []manifest.File, err error) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, one := range files {
		for _, part := range [][]byte{[]byte(one.Name), one.Text} {
			own := sha256.Sum256(part)
			h.Write(own[:])
		}
	}
	if err != nil {
		h.Write([]byte(err.Error()))
	}
	return [sha256.Size]byte(h.Sum(nil))
}
