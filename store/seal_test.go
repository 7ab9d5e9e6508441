package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/setting"
	"gatehouse/store"
)

func verdictOf(t *testing.T, s *store.Store, kept ...audit.Checkpoint) audit.Verdict {
	t.Helper()
	v, err := (&audit.Verifier{Store: s, Keys: keys, Kept: kept}).Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Replicas record and seal at once: the tree has each event once, in a row without a
// gap, and every head of it is signed.
func TestWhatWaitsIsSealedInItsOrder(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		const writers, each, sealers = 4, 150, 3
		var writing, sealing sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					actor := audit.Actor{Kind: audit.Person, ID: fmt.Sprintf("usr_%d", w), IP: "192.0.2.7"}
					e := audit.Event{At: time.Now().Add(-time.Duration(i%7) * time.Millisecond), Actor: actor, Action: "test.do", After: audit.Doc(i)}
					if err := (&audit.Log{Store: s, Keys: keys}).Record(t.Context(), e); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range sealers {
			sealer := &audit.Sealer{Store: unleased{s}, Keys: keys, Holder: fmt.Sprint(i)}
			sealing.Go(func() {
				for ctx.Err() == nil {
					if err := sealer.Step(t.Context(), time.Now()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writing.Wait()
		stop()
		sealing.Wait()
		seal(t, s)
		v := verdictOf(t, s)
		if v.Size != writers*each || v.Waiting != 0 || len(v.Findings) > 0 {
			t.Errorf("%d are sealed, %d wait, found was %v", v.Size, v.Waiting, v.Findings)
		}
		tree, head, err := s.AuditHead(t.Context())
		if err != nil || tree.Size != head.Size || tree.Size != v.Size {
			t.Errorf("the tree has %d, its head says %d (%v)", tree.Size, head.Size, err)
		}
	})
}

// unleased lets every replica seal, as if leases did not hold.
type unleased struct{ *store.Store }

func (unleased) Lease(context.Context, string, string, time.Time, time.Time) (bool, error) {
	return true, nil
}

// A process that dies amid sealing leaves it all for the next, or nothing.
func TestSealingIsAllOrNothing(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		for i := range 40 {
			record(t, s, audit.Event{Action: "test.do", After: audit.Doc(i)})
		}
		for _, at := range []string{"GrowAuditTree", "InsertLeaves", "InsertCheckpoint", "Commit"} {
			err := (&audit.Sealer{Store: &dying{Store: s, at: at}, Keys: keys, Holder: "dying"}).Step(t.Context(), time.Now())
			if err == nil {
				t.Fatalf("%s did not fail", at)
			}
			tree, head, err := s.AuditHead(t.Context())
			if v := verdictOf(t, s); err != nil || tree.Size != 0 || head.Note != "" || v.Waiting != 40 || len(v.Findings) > 0 {
				t.Errorf("after %s: a tree of %d, %+v, %v", at, tree.Size, v, err)
			}
			// Its lease is over some time; another takes it then.
			if err := (&audit.Sealer{Store: s, Keys: keys, Holder: "other"}).Step(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
			if v := verdictOf(t, s); v.Waiting != 40 {
				t.Errorf("after %s somebody sealed beside the lease: %+v", at, v)
			}
		}
		if err := (&audit.Sealer{Store: s, Keys: keys, Holder: "other"}).Step(t.Context(), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if v := verdictOf(t, s); v.Size != 40 || v.Waiting != 0 || len(v.Findings) > 0 {
			t.Errorf("in the end: %+v", v)
		}
	})
}

// dying fails behind one of its methods.
type dying struct {
	*store.Store
	at string
}

func (d *dying) die(at string, err error) error {
	if err == nil && d.at == at {
		return fmt.Errorf("killed behind %s", at)
	}
	return err
}

func (d *dying) GrowAuditTree(ctx context.Context, from int64, to audit.Tree) (bool, error) {
	ok, err := d.Store.GrowAuditTree(ctx, from, to)
	return ok, d.die("GrowAuditTree", err)
}

func (d *dying) InsertLeaves(ctx context.Context, leaves []audit.Leaf, first, last audit.Unsealed) error {
	return d.die("InsertLeaves", d.Store.InsertLeaves(ctx, leaves, first, last))
}

func (d *dying) InsertCheckpoint(ctx context.Context, c audit.Checkpoint) error {
	return d.die("InsertCheckpoint", d.Store.InsertCheckpoint(ctx, c))
}

func (d *dying) InTx(ctx context.Context, f func(context.Context) error) error {
	return d.Store.InTx(ctx, func(ctx context.Context) error { return d.die("Commit", f(ctx)) })
}

// A sealer that was asleep while another sealed does nothing.
func TestASealerThatIsLateSealsNothing(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		for i := range 3 {
			record(t, s, audit.Event{Action: "test.do", After: audit.Doc(i)})
		}
		late := &late{Store: s, meanwhile: func() { seal(t, s) }}
		if err := (&audit.Sealer{Store: late, Keys: keys, Holder: "late"}).Step(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if v := verdictOf(t, s); v.Size != 3 || len(v.Findings) > 0 {
			t.Errorf("%+v", v)
		}
	})
}

// late is overtaken once, behind its last reading.
type late struct {
	*store.Store
	meanwhile func()
	asked     int
}

func (l *late) Lease(context.Context, string, string, time.Time, time.Time) (bool, error) {
	return true, nil
}

func (l *late) InTx(ctx context.Context, f func(context.Context) error) error {
	if l.asked++; l.asked == 1 {
		l.meanwhile()
	}
	return l.Store.InTx(ctx, f)
}

// What was erased or pruned with an event that tells of it is no finding.
func TestWhatWentForAReasonIsNoFinding(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		log := &audit.Log{Store: s, Keys: keys}
		now := time.Now()
		ada := audit.Actor{Kind: audit.Person, ID: "usr_ada", IP: "192.0.2.7", Agent: "browser"}
		root := audit.Actor{Kind: audit.Person, ID: "usr_root", IP: "192.0.2.8"}
		for i := range 30 {
			at := now.Add(-time.Duration(100-i) * 24 * time.Hour)
			record(t, s, audit.Event{At: at, Actor: ada, Action: "test.do", Target: audit.OfClient("web"), After: audit.Doc("of a client")})
			record(t, s, audit.Event{At: at, Actor: root, Action: "test.do", Target: audit.OfUser("usr_ada"), After: audit.Doc("of Ada")})
			record(t, s, audit.Event{At: at, Actor: audit.Actor{IP: "192.0.2.9"}, Action: "test.refuse", Target: audit.OfUser("usr_ada")})
			sealAt(t, s, at)
		}
		eraser := &audit.Eraser{Store: s, Audit: log, Keys: keys, Exists: func(context.Context, id.User) (bool, error) { return false, nil }}
		n, err := eraser.Erase(t.Context(), audit.Actor{Kind: audit.Console}, "usr_ada")
		if err != nil || n != 90 {
			t.Fatalf("%d were erased (%v)", n, err)
		}
		for range 2 { // before and after the erasure is sealed
			if v := verdictOf(t, s); len(v.Findings) > 0 || v.Erased != 90 {
				t.Errorf("after an erasure: %+v", v)
			}
			seal(t, s)
		}
		events, _, err := s.FindEvents(t.Context(), audit.Query{Target: audit.OfUser("usr_ada"), Since: now.Add(-72 * 24 * time.Hour)}, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			switch {
			case e.Action == audit.ActionErase:
			case !e.Erased || e.Actor.IP != map[audit.ActorKind]string{audit.Person: "192.0.2.8"}[e.Actor.Kind] || e.After != nil:
				t.Errorf("left of it is %+v", e)
			}
		}
		pruner := &audit.Pruner{Store: s, Audit: log, Keys: keys, Config: setting.Always(audit.Config{Retention: 80 * 24 * time.Hour})}
		if n, err := pruner.Prune(t.Context(), now); err != nil || n != 63 {
			t.Fatalf("%d were pruned (%v)", n, err)
		}
		for range 2 {
			if v := verdictOf(t, s); len(v.Findings) > 0 || v.Pruned != 63 {
				t.Errorf("after pruning: %+v", v)
			}
			seal(t, s)
		}
	})
}

// An erasure excuses what lacks something of a person, up to its own moment and no later: what
// somebody takes from an event that came after it is found, and so is what an erasure says itself.
func TestAnErasureExcusesNothingThatCameAfterIt(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		about := func(action audit.Action, at time.Time) id.Event {
			e := audit.Event{ID: id.NewEvent(), At: at, Actor: audit.Actor{Kind: audit.Console}, Action: action, Target: audit.OfUser("usr_ada"), After: audit.Doc("of Ada")}
			record(t, s, e)
			return e.ID
		}
		now := time.Now()
		before := about("test.do", now.Add(-3*time.Hour))
		erasure := about(audit.ActionErase, now.Add(-2*time.Hour))
		after := about("test.do", now.Add(-time.Hour))
		seal(t, s)
		unguarded(t, s)
		forge(t, s, `CREATE TABLE kept AS SELECT * FROM audit_details`)
		for event, excused := range map[id.Event]bool{before: true, erasure: false, after: false} {
			forge(t, s, fmt.Sprintf(`UPDATE audit_details SET document_salt = '', before_doc = '', after_doc = '' WHERE event = '%s'`, event))
			v := verdictOf(t, s)
			if first, found := v.First(); found == excused || found && first.Event != event {
				t.Errorf("of the event %s of %v something is missing: %+v", event, []id.Event{before, erasure, after}, v)
			}
			forge(t, s, `DELETE FROM audit_details`, `INSERT INTO audit_details SELECT * FROM kept`)
		}
		about(audit.ActionErase, now) // the later of two excuses what lies between them
		forge(t, s, fmt.Sprintf(`UPDATE audit_details SET document_salt = '', before_doc = '', after_doc = '' WHERE event = '%s'`, after))
		if v := verdictOf(t, s); len(v.Findings) > 0 {
			t.Errorf("erased once more: %+v", v)
		}
	})
}

// Of two checkpoints of one size that were kept, and differ, one is of a log that is no more:
// it is told whichever of them the log has.
func TestTwoKeptCheckpointsOfOneSizeThatDifferAreFound(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		record(t, s, audit.Event{Action: "test.do"})
		seal(t, s)
		all, err := keys.Checkpoints(t.Context(), s, 0, 10) // with their roots
		if err != nil || len(all) != 1 {
			t.Fatalf("%v %v", all, err)
		}
		own, other := all[0], all[0]
		other.Root[0] ^= 1
		if v := verdictOf(t, s, own, own); len(v.Findings) > 0 {
			t.Errorf("the same twice: %+v", v)
		}
		for _, both := range [][]audit.Checkpoint{{own, other}, {other, own}} {
			if v := verdictOf(t, s, both...); !slices.ContainsFunc(v.Findings, func(f audit.Finding) bool { return strings.Contains(f.Problem, "they differ") }) {
				t.Errorf("two that differ: %+v", v)
			}
		}
	})
}

// What an event of a pruning says excuses a removal as it was recorded, and not as somebody has
// changed it.
func TestAPruningThatWasChangedExcusesNothing(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		now := time.Now()
		for i := range 10 {
			at := now.Add(-time.Duration(100-5*i) * 24 * time.Hour)
			record(t, s, audit.Event{At: at, Action: "test.do"})
			sealAt(t, s, at)
		}
		pruner := &audit.Pruner{Store: s, Audit: &audit.Log{Store: s, Keys: keys}, Keys: keys, Config: setting.Always(audit.Config{Retention: 80 * 24 * time.Hour})}
		n, err := pruner.Prune(t.Context(), now)
		if err != nil || n == 0 {
			t.Fatalf("%d were pruned (%v)", n, err)
		}
		seal(t, s)
		unguarded(t, s)
		forge(t, s,
			fmt.Sprintf(`DELETE FROM audit_events WHERE id = (SELECT event FROM audit_leaves WHERE seq = %d)`, n),
			fmt.Sprintf(`UPDATE audit_details SET after_doc = replace(after_doc, '"sealed_below":%d', '"sealed_below":%d') WHERE after_doc LIKE '%%sealed_below%%'`, n, n+1))
		v := verdictOf(t, s)
		if !slices.ContainsFunc(v.Findings, func(f audit.Finding) bool { return f.Seq == int64(n) && f.Problem == "it was removed" }) {
			t.Errorf("what is gone besides is not among %+v", v.Findings)
		}
	})
}

// A proof by nodes is the proof by leaves, and what others write where nodes lie is in
// nobody's way.
func TestAProofIsTheSameByNodes(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		for i := range 530 {
			record(t, s, audit.Event{Action: "test.do", After: audit.Doc(i)})
		}
		seal(t, s)
		leaves, err := s.Leaves(t.Context(), audit.Place{Seq: -1}, 530, 600)
		if err != nil || len(leaves) != 530 {
			t.Fatalf("%d leaves, %v", len(leaves), err)
		}
		proofs := func() (all []string) {
			for _, n := range []int{0, 255, 256, 529} {
				proof, err := (&audit.Prover{Store: s, Keys: keys}).Event(t.Context(), leaves[n].Event, false)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, fmt.Sprint(proof.Index, proof.Hashes))
			}
			since, err := (&audit.Prover{Store: s, Keys: keys}).Since(t.Context(), 300)
			if err != nil {
				t.Fatal(err)
			}
			return append(all, fmt.Sprint(since.Hashes))
		}
		want := proofs()
		for range 2 { // and again by a process that begins anew
			if err := (&audit.Nodes{Store: s, Keys: keys}).Step(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		nodes, err := s.AuditNodes(t.Context(), 8, audit.Place{Seq: -1}, 10, 10)
		if err != nil || len(nodes) != 2 || nodes[0].N != 0 || nodes[1].N != 1 {
			t.Fatalf("kept are %v, %v", nodes, err)
		}
		if some, err := s.AuditNodes(t.Context(), 8, audit.Place{Seq: nodes[0].N, MAC: nodes[0].MAC}, 2, 10); err != nil || len(some) != 1 || some[0].N != 1 {
			t.Errorf("behind the first one are %v, %v", some, err)
		}
		if got := proofs(); !slices.Equal(got, want) {
			t.Errorf("by nodes it is\n%v\nand by leaves\n%v", got, want)
		}
		bad := "x'0bad'"
		if s.Postgres() {
			bad = `'\x0bad'`
		}
		forge(t, s, "INSERT INTO audit_nodes (level, n, hash, mac) SELECT level, n, "+bad+", "+bad+" FROM audit_nodes", "UPDATE audit_nodes SET hash = "+bad+" WHERE n = 0")
		if got := proofs(); !slices.Equal(got, want) {
			t.Errorf("beside what somebody else wrote it is\n%v\nand was\n%v", got, want)
		}
	})
}
