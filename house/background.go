package house

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"gatehouse/audit"
	"gatehouse/ephemeral"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/keys"
)

// FirstKeys is the beat that makes the keys of a new house, which costs a second
// of a processor.
const FirstKeys = "make the first keys"

// LoadRevocations is the beat that loads the revocations which a start finds.
const LoadRevocations = "load the revocations"

// Beats lists what beats in the background of every process that serves. Run
// beats them; a test may beat them by itself. What removes or replaces something
// because of the time asks the clock's watch for it.
func (h *House) Beats() []Beat {
	appender := &audit.Appender{Store: h.Store, Keys: h.auditKeys, Path: h.Config.Audit.CheckpointFile}
	counts := &counting{count: h.Store.CountWhatIs}
	return append([]Beat{
		{Name: "follow the store", Every: h.Store.PollEvery(), Wake: h.Feed.News(), Step: h.Feed.Beat},
		{Name: LoadRevocations, Every: time.Second, Due: h.Registry.Loading, Step: h.Registry.Load},
		{Name: FirstKeys, Every: time.Minute, Step: h.firstKeys},
		{Name: "rotate the keys", Every: time.Second, Clock: h.Clock, Due: h.Keys.Due, Step: h.Keys.Step}, // under a lease of its own
		{Name: "forget revocations", Every: time.Minute, Clock: h.Clock, Step: h.Registry.Forget},
		{Name: "note the use of keys", Every: time.Minute, Step: h.Keyring.Flush},
		{Name: "note what clients did", Every: noteEvery, Step: h.OAuth.Notes.Flush},
		{Name: "sweep", Every: time.Minute, Lease: "janitor", Clock: h.Clock, Step: h.sweep},
		{Name: "seal the audit log", Every: audit.SealEvery, Step: h.Sealer.Step}, // under a lease of its own
		{Name: "keep nodes of the audit log", Every: audit.NodesEvery, Step: h.Nodes().Step},
		{Name: "count the events", Every: audit.TallyEvery, Step: h.Tallier().Step}, // of replicas that count at once one does
		{Name: "count what there is", Every: countLook, Lease: "count", Clock: h.Clock, Due: counts.Due, Step: counts.Step, Else: counts.Else},
		{Name: "append the checkpoints", Every: audit.SealEvery, Due: appender.Due, Step: appender.Step},
		{Name: "apply the folder", Every: lookEvery, Lease: "folder", Due: h.Folder.Due, Step: h.Folder.Step, Else: h.Folder.Look},
		{Name: "write the decisions", Every: writeEvery, Due: h.Decisions.Due, Step: h.Decisions.Step},
		{Name: "add up the decisions", Every: addUpEvery, Step: h.GateCounts.Step},
		{Name: "forget decisions", Every: time.Minute, Clock: h.Clock, Due: h.Decisions.Due, Step: h.Decisions.Forget},
		{Name: "read the routes", Every: routesEvery, Due: h.Routes.Due, Step: h.Routes.Step},
		{Name: "look what routes ask for", Every: lookAtRoutes, Due: h.Routes.Wanted, Step: h.Routes.Look},
		{Name: "take in people", Every: takeInEvery, Wake: h.Intake.News, Step: h.Intake.Step},                     // under a lease of its own
		{Name: "verify the audit log", Every: takeInEvery, Wake: h.Verifications.News, Step: h.Verifications.Step}, // under a lease of its own
		{Name: "ask Redis", Every: ephemeral.ProbeEvery, Due: h.Limiters.Shared, Step: h.Limiters.Step},
		{Name: "prune the audit log", Every: time.Minute, Lease: "prune", Clock: h.Clock, Due: h.Pruner.Due, Step: h.prune},
	}, h.newsBeats()...)
}

// noteEvery is how often it is written down what applications did and were refused: whoever sets
// one up looks a few seconds later why it does not work.
const noteEvery = 5 * time.Second

// Run beats until ctx ends, and keeps the child process that hashes passwords.
func (h *House) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return h.Identity.Hasher.Run(ctx, h.Log) })
	group.Go(func() error { h.Beat(ctx); return nil })
	return errors.Join(group.Wait(), h.last(context.WithoutCancel(ctx)))
}

// last writes what the last moment brought.
func (h *House) last(ctx context.Context) error {
	return errors.Join(h.Decisions.Step(ctx, time.Now()), h.GateCounts.Step(ctx, time.Now()), h.OAuth.Notes.Flush(ctx, time.Now()))
}

// Beat beats until ctx ends, without the beats that are named: a test whose house
// lives for a moment leaves out those that cost too much.
func (h *House) Beat(ctx context.Context, without ...string) {
	beats := slices.DeleteFunc(h.Beats(), func(b Beat) bool { return slices.Contains(without, b.Name) })
	runner{h.Store, newHolder(), h.Log}.run(ctx, beats)
	h.Feed.Wait()
}

// firstKeys makes the keys that take long and for which nobody should wait at
// the door. One that cannot be made yet is made when it is first needed.
func (h *House) firstKeys(ctx context.Context, _ time.Time) error {
	for _, alg := range []string{keys.RS256, keys.EdDSA} {
		if err := h.Keys.EnsureAlgorithm(ctx, alg); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes what has ended. Nothing depends on it for being over: expiry is
// a comparison with the clock wherever it matters.
func (h *House) sweep(ctx context.Context, now time.Time) error {
	swept, err := h.Store.Sweep(ctx, now)
	for what, n := range swept {
		if n > 0 {
			h.Log.Debug("swept", "what", what, "rows", n)
		}
	}
	return err
}

// Verifier looks whether the audit log is what was recorded, also by the checkpoints that
// were kept in audit.checkpoint_file. strange is how many pieces of that file are none.
func (h *House) Verifier() (v *audit.Verifier, strange int, err error) {
	v = &audit.Verifier{Store: h.Store, Keys: h.auditKeys}
	if h.Config.Audit.CheckpointFile != "" {
		v.Kept, strange, err = h.auditKeys.ReadCheckpoints(h.Config.Audit.CheckpointFile)
	}
	return v, strange, err
}

// KeepsCheckpoints reports whether checkpoints are kept outside of the database.
func (h *House) KeepsCheckpoints() bool { return h.Config.Audit.CheckpointFile != "" }

// Checkpoints returns checkpoints that are larger than after, the smallest first.
func (h *House) Checkpoints(ctx context.Context, after int64, limit int) ([]audit.Checkpoint, error) {
	return h.auditKeys.Checkpoints(ctx, h.Store, after, limit)
}

// Tallier counts events by their days.
func (h *House) Tallier() *audit.Tallier {
	return &audit.Tallier{Store: h.Store, Keys: h.auditKeys, SignIns: flow.ActionSigninComplete, Refused: identity.ActionSigninRefuse}
}

// Nodes keeps what proofs are made of.
func (h *House) Nodes() *audit.Nodes { return &audit.Nodes{Store: h.Store, Keys: h.auditKeys} }

// Prover proves events to strangers.
func (h *House) Prover() *audit.Prover { return &audit.Prover{Store: h.Store, Keys: h.auditKeys} }

// Eraser takes people who were deleted out of the audit log.
func (h *House) Eraser() *audit.Eraser {
	return &audit.Eraser{Store: h.Store, Audit: h.Audit, Keys: h.auditKeys, Exists: func(ctx context.Context, user id.User) (bool, error) {
		_, err := h.Identity.User(ctx, user)
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil, err
	}}
}

// Disturbed is what this process noticed in the tables of the audit log that Gatehouse did
// not write.
func (h *House) Disturbed() audit.Disturbed {
	return slices.Concat(h.Sealer.Disturbed(), h.Pruner.Disturbed())
}

// prune removes the events that are beyond the retention, if there is one.
func (h *House) prune(ctx context.Context, now time.Time) error {
	removed, err := h.Pruner.Prune(ctx, now)
	if removed > 0 {
		h.Log.Info("audit events beyond the retention were removed", "events", removed)
	}
	return err
}
