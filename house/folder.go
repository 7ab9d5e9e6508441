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
		f.Log.Error("the files of the folder cannot be applied; what was there stays", "folder", f.Config.Folder, "why", "\n"+err.Error())
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
	f.looked = sum
	return still && (f.tried.IsZero() || sum != f.seen || f.problem != "" && now.Sub(f.tried) >= tryEvery)
}

// note keeps how it went, and returns how it went before, for the same files.
func (f *Folder) note(sum [sha256.Size]byte, now time.Time, err error) (was string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if sum == f.seen {
		was = f.problem
	}
	f.seen, f.tried, f.problem = sum, now, ""
	if err != nil {
		f.problem = err.Error()
	}
	return was
}

func (f *Folder) apply(ctx context.Context, files []manifest.File) (apply.Applied, error) {
	m, err := manifest.Read(files)
	if err != nil {
		return apply.Applied{}, err
	}
	set := apply.Set{Name: f.Config.Name, Objects: m.Objects}
	done, err := f.Applies.Apply(ctx, audit.Actor{Kind: audit.House, ID: "folder"}, set, apply.Options{Prune: f.Config.Prune}, nil, "")
	return done, m.Locate(err)
}

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
