package drills

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/internal/testpg"
	"gatehouse/setting"
	"gatehouse/store"
)

// D22: whoever owns the database, and drops every trigger of it, changes, removes, adds,
// moves and cuts off events. Each time it is found, and the first bad entry is named.
func TestDrillTamperingWithTheAuditLogIsFound(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t, database)
			seed := rand.Uint64()
			v.rand = rand.New(rand.NewPCG(seed, 22))
			all := tamperings()
			n := rounds(2*len(all), max(500, 10*len(all)))
			for i := range n {
				one := all[i%len(all)]
				v.restore()
				want := one.do(v)
				if one.goesOn {
					v.goesOn(one.name, seed)
				}
				v.judge(one, want, seed)
			}
			t.Logf("%d tamperings of %d kinds were found, each with its first bad entry", n, len(all))
			v.restore()
			if verdict := v.verify(); len(verdict.Findings) > 0 {
				t.Errorf("what was not touched is found: %v", verdict.Findings)
			}
		})
	}
}

// bad is which entry must be named first; -1 and "" where it has no place, or no name.
type bad struct {
	seq   int64
	event id.Event
}

func at(seq int64) bad            { return bad{seq: seq} }
func called(event id.Event) bad   { return bad{seq: -1, event: event} }
func somewhere() bad              { return bad{seq: -1} }
func earlier(a, b int64) bad      { return at(min(a, b)) }
func derived(label string) []byte { h := sha256.Sum256([]byte(label)); return h[:] }

// victim is a log and whoever can write to its database, but has not the master key.
type victim struct {
	*testing.T
	store     *store.Store
	db        *sql.DB
	keys      audit.Keys
	rand      *rand.Rand
	kept      []audit.Checkpoint
	overheard []audit.Unsealed // what waited once
	size      int64            // entries
	first     int64            // the first that was not pruned
	erased    map[int64]bool
	waiting   []id.Event
}

var sealTables = []string{"audit_events", "audit_details", "audit_unsealed", "audit_leaves", "audit_checkpoints", "audit_tree", "audit_horizon"}

func newVictim(t *testing.T, database string) *victim {
	t.Helper()
	url, driver, source := "", "sqlite", ""
	if database == "postgres" {
		url = testpg.URL(t)
		driver, source = "pgx", url
	} else {
		path := filepath.Join(t.TempDir(), "gatehouse.db")
		url, source = "sqlite:"+path, "file:"+path+"?_pragma=busy_timeout(5000)"
	}
	s, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: 4}, nil)
	if err == nil {
		err = s.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	v := &victim{T: t, store: s, db: db, keys: audit.KeysOf(derived), erased: map[int64]bool{}}
	v.live()
	v.dropTriggers(database)
	for _, table := range sealTables {
		v.exec("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table)
	}
	return v
}

// live is what happened before somebody came: two people, one of whom was erased, and a
// log whose beginning was pruned.
func (v *victim) live() {
	v.Helper()
	log := &audit.Log{Store: v.store, Keys: v.keys}
	sealer := &audit.Sealer{Store: v.store, Keys: v.keys, Holder: "drill"}
	now := time.Now()
	record := func(e audit.Event) id.Event {
		e.ID = id.NewEvent()
		if err := log.Record(v.Context(), e); err != nil {
			v.Fatal(err)
		}
		return e.ID
	}
	seal := func(at time.Time) {
		waiting, err := v.store.UnsealedEvents(v.Context(), audit.Unsealed{}, 1000)
		if err == nil {
			v.overheard = append(v.overheard, waiting...)
			err = sealer.Step(v.Context(), at)
		}
		if err != nil {
			v.Fatal(err)
		}
	}
	people := []string{"usr_ada", "usr_bob", "usr_eve"}
	for i := range 130 {
		who := people[i%3]
		e := audit.Event{
			At: now.Add(-time.Duration(130-i) * 24 * time.Hour), Action: "test.do", Target: audit.OfUser(id.User(people[i%2])), Reason: "test",
			Actor: audit.Actor{Kind: audit.Person, ID: who, Session: "ses_a", Request: "req_a", Client: "web", IP: "192.0.2.7", Agent: "browser"},
		}
		if i%4 > 0 {
			e.Before, e.After = audit.Doc(map[string]any{"n": i}), audit.Doc(map[string]any{"n": i + 1})
		}
		record(e)
		if i%9 == 8 {
			seal(e.At)
		}
	}
	seal(now)
	pruner := &audit.Pruner{Store: v.store, Audit: log, Keys: v.keys, Config: setting.Always(audit.Config{Retention: 100 * 24 * time.Hour})}
	n, err := pruner.Prune(v.Context(), now)
	if err != nil {
		v.Fatal(err)
	}
	v.first = int64(n)
	seal(now)
	gone := func(context.Context, id.User) (bool, error) { return false, nil }
	if _, err := (&audit.Eraser{Store: v.store, Audit: log, Keys: v.keys, Exists: gone}).Erase(v.Context(), audit.Actor{Kind: audit.Console}, "usr_eve"); err != nil {
		v.Fatal(err)
	}
	seal(now)
	v.kept, err = v.store.CheckpointsBehind(v.Context(), audit.Checkpoint{}, 1000)
	if err != nil {
		v.Fatal(err)
	}
	for i := range v.kept {
		root, err := tlog.ParseHash(strings.Split(v.kept[i].Note, "\n")[2])
		if err != nil {
			v.Fatal(err)
		}
		v.kept[i].Root = root
	}
	v.size = v.kept[len(v.kept)-1].Size
	entries, err := v.store.SealedEntries(v.Context(), audit.Place{}, 1000)
	if err != nil {
		v.Fatal(err)
	}
	for _, e := range entries {
		v.erased[e.Seq] = e.Entry.Erased
	}
	for i := range 3 {
		v.waiting = append(v.waiting, record(audit.Event{Action: "test.do", Actor: audit.Actor{Kind: audit.Console, ID: "root"}, After: audit.Doc(i)}))
	}
	if verdict := v.verify(); len(verdict.Findings) > 0 || verdict.Size != v.size || verdict.Waiting != 3 || verdict.Kept != len(v.kept) || verdict.Pruned != v.first || verdict.Erased == 0 {
		v.Fatalf("before anybody came: %+v", verdict)
	}
}

func (v *victim) dropTriggers(database string) {
	v.Helper()
	if database == "postgres" {
		for _, table := range sealTables {
			v.exec("ALTER TABLE " + table + " DISABLE TRIGGER USER")
		}
		return
	}
	rows, err := v.db.QueryContext(v.Context(), "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'")
	if err != nil {
		v.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			v.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		v.Fatal(err)
	}
	for _, name := range names {
		v.exec("DROP TRIGGER " + name)
	}
}

func (v *victim) restore() {
	v.Helper()
	for _, table := range sealTables {
		v.exec("DELETE FROM " + table)
		v.exec("INSERT INTO " + table + " SELECT * FROM kept_" + table)
	}
}

func (v *victim) verify() audit.Verdict {
	v.Helper()
	verdict, err := (&audit.Verifier{Store: v.store, Keys: v.keys, Kept: v.kept}).Verify(v.Context())
	if err != nil {
		v.Fatal(err)
	}
	return verdict
}

func (v *victim) judge(one tampering, want bad, seed uint64) {
	v.Helper()
	name, verdict := one.name, v.verify()
	first, found := verdict.First()
	switch {
	case !found && one.goesOn && len(verdict.Noticed) > 0: // it is gone, and an event tells of it
	case !found:
		v.Errorf("%s (seed %d) was not found", name, seed)
	case want.seq >= 0 && first.Seq != want.seq, want.event != "" && first.Event != want.event:
		v.Errorf("%s (seed %d): first bad is %+v, want %+v", name, seed, first, want)
	}
}

// goesOn records one more event and has everything sealed: whoever wrote something of their
// own keeps none of it from that.
func (v *victim) goesOn(name string, seed uint64) {
	v.Helper()
	log := &audit.Log{Store: v.store, Keys: v.keys}
	later := id.NewEvent()
	if err := log.Record(v.Context(), audit.Event{ID: later, Action: "test.later"}); err != nil {
		v.Fatal(err)
	}
	sealer := &audit.Sealer{Store: v.store, Keys: v.keys, Holder: "drill", Audit: log}
	if err := sealer.Step(v.Context(), time.Now()); err != nil && !errors.Is(err, audit.ErrForged) {
		v.Fatalf("%s (seed %d): %v", name, seed, err)
	}
	for _, event := range append([]id.Event{later}, v.waiting...) {
		if _, err := (&audit.Prover{Store: v.store, Keys: v.keys}).Event(v.Context(), event, true); err != nil {
			v.Errorf("%s (seed %d) keeps what was recorded later from being sealed: %v", name, seed, err)
		}
	}
}

func (v *victim) exec(text string, args ...any) {
	v.Helper()
	if _, err := v.db.ExecContext(v.Context(), text, args...); err != nil {
		v.Fatalf("%s: %v", text, err)
	}
}

// any is the place of an entry that is there; below the last so many, and below the two
// that tell of the pruning and of the erasure: without them nothing excuses these.
func (v *victim) any(spare int64) int64 { return v.first + v.rand.Int64N(v.size-v.first-spare-2) }

// whole is the place of an entry with an address, and with documents where they are asked for.
func (v *victim) whole(documents bool) int64 {
	for {
		seq := v.any(0)
		if v.erased[seq] {
			continue
		}
		e := v.entry(seq)
		if !documents || len(e.Before) > 0 {
			return seq
		}
	}
}

func (v *victim) entry(seq int64) audit.Entry {
	v.Helper()
	all, err := v.store.SealedEntries(v.Context(), audit.Place{Seq: seq}, 1)
	if err != nil || len(all) != 1 || all[0].Seq != seq {
		v.Fatalf("entry %d: %v, %v", seq, all, err)
	}
	return all[0].Entry
}

func (v *victim) name(seq int64) string { return string(v.entry(seq).ID) }

func (v *victim) one(list ...string) string { return list[v.rand.IntN(len(list))] }

func (v *victim) noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(v.rand.Uint32())
	}
	return b
}

// insert adds an event that looks like others.
func (v *victim) insert(action audit.Action, user string, after string) string {
	v.Helper()
	name := string(id.NewEvent())
	v.exec(`INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_key, actor_session, actor_client, request_id, action, target_kind, target_id,
		user_id, client_id, outcome, reason, origin, documents) VALUES ($1, $2, 'house', '', '', '', '', '', $3, 'user', $4, $4, '', 'done', '', $5, $5)`,
		name, time.Now().UnixMicro(), string(action), user, []byte{})
	if after != "" {
		v.exec("UPDATE audit_events SET documents = $1 WHERE id = $2", v.noise(32), name)
		v.exec("INSERT INTO audit_details (event, at, origin_salt, ip, agent, document_salt, before_doc, after_doc) VALUES ($1, $2, $3, '', '', $4, '', $5)",
			name, time.Now().UnixMicro(), []byte{}, v.noise(16), after)
	}
	return name
}

func (v *victim) wait(name string) {
	v.exec("INSERT INTO audit_unsealed (at, event, leaf, mac) VALUES ($1, $2, $3, $4)", time.Now().UnixMicro(), name, v.noise(32), v.noise(16))
}

func (v *victim) remove(name string) {
	v.exec("DELETE FROM audit_events WHERE id = $1", name)
	v.exec("DELETE FROM audit_details WHERE event = $1", name)
}

// leaf writes a leaf of somebody's own.
func (v *victim) leaf(seq int64, event string) {
	v.exec("INSERT INTO audit_leaves (seq, event, at, leaf, mac) VALUES ($1, $2, $3, $4, $5)", seq, event, time.Now().UnixMicro(), v.noise(32), v.noise(32))
}

// prune has Gatehouse remove what is old. The young one stays, whatever its row says; where
// there is none, nothing may go.
func (v *victim) prune(young string) {
	v.Helper()
	log := &audit.Log{Store: v.store, Keys: v.keys}
	_, err := (&audit.Pruner{Store: v.store, Audit: log, Keys: v.keys, Config: setting.Always(audit.Config{Retention: 30 * 24 * time.Hour})}).Prune(v.Context(), time.Now())
	if young == "" && !errors.Is(err, audit.ErrForged) {
		v.Errorf("what was tampered with is pruned: %v", err)
	}
	var n int
	if err := v.db.QueryRowContext(v.Context(), "SELECT COUNT(*) FROM audit_events WHERE id = $1", young).Scan(&n); err != nil || young != "" && n != 1 {
		v.Errorf("a young event is gone (%v)", err)
	}
}

// move changes the places of all leaves from one on; by is 1 or -1.
func (v *victim) move(from, by int64) {
	v.exec("UPDATE audit_leaves SET seq = seq + 1000000 WHERE seq >= $1", from)
	v.exec(fmt.Sprintf("UPDATE audit_leaves SET seq = seq - 1000000 + %d WHERE seq >= 1000000", by))
}

// rebuild makes the tree what its leaves come to, as whoever knows RFC 6962 can.
func (v *victim) rebuild() *audit.Tree {
	v.Helper()
	var t audit.Tree
	if err := v.eachLeaf(1<<40, t.Add); err != nil {
		v.Fatal(err)
	}
	v.exec("UPDATE audit_tree SET size = $1, frontier = $2", t.Size, t.Bytes())
	return &t
}

func (v *victim) eachLeaf(below int64, f func(tlog.Hash)) error {
	all, err := v.store.Leaves(v.Context(), audit.Place{Seq: -1}, below, 10_000)
	for _, l := range all {
		f(l.Hash)
	}
	return err
}

// rewrite changes an entry and its leaf, so that the two agree.
func (v *victim) rewrite(seq int64) {
	v.Helper()
	name := v.name(seq)
	proof, err := (&audit.Prover{Store: v.store, Keys: v.keys}).Event(v.Context(), id.Event(name), false)
	if err != nil {
		v.Fatal(err)
	}
	text := strings.Replace(proof.Entry, `"actor_id":"`, `"actor_id":"x`, 1)
	leaf := tlog.RecordHash([]byte(text))
	v.exec("UPDATE audit_events SET actor_id = 'x' || actor_id WHERE id = $1", name)
	v.exec("UPDATE audit_leaves SET leaf = $1 WHERE seq = $2", leaf[:], seq)
}

// signAnew makes every checkpoint fit the leaves, signed by a key of the attacker's own,
// or under the signature that was there.
func (v *victim) signAnew(own bool) {
	v.Helper()
	mine := audit.KeysOf(func(label string) []byte { return derived("mallory " + label) })
	all, err := v.store.CheckpointsBehind(v.Context(), audit.Checkpoint{}, 1000)
	if err != nil {
		v.Fatal(err)
	}
	for _, c := range all {
		var t audit.Tree
		if err := v.eachLeaf(c.Size, t.Add); err != nil {
			v.Fatal(err)
		}
		lines := strings.SplitAfterN(c.Note, "\n", 4)
		root := t.Root()
		lines[2] = base64.StdEncoding.EncodeToString(root[:]) + "\n"
		if own {
			lines[0] = mine.Origin() + "\n"
		}
		v.exec("UPDATE audit_checkpoints SET note = $1 WHERE size = $2", strings.Join(lines, ""), c.Size)
	}
}

// tampering is one way; do returns what must be named.
type tampering struct {
	name string
	do   func(v *victim) bad
	// goesOn is for what keeps nothing that is recorded later from being sealed.
	goesOn bool
}

func tamperings() []tampering {
	edit := func(column, value string) tampering {
		return tampering{name: "edit " + column, do: func(v *victim) bad {
			seq := v.any(0)
			v.exec("UPDATE audit_events SET "+column+" = "+value+" WHERE id = $1", v.name(seq))
			return at(seq)
		}}
	}
	detail := func(column, value string, documents bool) tampering {
		return tampering{name: "edit " + column, do: func(v *victim) bad {
			seq := v.whole(documents)
			v.exec("UPDATE audit_details SET "+column+" = "+value+" WHERE event = $1", v.name(seq))
			return at(seq)
		}}
	}
	none := []byte{}
	return []tampering{
		edit("at", "at + 1"), edit("actor_kind", "actor_kind || 'x'"), edit("actor_id", "actor_id || 'x'"), edit("actor_key", "'key_x'"),
		edit("actor_session", "'ses_x'"), edit("actor_client", "'other'"), edit("request_id", "'req_x'"), edit("action", "'test.undo'"),
		edit("target_kind", "'x'"), edit("target_id", "'usr_x'"), edit("user_id", "'usr_x'"), edit("client_id", "'x'"),
		edit("outcome", "'failed'"), edit("reason", "'x'"),
		{name: "edit a commitment", do: func(v *victim) bad {
			seq := v.any(0)
			v.exec("UPDATE audit_events SET "+v.one("origin", "documents")+" = $1 WHERE id = $2", v.noise(32), v.name(seq))
			return at(seq)
		}},
		{name: "take back the pruning", do: func(v *victim) bad { v.remove(v.name(v.size - 2)); return at(0) }},
		{name: "take back the erasure", do: func(v *victim) bad {
			v.remove(v.name(v.size - 1))
			for seq := range v.size {
				if v.erased[seq] {
					return at(seq)
				}
			}
			return somewhere()
		}},
		detail("ip", "'203.0.113.9'", false), detail("agent", "agent || 'x'", false),
		detail("before_doc", "'{}'", true), detail("after_doc", "'{}'", true), detail("after_doc", "''", true),
		{name: "wipe the address", do: func(v *victim) bad {
			seq := v.whole(false)
			v.exec("UPDATE audit_details SET ip = '', agent = '', origin_salt = $1 WHERE event = $2", none, v.name(seq))
			return at(seq)
		}},
		{name: "wipe the documents", do: func(v *victim) bad {
			seq := v.whole(true)
			v.exec("UPDATE audit_details SET before_doc = '', after_doc = '', document_salt = $1 WHERE event = $2", none, v.name(seq))
			return at(seq)
		}},
		{name: "remove all details", do: func(v *victim) bad {
			seq := v.whole(false)
			v.exec("DELETE FROM audit_details WHERE event = $1", v.name(seq))
			return at(seq)
		}},
		{name: "wipe and claim an erasure", do: func(v *victim) bad {
			seq := v.whole(false)
			v.exec("UPDATE audit_details SET ip = '', agent = '', origin_salt = $1 WHERE event = $2", none, v.name(seq))
			v.wait(v.insert(audit.ActionErase, v.entry(seq).Actor.ID, ""))
			return at(seq)
		}},
		{name: "remove", do: func(v *victim) bad { seq := v.any(0); v.remove(v.name(seq)); return at(seq) }},
		{name: "remove and claim a pruning", do: func(v *victim) bad {
			n := 1 + v.rand.Int64N(10)
			for seq := v.first; seq < v.first+n; seq++ {
				v.remove(v.name(seq))
			}
			v.wait(v.insert(audit.ActionPrune, "", fmt.Sprintf(`{"sealed_below":%d}`, v.first+n)))
			return at(v.first)
		}},
		{name: "remove with the leaf", do: func(v *victim) bad {
			seq := v.any(1)
			v.remove(v.name(seq))
			v.exec("DELETE FROM audit_leaves WHERE seq = $1", seq)
			return at(seq)
		}},
		{name: "remove and close the gap", do: func(v *victim) bad {
			seq := v.any(1)
			v.remove(v.name(seq))
			v.exec("DELETE FROM audit_leaves WHERE seq = $1", seq)
			v.move(seq, -1)
			v.rebuild()
			v.signAnew(v.rand.IntN(2) == 0)
			return at(seq)
		}},
		{name: "change places", do: func(v *victim) bad {
			a, b := v.any(0), v.any(0)
			for a == b {
				b = v.any(0)
			}
			v.exec("UPDATE audit_leaves SET seq = -1 WHERE seq = $1", a)
			v.exec("UPDATE audit_leaves SET seq = $1 WHERE seq = $2", a, b)
			v.exec("UPDATE audit_leaves SET seq = $1 WHERE seq = -1", b)
			if v.rand.IntN(2) == 0 {
				v.rebuild()
				v.signAnew(false)
			}
			return earlier(a, b)
		}},
		{name: "change names", do: func(v *victim) bad {
			a, b := v.any(0), v.any(0)
			for a == b {
				b = v.any(0)
			}
			one, other := v.name(a), v.name(b)
			v.exec("UPDATE audit_events SET id = 'evt_x' WHERE id = $1", one)
			v.exec("UPDATE audit_events SET id = $1 WHERE id = $2", one, other)
			v.exec("UPDATE audit_events SET id = $1 WHERE id = 'evt_x'", other)
			return earlier(a, b)
		}},
		{name: "insert", do: func(v *victim) bad { return called(id.Event(v.insert("test.do", "usr_ada", ""))) }},
		{name: "insert to be sealed", do: func(v *victim) bad {
			name := v.insert("test.do", "usr_ada", "")
			v.wait(name)
			return called(id.Event(name))
		}},
		{name: "insert in between", do: func(v *victim) bad {
			seq := v.any(0)
			v.move(seq, 1)
			v.exec("INSERT INTO audit_leaves (seq, event, at, leaf, mac) VALUES ($1, $2, $5, $3, $4)", seq, v.insert("test.do", "usr_ada", ""), v.noise(32), v.noise(16), time.Now().UnixMicro())
			v.rebuild()
			v.signAnew(v.rand.IntN(2) == 0)
			return at(seq)
		}},
		{name: "insert at the end", do: func(v *victim) bad {
			v.exec("INSERT INTO audit_leaves (seq, event, at, leaf, mac) VALUES ($1, $2, $5, $3, $4)", v.size, v.insert("test.do", "usr_ada", ""), v.noise(32), v.noise(16), time.Now().UnixMicro())
			return at(v.size)
		}},
		{name: "cut off the end", do: func(v *victim) bad {
			cut := v.kept[len(v.kept)-2-v.rand.IntN(6)].Size
			v.exec("DELETE FROM audit_events WHERE id IN (SELECT event FROM audit_leaves WHERE seq >= $1)", cut)
			v.exec("DELETE FROM audit_details WHERE event IN (SELECT event FROM audit_leaves WHERE seq >= $1)", cut)
			v.exec("DELETE FROM audit_leaves WHERE seq >= $1", cut)
			v.exec("DELETE FROM audit_checkpoints WHERE size > $1", cut)
			v.rebuild()
			return somewhere() // the pruning and the erasure may be cut off, too, and then what they told of is missing
		}},
		{name: "cut off the end, and let it be sealed anew", do: func(v *victim) bad {
			cut := v.kept[len(v.kept)-2-v.rand.IntN(6)].Size
			v.exec("DELETE FROM audit_leaves WHERE seq >= $1", cut)
			v.exec("DELETE FROM audit_checkpoints WHERE size > $1", cut)
			v.rebuild()
			again := v.overheard[cut:]
			v.remove(string(again[0].Event)) // without one of them
			for _, u := range again[1:] {
				v.exec("INSERT INTO audit_unsealed (at, event, leaf, mac) VALUES ($1, $2, $3, $4)", u.At.UnixMicro(), string(u.Event), u.Leaf[:], u.MAC)
			}
			if err := (&audit.Sealer{Store: v.store, Keys: v.keys, Holder: "drill"}).Step(v.Context(), time.Now()); err != nil {
				v.Fatal(err)
			}
			return somewhere()
		}},
		{name: "wait again", do: func(v *victim) bad {
			u := v.overheard[v.first+v.rand.Int64N(v.size-v.first)]
			v.exec("INSERT INTO audit_unsealed (at, event, leaf, mac) VALUES ($1, $2, $3, $4)", u.At.UnixMicro(), string(u.Event), u.Leaf[:], u.MAC)
			return called(u.Event)
		}},
		{name: "rewrite the entry and its leaf", do: func(v *victim) bad { seq := v.any(0); v.rewrite(seq); return at(seq) }},
		{name: "rewrite everything, signed by another", do: func(v *victim) bad { seq := v.any(0); v.rewrite(seq); v.rebuild(); v.signAnew(true); return at(seq) }},
		{name: "rewrite everything, under the old signatures", do: func(v *victim) bad { seq := v.any(0); v.rewrite(seq); v.rebuild(); v.signAnew(false); return at(seq) }},
		{name: "change the hash of a leaf", do: func(v *victim) bad {
			seq := v.rand.Int64N(v.size - 2) // of a pruned one, too
			v.exec("UPDATE audit_leaves SET leaf = $1 WHERE seq = $2", v.noise(int(v.rand.Int64N(2)*32)), seq)
			return at(seq)
		}},
		{name: "change the event of a leaf", do: func(v *victim) bad {
			seq := v.any(0)
			v.exec("UPDATE audit_leaves SET event = 'evt_x' WHERE seq = $1", seq)
			return at(seq)
		}},
		{name: "change the MAC of a leaf", do: func(v *victim) bad {
			seq := v.rand.Int64N(v.size - 2)
			v.exec("UPDATE audit_leaves SET mac = $1 WHERE seq = $2", v.noise(16), seq)
			return at(seq)
		}},
		{name: "change what waits", do: func(v *victim) bad {
			name := v.waiting[v.rand.IntN(len(v.waiting))]
			v.exec("UPDATE audit_events SET reason = 'x' WHERE id = $1", string(name))
			return called(name)
		}},
		{name: "change a document of what waits", do: func(v *victim) bad {
			name := v.waiting[v.rand.IntN(len(v.waiting))]
			v.exec("UPDATE audit_details SET after_doc = '{}' WHERE event = $1", string(name))
			return called(name)
		}},
		{name: "remove what waits", do: func(v *victim) bad {
			name := v.waiting[v.rand.IntN(len(v.waiting))]
			v.remove(string(name))
			return called(name)
		}},
		{name: "let it wait no longer", do: func(v *victim) bad {
			name := v.waiting[v.rand.IntN(len(v.waiting))]
			v.exec("DELETE FROM audit_unsealed WHERE event = $1", string(name))
			return called(name)
		}},
		{name: "remove the last checkpoint", do: func(v *victim) bad {
			v.exec("DELETE FROM audit_checkpoints WHERE size = $1", v.size)
			return somewhere()
		}},
		{name: "remove every checkpoint", do: func(v *victim) bad { v.exec("DELETE FROM audit_checkpoints"); return somewhere() }},
		{name: "change a checkpoint", do: func(v *victim) bad {
			c := v.kept[v.rand.IntN(len(v.kept))]
			v.exec("UPDATE audit_checkpoints SET note = $1 WHERE size = $2", strings.Replace(c.Note, "\n\n", "\nx\n\n", 1), c.Size)
			return somewhere()
		}},
		{name: "change the tree", do: func(v *victim) bad {
			v.exec(v.one("UPDATE audit_tree SET size = size - 1", "UPDATE audit_tree SET size = size + 1", "UPDATE audit_tree SET size = 0"))
			return somewhere()
		}},
		{goesOn: true, name: "let a sealed one wait again, and go on", do: func(v *victim) bad {
			u := v.overheard[v.first+v.rand.Int64N(v.size-v.first)]
			v.exec("INSERT INTO audit_unsealed (at, event, leaf, mac) VALUES ($1, $2, $3, $4)", u.At.UnixMicro(), string(u.Event), u.Leaf[:], u.MAC)
			return somewhere()
		}},
		{goesOn: true, name: "let what waits wait twice", do: func(v *victim) bad {
			v.exec("INSERT INTO audit_unsealed (at, event, leaf, mac) SELECT at + 1, event, leaf, mac FROM audit_unsealed")
			return somewhere()
		}},
		{goesOn: true, name: "let what waits wait under another name", do: func(v *victim) bad {
			v.exec("INSERT INTO audit_unsealed (at, event, leaf, mac) SELECT at, event || 'x', leaf, mac FROM audit_unsealed")
			return somewhere()
		}},
		{goesOn: true, name: "insert to be sealed, and go on", do: func(v *victim) bad {
			name := v.insert("test.do", "usr_ada", "")
			v.wait(name)
			return called(id.Event(name))
		}},
		{goesOn: true, name: "a leaf behind the end", do: func(v *victim) bad {
			v.leaf(v.size+v.rand.Int64N(3), "evt_x")
			return somewhere()
		}},
		{goesOn: true, name: "a leaf far behind the end", do: func(v *victim) bad { v.leaf(1<<40, "evt_x"); return somewhere() }},
		{goesOn: true, name: "a leaf in front of all", do: func(v *victim) bad { v.leaf(-1, "evt_x"); return at(-1) }},
		{goesOn: true, name: "a second leaf at a place", do: func(v *victim) bad { seq := v.any(0); v.leaf(seq, "evt_x"); return at(seq) }},
		{goesOn: true, name: "a leaf of what waits", do: func(v *victim) bad {
			seq := v.any(0)
			v.leaf(seq, string(v.waiting[v.rand.IntN(len(v.waiting))]))
			return at(seq)
		}},
		{goesOn: true, name: "a checkpoint behind the last", do: func(v *victim) bad {
			v.exec("INSERT INTO audit_checkpoints (size, note) VALUES ($1, $2)", v.size+1+v.rand.Int64N(3), v.kept[0].Note)
			return somewhere()
		}},
		{goesOn: true, name: "a checkpoint far behind the last", do: func(v *victim) bad {
			v.exec("INSERT INTO audit_checkpoints (size, note) VALUES ($1, 'x')", int64(1)<<40)
			return somewhere()
		}},
		{goesOn: true, name: "a second checkpoint of a size", do: func(v *victim) bad {
			v.exec("INSERT INTO audit_checkpoints (size, note) SELECT size, note || 'x' FROM audit_checkpoints WHERE size = $1", v.size)
			return somewhere()
		}},
		{goesOn: true, name: "change the tree, and go on", do: func(v *victim) bad {
			v.exec(v.one("UPDATE audit_tree SET size = size - 1", "UPDATE audit_tree SET size = size + 1", "UPDATE audit_tree SET size = 0", "UPDATE audit_tree SET size = 1000000000000"))
			return somewhere()
		}},
		{goesOn: true, name: "change the frontier of the tree", do: func(v *victim) bad {
			v.exec("UPDATE audit_tree SET frontier = $1", v.noise(32*v.rand.IntN(9)))
			return somewhere()
		}},
		{goesOn: true, name: "set the tree and its checkpoints back", do: func(v *victim) bad {
			cut := v.kept[len(v.kept)-2-v.rand.IntN(6)].Size
			var t audit.Tree
			if err := v.eachLeaf(cut, t.Add); err != nil {
				v.Fatal(err)
			}
			v.exec("UPDATE audit_tree SET size = $1, frontier = $2", t.Size, t.Bytes())
			v.exec("DELETE FROM audit_checkpoints WHERE size > $1", cut)
			return somewhere()
		}},
		{goesOn: true, name: "remove every checkpoint, and go on", do: func(v *victim) bad { v.exec("DELETE FROM audit_checkpoints"); return somewhere() }},
		{name: "make a young one old, and let it be pruned", do: func(v *victim) bad {
			seq := v.whole(false)
			old := time.Now().Add(-200 * 24 * time.Hour).UnixMicro()
			name := v.name(seq)
			v.exec("UPDATE audit_details SET at = $1 WHERE event = $2", old, name)
			v.exec("UPDATE audit_events SET at = $1 WHERE id = $2", old, name)
			v.prune(name)
			return at(seq)
		}},
		{name: "raise the horizon over what is gone, and let it be pruned", do: func(v *victim) bad {
			v.remove(v.name(v.first))
			v.exec("UPDATE audit_horizon SET seq = $1", v.first+1)
			v.prune("")
			return at(v.first)
		}},
	}
}
